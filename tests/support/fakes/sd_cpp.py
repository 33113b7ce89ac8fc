"""A fake of the job API of stable-diffusion.cpp's server; it validates each request strictly."""

import base64
import json
import threading
from contextlib import AbstractContextManager
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import Field, ValidationError

from pipeline.providers.openai_api.server import Server as Account
from tests.support.fakes.drawing import Drawing, decoded
from tests.support.fakes.drawing import painted as painted
from tests.support.fakes.server import Answer, Request, Server, running

KEY = "sd-canary-that-nobody-may-print"


class Body(Drawing):
    """The body of img_gen. `api.md` has more fields, which the studio never sends."""

    batch_count: Literal[1]
    output_format: Literal["png"]
    ref_images: Annotated[list[str], Field(min_length=1, max_length=1)] | None = None
    init_image: str | None = None
    mask_image: str | None = None

    @property
    def pictures(self) -> list[Image.Image]:
        texts = filter(None, (self.init_image, self.mask_image, *(self.ref_images or ())))
        return [decoded(text) for text in texts]


class SdCpp:
    """A job goes through `states`, one at each poll, and then is done; with `stays` it keeps that state."""

    def __init__(self) -> None:
        self.server: Server
        self.calls: list[Body] = []
        self.complaints: list[str] = []
        self.cancelled: list[str] = []
        self.states: list[str] = []
        self.stays: str | None = None
        self.result: bytes | None = None  # instead of the requested picture
        self.accepts = Answer(202)
        self.ends = "completed"
        self.asked_about = threading.Event()
        self._asked: dict[str, int] = {}

    def account(self, **values: Any) -> Account:
        url = f"{self.server.url}/sdcpp/v1"
        return Account(**{"url": url, "model": "", "key": KEY, "timeout_s": 60.0, "calls": 4, **values})

    def respond(self, asked: Request) -> Answer:
        try:
            return self._answer(asked)
        except (ValidationError, AssertionError, ValueError) as complaint:
            self.complaints.append(f"{asked.method} {asked.path}: {complaint}")
            return Answer(400, b'{"error": "malformed"}')

    def _answer(self, asked: Request) -> Answer:
        assert asked.headers.get("authorization") == f"Bearer {KEY}" and asked.query == {}
        match asked.method, *asked.path.strip("/").split("/")[2:]:
            case "POST", "img_gen":
                return self._accept(Body.model_validate_json(asked.body))
            case "GET", "jobs", job:
                return self._say(job)
            case "POST", "jobs", job, "cancel":
                self.cancelled.append(job)
                return Answer(200, b"{}")
        raise AssertionError("no such path")

    def _accept(self, body: Body) -> Answer:
        for picture in body.pictures:
            assert picture.size == (body.width, body.height), "the server would have to cut or to stretch"
        assert (body.ref_images is None) == (body.init_image is None)
        self.calls.append(body)
        if self.accepts.status != 202:
            return self.accepts
        job = f"job_{len(self.calls)}"
        return Answer(202, json.dumps({"id": job, "status": "queued", "poll_url": f"/sdcpp/v1/jobs/{job}"}).encode())

    def _say(self, job: str) -> Answer:
        before = self._asked[job] = self._asked.get(job, 0) + 1
        self.asked_about.set()
        state = self.stays or (self.states[before - 1] if before <= len(self.states) else self.ends)
        body = self.calls[int(job.removeprefix("job_")) - 1]
        said: dict[str, object] = {"id": job, "status": state, "result": None, "error": None}
        if state == "completed":
            picture = self.result if self.result is not None else painted(body)
            images = [{"index": 0, "b64_json": base64.b64encode(picture).decode()}] if picture else []
            said["result"] = {"output_format": "png", "images": images}
        if state == "failed":
            said["error"] = {"code": "generation_failed", "message": f"Something of {KEY}."}
        return Answer(200, json.dumps(said).encode())


def sd_cpp() -> AbstractContextManager[SdCpp]:
    return running(SdCpp())
