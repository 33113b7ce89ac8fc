"""Every service that an adapter asks over the network, and how each of them fails. A new one is an entry in both tables."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gallery.errors import NoImage, ProviderDown, Quota, Refused, StudioError, TimedOut, TooLarge, Unusable
from gallery.storage.account import Account as CloudinaryAccount
from gallery.storage.cloudinary_client import Client
from pipeline.providers.base import Control, Intent, Question
from pipeline.providers.cloudinary.provider import CloudinaryEffects
from pipeline.providers.gemini.account import Account
from pipeline.providers.gemini.provider import GeminiProvider
from pipeline.providers.openai_api.chat import ChatRefiner
from pipeline.providers.openai_api.images import ImagesProvider
from pipeline.providers.openai_api.server import Server as OpenAIServer
from pipeline.worker import stages
from tests.contracts.asking import photo, to_make, to_read
from tests.support.fakes import cloudinary, gemini, openai_api, sd_cpp, webui
from tests.support.fakes.server import NEVER, Answer, Fake, Request, Server, cut

Ask = Callable[[Control], object]
Respond = Callable[[Request], Answer]

PAINT = to_make(Intent.GENERATE, width=512, height=512, style=None)
CHANGE = to_make(Intent.EDIT, style=None)
ENHANCE = to_make(Intent.ENHANCE, style=None)
LAKE = to_read("a lake")
GIF = b"GIF89a" + bytes(40)
DELAY_S = 7.0


@dataclass(frozen=True)
class Service:
    fake: Callable[[], AbstractContextManager[Fake]]
    asking: Callable[[str, float], AbstractContextManager[Ask]]  # of an address, with a time limit in seconds
    canary: str  # nobody may print it
    is_concerned: Callable[[Request], bool]  # among its requests, the one that a row of `FAULTS` is about
    is_first: bool = True  # of those that one picture takes
    can_be_given_up: bool = True


@contextmanager
def _gemini(url: str, timeout_s: float) -> Iterator[GeminiProvider]:
    account = Account(gemini.KEY, gemini.TEXT_MODEL, gemini.PICTURE_MODEL, url, timeout_s, timeout_s, calls=1)
    with closing(GeminiProvider(account)) as provider:
        yield provider


@contextmanager
def _gemini_reads(url: str, timeout_s: float) -> Iterator[Ask]:
    with _gemini(url, timeout_s) as provider:
        yield lambda control: provider.refine(LAKE)


@contextmanager
def _gemini_looks(url: str, timeout_s: float) -> Iterator[Ask]:
    with _gemini(url, timeout_s) as provider:
        yield lambda control: provider.answer(Question("what is there?", (photo(),), ()), control)


@contextmanager
def _gemini_paints(url: str, timeout_s: float) -> Iterator[Ask]:
    with _gemini(url, timeout_s) as provider:
        yield lambda control: provider.make(PAINT, control)


@contextmanager
def _chat(url: str, timeout_s: float) -> Iterator[Ask]:
    with closing(ChatRefiner(OpenAIServer(url, openai_api.MODEL, openai_api.KEY, timeout_s))) as refiner:
        yield lambda control: refiner.refine(LAKE)


@contextmanager
def _images(url: str, timeout_s: float) -> Iterator[Ask]:
    with closing(ImagesProvider(OpenAIServer(url, openai_api.MODEL, openai_api.KEY, timeout_s))) as provider:
        yield lambda control: provider.make(PAINT, control)


@contextmanager
def _edits(url: str, timeout_s: float) -> Iterator[Ask]:
    with closing(ImagesProvider(OpenAIServer(url, openai_api.MODEL, openai_api.KEY, timeout_s))) as provider:
        yield lambda control: provider.make(CHANGE, control)


@contextmanager
def _web_ui(url: str, timeout_s: float) -> Iterator[Ask]:
    server = OpenAIServer(f"{url}/sdapi/v1", webui.MODEL, webui.LOGIN, timeout_s)
    with closing(ImagesProvider(server)) as provider:
        yield lambda control: provider.make(PAINT, control)


@contextmanager
def _sd_cpp(url: str, timeout_s: float) -> Iterator[Ask]:
    with closing(ImagesProvider(OpenAIServer(f"{url}/sdcpp/v1", "", sd_cpp.KEY, timeout_s))) as provider:
        yield lambda control: provider.make(PAINT, control)


@contextmanager
def _cloudinary(url: str, timeout_s: float) -> Iterator[Ask]:
    key, secret, cloud = cloudinary.KEY, cloudinary.SECRET, cloudinary.CLOUD
    account = CloudinaryAccount.parse(f"cloudinary://{key}:{secret}@{cloud}?upload_prefix={url}")
    provider = CloudinaryEffects(Client(account, timeout_s), ready_s=timeout_s, poll_s=0.02)
    yield lambda control: stages.generate(provider, ENHANCE, control)  # there its pictures are looked at


def _any(asked: Request) -> bool:
    return True


SERVICES: Mapping[str, Service] = {
    "Gemini reads": Service(gemini.gemini, _gemini_reads, gemini.KEY, _any, can_be_given_up=False),
    "Gemini looks": Service(gemini.gemini, _gemini_looks, gemini.KEY, _any),
    "Gemini paints": Service(gemini.gemini, _gemini_paints, gemini.KEY, _any),
    "chat": Service(openai_api.openai, _chat, openai_api.KEY, _any, can_be_given_up=False),
    "images": Service(openai_api.openai, _images, openai_api.KEY, _any),
    "images, edits": Service(openai_api.openai, _edits, openai_api.KEY, _any),
    "web UI": Service(webui.webui, _web_ui, webui.LOGIN, lambda asked: asked.path.endswith("2img")),
    "sd.cpp": Service(sd_cpp.sd_cpp, _sd_cpp, sd_cpp.KEY, lambda asked: asked.path.endswith("img_gen")),
    "sd.cpp, job": Service(sd_cpp.sd_cpp, _sd_cpp, sd_cpp.KEY, lambda asked: asked.method == "GET", is_first=False),
    "Cloudinary": Service(
        cloudinary.fake_cloudinary,
        _cloudinary,
        cloudinary.SECRET,
        lambda asked: asked.path.endswith("upload"),
        can_be_given_up=False,
    ),
    "Cloudinary, effect": Service(
        cloudinary.fake_cloudinary, _cloudinary, cloudinary.SECRET, lambda asked: asked.method == "GET", is_first=False
    ),
}


@dataclass(frozen=True)
class Fault:
    """`answer`: of the request, and of how it is answered well. `pictures`: that were paid for, as the error and the
    ledger say; `unknown`: whether more was is not known, so that the ledger assumes it."""

    answer: Callable[[Request, Respond], Answer]
    error: type[StudioError]
    pictures: int = 0
    unknown: bool = False
    retry_after: float | None = None


def said(answer: Answer, error: type[StudioError], pictures: int = 0, **more: Any) -> Fault:
    return Fault(lambda asked, well: answer, error, pictures, **more)


def _cut(asked: Request, well: Respond) -> Answer:
    return replace(cut(well(asked)), pieces=())


def _packed(asked: Request, well: Respond) -> Answer:
    """Which could be of any size."""
    answer = well(asked)
    return replace(answer, body=gzip.compress(answer.body), pieces=(), headers={"Content-Encoding": "gzip"})


def _json(body: object) -> Answer:
    return Answer(200, json.dumps(body).encode())


def _slow_down(body: bytes = b"slow down") -> Answer:
    return Answer(429, body, "text/plain", {"Retry-After": "7"})


# Wherever it is asked.
WIRE: Mapping[str, Fault] = {
    "silence": said(NEVER, TimedOut, unknown=True),
    "garbage": said(Answer(200, b"<html>Bad Gateway</html>", "text/html"), ProviderDown, unknown=True),
    "a cut body": Fault(_cut, ProviderDown, unknown=True),
    "oversize": said(Answer(200, b" " * 200_000), ProviderDown, unknown=True),
    "a packed answer": Fault(_packed, ProviderDown, unknown=True),
    "an error of its own": said(Answer(500, b"Out of memory."), ProviderDown),
    "quota": said(_slow_down(), Quota, retry_after=DELAY_S),
}
_GEMINI, _GENERATIONS, _CHAT = gemini.Call("make", ""), openai_api.Call("generations", ""), openai_api.Call("chat", "")
_GEMINI_FAULTS: Mapping[str, Fault] = {
    **WIRE,
    "refusal": said(gemini.blocked_prompt(_GEMINI), Refused),
    "quota": said(gemini.quota("7s")(_GEMINI), Quota, retry_after=DELAY_S),
    "a wrong key": said(gemini.bad_key(_GEMINI), Unusable),
}
_GEMINI_SAYS: Mapping[str, Fault] = {
    **_GEMINI_FAULTS,
    "refusal": said(gemini.blocked_prompt(gemini.Call("refine", "")), Refused),
}
_IMAGES_FAULTS: Mapping[str, Fault] = {
    **WIRE,
    "refusal": said(openai_api.error(400, "No.", code="moderation_blocked")(_GENERATIONS), Refused),
    "no picture": said(_json({"data": []}), NoImage),
    "a wrong key": said(openai_api.error(401, "Wrong.")(_GENERATIONS), Unusable),
    "another type": said(openai_api.shows(GIF)(_GENERATIONS), ProviderDown, 1),
    "broken base64": said(_json({"data": [{"b64_json": "AAAAA"}]}), ProviderDown, 1),
}


def _job(*images: str) -> Answer:
    return _json({"status": "completed", "result": {"images": [{"b64_json": image} for image in images]}})


def _nothing_begun(asked: Request, well: Respond) -> Answer:
    return _json({**json.loads(well(asked).body), "eager": []})


def _of_job(fault: Fault) -> Fault:
    """It was taken, and may be made whatever is said about it."""
    return replace(
        fault, error=fault.error if fault.error is TimedOut else ProviderDown, unknown=True, retry_after=None
    )


def _of_effect(fault: Fault) -> Fault:
    """It was begun, and paid for."""
    return replace(fault, pictures=1, unknown=False)


NO_FILTER = "it has none"
IN_WORDS = "it is asked for words"
FAULTS: Mapping[str, Mapping[str, Fault | str]] = {
    "Gemini reads": {**_GEMINI_SAYS, **dict.fromkeys(("no picture", "another type", "broken base64"), IN_WORDS)},
    "Gemini looks": {**_GEMINI_SAYS, **dict.fromkeys(("no picture", "another type", "broken base64"), IN_WORDS)},
    "Gemini paints": {
        **_GEMINI_FAULTS,
        "no picture": said(gemini.ends("NO_IMAGE")(_GEMINI), NoImage),
        "another type": said(gemini.shows(GIF)(_GEMINI), ProviderDown, 1),
        "broken base64": said(
            Answer(200, b'data: {"candidates": [{"content": {"parts": [{"inlineData": {"data": "A"}}]}}]}\r\n\r\n'),
            ProviderDown,
            unknown=True,
        ),
    },
    "chat": {
        **WIRE,
        "refusal": said(openai_api.says(None, refusal="I cannot.")(_CHAT), Refused),
        "a wrong key": said(openai_api.error(401, "Wrong.")(_CHAT), Unusable),
        **dict.fromkeys(("no picture", "another type", "broken base64"), IN_WORDS),
    },
    "images": _IMAGES_FAULTS,
    "images, edits": _IMAGES_FAULTS,
    "web UI": {
        **WIRE,
        "refusal": NO_FILTER,
        "no picture": said(_json({"images": []}), NoImage),
        "a wrong key": said(Answer(401, f"You are {webui.LOGIN}.".encode()), Unusable),
        "another type": said(_json({"images": [base64.b64encode(GIF).decode()]}), ProviderDown, 1),
        "broken base64": said(_json({"images": ["AAAAA"]}), ProviderDown, 1),
    },
    "sd.cpp": {
        **WIRE,
        "refusal": NO_FILTER,
        "a wrong key": said(Answer(401, f"Not {sd_cpp.KEY}.".encode()), Unusable),
        **dict.fromkeys(("no picture", "another type", "broken base64"), "it takes a job"),
    },
    "sd.cpp, job": {
        **{name: _of_job(fault) for name, fault in WIRE.items()},
        "refusal": NO_FILTER,
        "a wrong key": _of_job(said(Answer(401, f"Not {sd_cpp.KEY}.".encode()), Unusable)),
        "no picture": said(_job(), NoImage),
        "another type": said(_job(base64.b64encode(GIF).decode()), ProviderDown, 1),
        "broken base64": said(_job("AAAAA"), ProviderDown, 1),
    },
    "Cloudinary": {
        **WIRE,
        "an error of its own": said(cloudinary.BROKEN, ProviderDown),
        **dict.fromkeys(("oversize", "a packed answer"), "its SDK reads the answer, which is no picture"),
        "quota": said(cloudinary.LIMIT, Quota, retry_after=3600.0),  # the SDK shows no header
        "refusal": NO_FILTER,
        "a wrong key": said(cloudinary.BAD_KEY, Unusable),
        "no picture": Fault(_nothing_begun, ProviderDown),
        **dict.fromkeys(("another type", "broken base64"), "it begins an effect"),
    },
    "Cloudinary, effect": {
        **{name: _of_effect(fault) for name, fault in WIRE.items()},
        "garbage": _of_effect(said(Answer(200, b"<svg/>", "image/svg+xml"), ProviderDown)),
        "oversize": _of_effect(said(Answer(200, b" " * 200_000), TooLarge)),
        "refusal": NO_FILTER,
        "no picture": _of_effect(said(cloudinary.NO_ADD_ON, NoImage)),
        "a wrong key": _of_effect(said(cloudinary.BAD_KEY, Unusable)),
        "another type": _of_effect(said(Answer(200, GIF, "image/gif"), ProviderDown)),
        "broken base64": "a picture is sent as it is",
    },
}


def failing(server: Server, service: Service, fault: Fault) -> None:
    """From now on."""
    well = server.respond
    server.respond = lambda asked: fault.answer(asked, well) if service.is_concerned(asked) else well(asked)
