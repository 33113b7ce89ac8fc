"""A fake of Stable Diffusion WebUI's API: one picture at a time, with its progress, which can be interrupted. It validates
each request strictly."""

import base64
import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import Field, ValidationError

from pipeline.providers.openai_api.server import Server as Account
from tests.support.fakes.drawing import Drawing, decoded
from tests.support.fakes.drawing import painted as painted
from tests.support.fakes.server import Answer, Request, Server, hold, running

LOGIN = "keeper:canary-that-nobody-may-print"
MODEL = "model-of-the-tests"


class Body(Drawing):
    """The body of txt2img and img2img. `modules/api/models.py` has more fields, which the studio never sends."""

    batch_size: Literal[1]
    n_iter: Literal[1]
    save_images: Literal[False]
    force_task_id: Annotated[str, Field(min_length=32)]
    override_settings: dict[Literal["sd_model_checkpoint"], str] | None = None
    init_images: Annotated[list[str], Field(min_length=1, max_length=1)] | None = None
    denoising_strength: Annotated[float, Field(gt=0, le=1)] | None = None
    include_init_images: Literal[False] | None = None
    mask: str | None = None
    inpainting_fill: Literal[0, 1, 2, 3] | None = None
    inpaint_full_res: bool | None = None

    @property
    def image(self) -> Image.Image | None:
        return decoded(self.init_images[0]) if self.init_images else None

    @property
    def marked(self) -> Image.Image | None:
        return decoded(self.mask) if self.mask else None


Responder = Callable[[Body], Answer]


class WebUI:
    """`then` sets how the next pictures are answered; all others come at once, in orange."""

    def __init__(self) -> None:
        self.server: Server
        self.calls: list[Body] = []
        self.complaints: list[str] = []
        self.progress = 0.5  # of the picture that is being made
        self.running: str | None = None  # its task
        self.busy_with_another = False
        self.tells_progress = True
        self.interrupted = threading.Event()
        self.asked_for_progress = threading.Event()
        self._responders: deque[Responder] = deque()

    def account(self, **values: Any) -> Account:
        url = f"{self.server.url}/sdapi/v1"
        return Account(**{"url": url, "model": MODEL, "key": LOGIN, "timeout_s": 60.0, "calls": 4, **values})

    def then(self, *responders: Responder) -> None:
        self._responders.extend(responders)

    def respond(self, asked: Request) -> Answer:
        try:
            return self._answer(asked)
        except (ValidationError, AssertionError, ValueError) as complaint:
            self.complaints.append(f"{asked.method} {asked.path}: {complaint}")
            return Answer(422, b'{"detail": "malformed"}')

    def _answer(self, asked: Request) -> Answer:
        assert asked.method == "POST" and asked.query == {}
        login = base64.b64encode(LOGIN.encode()).decode()
        assert asked.headers.get("authorization") == f"Basic {login}", "not the login"
        if asked.path == "/sdapi/v1/interrupt":
            self.interrupted.set()
            return Answer(200, b"{}")
        if asked.path == "/internal/progress":
            return self._progress(json.loads(asked.body))
        body = Body.model_validate_json(asked.body)
        assert asked.path == ("/sdapi/v1/img2img" if body.init_images else "/sdapi/v1/txt2img")
        _check_pictures(body)
        self.calls.append(body)
        self.running = None if self.busy_with_another else body.force_task_id
        try:
            return (self._responders.popleft() if self._responders else shows(painted(body)))(body)
        finally:
            self.running = None

    def _progress(self, question: dict[str, Any]) -> Answer:
        assert set(question) == {"id_task", "live_preview"}
        if not self.tells_progress:
            return Answer(404)
        self.asked_for_progress.set()
        is_active = question["id_task"] == self.running
        said = {
            "active": is_active,
            "queued": False,
            "completed": False,
            "progress": self.progress if is_active else None,
        }
        return Answer(200, json.dumps(said).encode())


def webui() -> AbstractContextManager[WebUI]:
    return running(WebUI())


def _check_pictures(body: Body) -> None:
    changes = [body.denoising_strength, body.include_init_images]
    assert (body.init_images is None) == (body.mask is None and changes == [None, None])
    assert (body.mask is None) == (body.inpainting_fill is None)
    for picture in filter(None, (body.image, body.marked)):
        assert picture.size == (body.width, body.height), "the server would have to cut or to stretch"
    if body.marked:
        assert body.marked.mode == "L" and {value for _, value in body.marked.getcolors() or []} <= {0, 255}


# Answers


def shows(*pictures: bytes) -> Responder:
    said = {"images": [base64.b64encode(data).decode() for data in pictures], "parameters": {}, "info": "{}"}
    return lambda body: Answer(200, json.dumps(said).encode())


def held(until: threading.Event) -> Responder:
    return hold(until, lambda body: shows(painted(body))(body))


def error(status: int, words: str = "Something went wrong.") -> Responder:
    return lambda body: Answer(status, json.dumps({"detail": f"{words} You are {LOGIN}."}).encode())
