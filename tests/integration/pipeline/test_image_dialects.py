"""The provider `images` and servers whose pictures are jobs: Stable Diffusion WebUI and stable-diffusion.cpp."""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import (
    BadInput,
    Interrupted,
    NoImage,
    ProviderDown,
    Quota,
    StudioError,
    TimedOut,
    TooLarge,
    Unusable,
)
from pipeline.providers.base import Intent, PictureRequest, Usage
from pipeline.providers.openai_api import sd_cpp as jobs
from pipeline.providers.openai_api import webui as watching
from pipeline.providers.openai_api.images import ImagesProvider
from pipeline.providers.openai_api.server import Server
from tests.contracts.asking import png, to_make
from tests.support.clock import let_time_pass
from tests.support.fakes import sd_cpp, webui
from tests.support.fakes.sd_cpp import SdCpp
from tests.support.fakes.server import NEVER, Answer, cut, raw, serving
from tests.support.fakes.webui import WebUI
from tests.support.listener import Listener
from tests.support.studio import HANGS_S, eventually

PAINT = to_make(Intent.GENERATE, width=512, height=512, style=None)
CHANGE = to_make(Intent.EDIT, prompt="make it blue", style=None)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "WATCH_S", 0.02)
    monkeypatch.setattr(jobs, "POLL_S", 0.02)


@pytest.fixture
def web() -> Iterator[WebUI]:
    with webui.webui() as server:
        yield server


@pytest.fixture
def cpp() -> Iterator[SdCpp]:
    with sd_cpp.sd_cpp() as server:
        yield server


def made(server: WebUI | SdCpp, request: PictureRequest, listener: Listener | None = None, **account: Any) -> Any:
    with closing(ImagesProvider(server.account(**account))) as images:
        return images.make(request, listener or Listener())


def failure(server: WebUI | SdCpp, request: PictureRequest = PAINT, **account: Any) -> StudioError:
    with pytest.raises(StudioError) as caught:
        made(server, request, **account)
    return caught.value


@dataclass
class Until(Listener):
    """Gives the picture up once something was seen."""

    seen: threading.Event

    def __post_init__(self) -> None:
        super().__init__()

    def progress(self, fraction: float) -> None:
        super().progress(fraction)
        if self.seen.is_set():
            raise Interrupted

    billed_progress = progress


def overdue(server: WebUI | SdCpp | Server, begun: Callable[[], object]) -> StudioError:
    """The error of a picture for which the time is over once it was begun."""
    account = server if isinstance(server, Server) else server.account()

    class Late(Listener):
        is_over = False

        def progress(self, fraction: float) -> None:
            if begun() and not self.is_over:
                self.is_over = True
                let_time_pass(images._client._calls, account.timeout_s)

        billed_progress = progress

    with closing(ImagesProvider(account)) as images, pytest.raises(StudioError) as caught:
        images.make(PAINT, Late())
    return caught.value


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("http://localhost:7860/sdapi/v1", "sdapi"),
        ("https://at.home/behind/sdapi/v1/", "sdapi"),
        ("http://localhost:1234/sdcpp/v1", "sdcpp"),
        ("http://localhost:8080", ""),
        ("http://localhost:8080/v1", ""),
    ],
)
def test_the_end_of_the_address_says_which_language_a_server_speaks(url: str, api: str) -> None:
    assert Server(url, "").api == api


# Stable Diffusion WebUI


def test_a_picture_of_the_web_ui(web: WebUI) -> None:
    picture = made(web, PAINT)
    (call,) = web.calls
    assert (call.prompt, call.override_settings) == (PAINT.prompt, {"sd_model_checkpoint": webui.MODEL})
    assert pictures.decode(picture.data).size == (512, 512)
    assert picture.usage == Usage(pictures=1)


def test_a_key_without_a_name_is_no_login(web: WebUI) -> None:
    account = web.account(key="token")
    assert not account.has_login
    assert web.account().has_login
    assert not Server("http://localhost:8080/v1", "", "a:b").has_login


def test_a_change_sends_the_picture_and_what_to_change(web: WebUI) -> None:
    before = Image.linear_gradient("L").resize((300, 260)).convert("RGB")
    mask = Image.new("L", (300, 260))
    mask.paste(255, (150, 0, 300, 260))
    after = pictures.decode(made(web, to_make(Intent.EDIT, source=png(before), mask=png(mask))).data)
    (call,) = web.calls
    assert call.image and call.marked and call.image.size == call.marked.size
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 * (value > 8))
    assert changed.getbbox() == (150, 0, 300, 260)


def test_the_server_tells_how_far_it_is(web: WebUI) -> None:
    heard: list[float] = []

    class Real(Listener):
        def progress(self, fraction: float) -> None:
            heard.append(fraction)

        def billed_progress(self, fraction: float) -> None:
            """A guess."""

    web.progress = 0.625
    done = threading.Event()
    web.then(webui.held(done))
    with closing(ImagesProvider(web.account())) as images:
        thread = threading.Thread(target=images.make, args=(PAINT, Real()))
        thread.start()
        eventually(lambda: 0.625 in heard)
        done.set()
        thread.join(HANGS_S)
    assert not thread.is_alive()


def test_a_server_that_does_not_tell_is_guessed(web: WebUI) -> None:
    web.tells_progress = False
    listener = Listener()
    web.then(webui.held(listener.moved))
    assert made(web, PAINT, listener).data
    assert 0 < listener.heard[-1] < 1


def test_what_is_cancelled_stops_there_too(web: WebUI) -> None:
    web.then(webui.held(web.interrupted))
    with pytest.raises(Interrupted):
        made(web, PAINT, Until(web.asked_for_progress))
    eventually(web.interrupted.is_set)
    assert made(web, PAINT).data


def test_another_clients_picture_is_not_interrupted(web: WebUI) -> None:
    web.busy_with_another = True
    release = threading.Event()
    web.then(webui.held(release))
    with pytest.raises(Interrupted):
        made(web, PAINT, Until(web.asked_for_progress))
    release.set()
    assert not web.interrupted.is_set()


WEB_FAULTS: list[tuple[webui.Responder, type[StudioError], str]] = [
    (webui.error(401), Unusable, "does not accept this studio's key"),
    (webui.error(404, "Model not found"), Unusable, "does not know the model"),
    (webui.error(413), TooLarge, "too large"),
    (webui.error(422), BadInput, "cannot work with this request"),
    (webui.error(429), Quota, "no quota left"),
    (webui.error(500, "CUDA out of memory"), ProviderDown, "cannot be reached"),
    (raw(b"", 307, location="http://127.0.0.1:9/elsewhere"), ProviderDown, "cannot be reached"),
    (raw(b"<html>"), ProviderDown, "cannot be read"),
    (raw(b'{"images": 7}'), ProviderDown, "cannot be read"),
    (raw(b'{"images": ["%%%"]}'), ProviderDown, "not a picture"),
    (webui.shows(b"GIF89a" + bytes(40)), ProviderDown, "not a picture"),
    (webui.shows(bytes(21 * 1024 * 1024)), ProviderDown, "not a picture"),
    (webui.shows(), NoImage, "made no picture of this"),
    (lambda body: cut(webui.shows(webui.painted(body))(body)), ProviderDown, "cannot be reached"),
]


@pytest.mark.parametrize(("responder", "kind", "sentence"), WEB_FAULTS)
def test_each_failure_of_the_web_ui_is_our_error(
    web: WebUI, caplog: pytest.LogCaptureFixture, responder: webui.Responder, kind: type[StudioError], sentence: str
) -> None:
    for name in ("", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, name)
    web.then(responder)
    error = failure(web)
    assert (type(error), sentence in error.message) == (kind, True)
    assert len(web.calls) == 1
    said = repr(error) + repr(vars(error)) + "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert "canary" not in said + caplog.text


def test_a_web_ui_that_never_answers_is_a_timeout_and_is_told_to_stop(web: WebUI) -> None:
    web.then(webui.held(web.interrupted))
    assert type(overdue(web, lambda: web.running)) is TimedOut
    eventually(web.interrupted.is_set)


# stable-diffusion.cpp


def test_a_job_of_stable_diffusion_cpp(cpp: SdCpp) -> None:
    cpp.states = ["queued", "queued", "generating"]
    picture = made(cpp, PAINT)
    (call,) = cpp.calls
    assert (call.prompt, call.width, call.height, call.pictures) == (PAINT.prompt, 512, 512, [])
    assert picture.usage == Usage(pictures=1)


def test_a_job_gets_the_picture_that_is_to_be_changed_and_what_of_it(cpp: SdCpp) -> None:
    before = Image.linear_gradient("L").resize((300, 260)).convert("RGB")
    mask = Image.new("L", (300, 260))
    mask.paste(255, (150, 0, 300, 260))
    after = pictures.decode(made(cpp, to_make(Intent.EDIT, source=png(before), mask=png(mask))).data)
    (call,) = cpp.calls
    assert call.init_image == (call.ref_images or [""])[0] and call.mask_image
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 * (value > 8))
    assert changed.getbbox() == (150, 0, 300, 260)


def test_a_job_that_waits_makes_no_progress(cpp: SdCpp) -> None:
    cpp.stays = "queued"
    listener = Until(cpp.asked_about)
    with pytest.raises(Interrupted):
        made(cpp, PAINT, listener)
    assert set(listener.heard) == {0.0}


def test_a_job_that_is_given_up_is_cancelled_there(cpp: SdCpp) -> None:
    cpp.stays = "queued"
    with pytest.raises(Interrupted):
        made(cpp, PAINT, Until(cpp.asked_about))
    eventually(lambda: cpp.cancelled == ["job_1"])


def test_a_job_that_takes_too_long_is_cancelled_there(cpp: SdCpp) -> None:
    cpp.stays = "generating"
    assert type(overdue(cpp, cpp.asked_about.is_set)) is TimedOut
    eventually(lambda: cpp.cancelled == ["job_1"])


@pytest.mark.parametrize("ends", ["failed", "cancelled"])
def test_a_job_that_ends_without_a_picture_is_the_servers_fault(
    cpp: SdCpp, caplog: pytest.LogCaptureFixture, ends: str
) -> None:
    cpp.ends = ends
    error = failure(cpp)
    assert type(error) is ProviderDown
    assert "canary" not in caplog.text + repr(error) + error.message


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (b"", NoImage),
        (b"GIF89a" + bytes(40), ProviderDown),
        (png(Image.new("RGB", (64, 64)))[:-50], ProviderDown),
    ],
)
def test_what_is_no_picture_is_none(cpp: SdCpp, result: bytes, kind: type[StudioError]) -> None:
    cpp.result = result
    assert type(failure(cpp)) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, b'{"error": "invalid"}'), BadInput),
        (Answer(401), Unusable),
        (Answer(429), Quota),
        (Answer(500), ProviderDown),
        (Answer(200, b"{}"), ProviderDown),
        (Answer(200, b"<html>"), ProviderDown),
    ],
)
def test_each_failure_of_a_job_is_our_error(cpp: SdCpp, answer: Answer, kind: type[StudioError]) -> None:
    cpp.accepts = answer
    assert type(failure(cpp)) is kind
    assert len(cpp.calls) == 1


def test_a_job_is_asked_about_at_our_address_whatever_the_server_calls_it() -> None:
    asked: list[str] = []

    def respond(question: Any) -> Answer:
        asked.append(question.path)
        return Answer(202, b'{"id": "../../../elsewhere?x=1"}') if question.method == "POST" else NEVER

    with serving(respond) as server:
        assert type(overdue(Server(f"{server.url}/sdcpp/v1", ""), lambda: asked[1:])) is TimedOut
    assert asked[1:] and all(path.startswith("/sdcpp/v1/jobs/..%2F") for path in asked[1:])
