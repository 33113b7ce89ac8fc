"""Servers that speak OpenAI's API and do not do well: what a person hears, what is paid, and who never sees a key."""

import logging
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from gallery.errors import (
    BadInput,
    Interrupted,
    NoImage,
    ProviderDown,
    Quota,
    Refused,
    StudioError,
    TimedOut,
    TooLarge,
    Unusable,
)
from pipeline.providers.base import Intent
from pipeline.providers.openai_api.chat import ChatRefiner
from pipeline.providers.openai_api.images import ImagesProvider
from tests.contracts.asking import to_make, to_read
from tests.support.fakes import openai_api as fake
from tests.support.fakes.nonsense import NONSENSE
from tests.support.fakes.openai_api import Call, Kind, OpenAI, Responder
from tests.support.listener import Listener
from tests.support.studio import eventually

LAKE = to_read("a lake")
PAINT = to_make(Intent.GENERATE, width=512, height=512, style=None)
CHANGE = to_make(Intent.EDIT)
KINDS: tuple[Kind, ...] = ("chat", "generations", "edits")


@dataclass(frozen=True)
class Both:
    images: ImagesProvider
    chat: ChatRefiner

    def ask(self, kind: Kind, listener: Listener | None = None) -> Any:
        if kind == "chat":
            return self.chat.refine(LAKE)
        return self.images.make(PAINT if kind == "generations" else CHANGE, listener or Listener())

    def failure(self, kind: Kind) -> StudioError:
        with pytest.raises(StudioError) as caught:
            self.ask(kind)
        return caught.value


@contextmanager
def asking(server: OpenAI, **account: Any) -> Iterator[Both]:
    with ExitStack() as stack:
        images = stack.enter_context(closing(ImagesProvider(server.account(**account))))
        yield Both(images, stack.enter_context(closing(ChatRefiner(server.account(**account)))))


@pytest.fixture
def both(server: OpenAI) -> Iterator[Both]:
    with asking(server) as both:
        yield both


ANYWHERE: list[tuple[Responder, type[StudioError], str]] = [
    (fake.error(400, "Rejected by the safety system.", code="moderation_blocked"), Refused, "refused this request"),
    (
        fake.error(400, "Your request was rejected.", code="content_policy_violation"),
        Refused,
        "refused this request",
    ),
    (fake.error(401, "Incorrect API key provided."), Unusable, "does not accept this studio's key"),
    (fake.error(403, "Not allowed."), Unusable, "does not accept this studio's key"),
    (fake.error(402, "Pay."), Unusable, "this studio's account"),
    (fake.error(404, "The model does not exist."), Unusable, "does not know the model"),
    (fake.error(405, "Method not allowed."), Unusable, "does not know the model"),
    (fake.error(408, "Slow."), TimedOut, "took too long"),
    (fake.error(504, "Slow."), TimedOut, "took too long"),
    (fake.error(413, "Large."), TooLarge, "too large"),
    (fake.error(409, "Odd."), BadInput, "cannot work with this request"),
    (fake.error(429, "Rate limit.", code="rate_limit_exceeded"), Quota, "no quota left"),
    (fake.error(429, "Pay.", code="insufficient_quota"), Quota, "no quota left"),
    (fake.error(500, "Out of memory."), ProviderDown, "cannot be reached"),
    (fake.error(503, "Loading."), ProviderDown, "cannot be reached"),
    (fake.raw(b"", 307, location="/v1/elsewhere"), ProviderDown, "cannot be reached"),
    (fake.raw(b'{"data": ['), ProviderDown, "cannot be read"),
    (fake.raw(b'{"data": "none", "choices": 7}'), ProviderDown, "cannot be read"),
    (fake.cut_off, ProviderDown, "cannot be reached"),
    *NONSENSE,
]
TRUNCATED = fake.painted(Call("generations", ""))[:-60]
OF_PICTURES: list[tuple[Responder, type[StudioError], str]] = [
    (fake.raw(b'{"data": []}'), NoImage, "made no picture of this"),
    (fake.raw(b'{"data": [{"b64_json": null}]}'), NoImage, "made no picture of this"),
    (fake.raw(b'{"data": [{"b64_json": "%%%"}]}'), ProviderDown, "not a picture"),
    (fake.shows(TRUNCATED), ProviderDown, "not a picture"),
    (fake.shows(b"GIF89a" + bytes(40)), ProviderDown, "not a picture"),
    (fake.shows(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ProviderDown, "not a picture"),
    (fake.shows(bytes(21 * 1024 * 1024)), ProviderDown, "not a picture"),
    (fake.points_to("/files/gone.png"), ProviderDown, "cannot be reached"),
    (fake.points_to("http://elsewhere.test/made.png"), ProviderDown, "does not look"),
    (fake.points_to("http://127.0.0.1.elsewhere.test/made.png"), ProviderDown, "does not look"),
    (fake.points_to("//elsewhere.test/made.png"), ProviderDown, "does not look"),
    (fake.points_to("http://127.0.0.1@elsewhere.test/made.png"), ProviderDown, "does not look"),
    (fake.points_to("file:///etc/passwd"), ProviderDown, "does not look"),
    (fake.points_to("http://[x"), ProviderDown, "does not look"),
    (fake.points_to("data:image/png;base64,AAAA"), ProviderDown, "not a picture"),
]
OF_READINGS: list[tuple[Responder, type[StudioError], str]] = [
    (fake.says(None, refusal="I cannot."), Refused, "refused this request"),
    (fake.says("", "content_filter"), Refused, "refused this request"),
    (fake.says("I had rather not."), ProviderDown, "cannot be read"),
    (fake.says(None), ProviderDown, "cannot be read"),
    (fake.says('{"intent": "generate"}'), ProviderDown, "cannot be read"),
    (
        fake.says('{"intent": "dance", "prompt": "", "title": "", "reply": null, "style": null}'),
        ProviderDown,
        "cannot be read",
    ),
    (fake.raw(b'{"choices": []}'), ProviderDown, "cannot be read"),
]
CASES = [
    *((kind, *row) for kind in KINDS for row in ANYWHERE),
    *((kind, *row) for kind in KINDS[1:] for row in OF_PICTURES),
    *(("chat", *row) for row in OF_READINGS),
]


@pytest.mark.parametrize(("kind", "responder", "kind_of_error", "sentence"), CASES)
def test_each_failure_is_our_error_and_keeps_the_servers_words_and_our_key_to_itself(
    both: Both,
    server: OpenAI,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    responder: Responder,
    kind_of_error: type[StudioError],
    sentence: str,
) -> None:
    for name in ("", "httpx2", "httpcore2"):  # the settings let those say less
        caplog.set_level(logging.DEBUG, name)
    server.then(kind, responder, responder)
    error = both.failure(kind)
    assert type(error) is kind_of_error
    assert sentence in error.message
    assert len(server.calls) <= (2 if kind == "chat" else 1)  # a reading is asked for once more, without the schema
    said = repr(error) + repr(vars(error)) + "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert fake.KEY not in said + caplog.text


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after_ms": "250", "retry_after": "1"}, 0.25),
        ({"retry_after": "1e9"}, 600),
        ({"retry_after": "-3"}, None),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "Sun, 22 Nov 2026 18:00:00 GMT"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_says_when_to_come_back(
    both: Both, server: OpenAI, kind: Kind, status: int, headers: dict[str, str], seconds: float | None
) -> None:
    server.then(kind, fake.raw(b"slow down", status, "text/plain", **headers))
    assert both.failure(kind).retry_after == seconds


# Waiting


def test_no_more_calls_at_a_time_than_the_setting_says_and_those_who_wait_can_be_stopped(server: OpenAI) -> None:
    go_on = threading.Event()
    server.then("generations", fake.held(go_on), fake.held(go_on))
    with asking(server, calls=2) as both, ThreadPoolExecutor(2) as threads:
        made = [threads.submit(both.ask, "generations") for _ in range(2)]
        eventually(lambda: len(server.calls) == 2)
        stopped = Listener(stop_after=2)  # one beat before its turn, one while it waits for it
        with pytest.raises(Interrupted):
            both.ask("generations", stopped)
        assert (stopped.heard, len(server.calls)) == ([0.0, 0.0], 2)
        go_on.set()
        assert all(future.result().data for future in made)


def test_a_refinement_that_finds_no_turn_in_time_says_that_the_service_is_busy(server: OpenAI) -> None:
    over = threading.Event()
    server.then("chat", fake.held(over))
    with asking(server, calls=1) as both, ThreadPoolExecutor(1) as threads:
        first = threads.submit(both.ask, "chat")
        eventually(lambda: server.calls)
        both.chat._server = server.account(timeout_s=0.1)  # of the one who waits
        busy = both.failure("chat")
        assert (type(busy), busy.message) == (Quota, "The picture service is busy.")
        over.set()
        assert first.result().prompt
