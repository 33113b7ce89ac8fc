"""The API of Stable Diffusion WebUI (`--api`), Forge and SD.Next. Fields: `modules/api/models.py` and
`modules/progress.py` of AUTOMATIC1111/stable-diffusion-webui."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import BaseModel, ValidationError

from pipeline.providers import orders
from pipeline.providers.base import Control
from pipeline.providers.calls import Patience, guessed_share
from pipeline.providers.openai_api import dialect, faults
from pipeline.providers.openai_api.client import Client, body
from pipeline.providers.openai_api.dialect import Made
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server
from pipeline.providers.orders import Order
from pipeline.providers.text import Size

WATCH_S = 1.0
INTERRUPT_S = 2.0
STRENGTH = 0.75  # how much of a picture is drawn anew, 0 to 1
KEEP_WHAT_WAS_THERE = 1  # value of `inpainting_fill`: the marked part starts from the original


class _Answer(BaseModel):
    images: list[str]


class _Progress(BaseModel):
    active: bool
    progress: float | None = None


@dataclass
class _Seen:
    task: str
    is_running: bool = False  # otherwise another client's picture is being made
    fraction: float | None = None


class WebUI:
    def __init__(self, server: Server, client: Client, max_pixels: int) -> None:
        self._base = server.base
        self._model = server.model
        self._client = client
        self._max_pixels = max_pixels

    def make(self, order: Order, control: Control) -> Made:
        return dialect.made(dialect.told(lambda: self._answer(order, control)).images)

    def _answer(self, order: Order, control: Control) -> _Answer:
        seen, payment = _Seen(uuid.uuid4().hex), dialect.payment(self._model, self._box(order))
        answer = _Answer.model_validate_json(
            self._client.run(lambda http: self._made(http, order, seen), _patience(control, seen), payment)
        )
        payment.end(dialect.paid(answer.images))
        return answer

    async def _made(self, http: httpx2.AsyncClient, order: Order, seen: _Seen) -> bytes:
        watching = asyncio.create_task(self._watch(http, seen))
        try:
            kind = "txt2img" if order.source is None else "img2img"
            return body(await http.post(f"{self._base}/{kind}", json=self._fields(order, seen.task)))
        except asyncio.CancelledError:
            await self._interrupt(http, seen)
            raise
        finally:
            watching.cancel()

    def _box(self, order: Order) -> Size:
        return orders.asked_size(order.shape, self._max_pixels)

    def _fields(self, order: Order, task: str) -> dict[str, object]:
        box = self._box(order)
        fields: dict[str, object] = {
            "prompt": order.words or order.lead,
            "width": box[0],
            "height": box[1],
            "seed": order.seed,
            "batch_size": 1,
            "n_iter": 1,
            "save_images": False,
            "force_task_id": task,
        }
        if self._model:
            fields["override_settings"] = {"sd_model_checkpoint": self._model}
        if order.source is None:
            return fields
        image, mask = order.in_box(box)
        fields |= {
            "init_images": [dialect.base64_png(image)],
            "denoising_strength": STRENGTH,
            "include_init_images": False,
        }
        if mask is not None:
            fields |= {
                "mask": dialect.base64_png(mask),
                "inpainting_fill": KEEP_WHAT_WAS_THERE,
                "inpaint_full_res": False,
            }
        return fields

    async def _watch(self, http: httpx2.AsyncClient, seen: _Seen) -> None:
        """Reports the server's progress. Ends if it has none, as stable-diffusion.cpp: then progress is estimated."""
        address = f"{self._base.removesuffix('/sdapi/v1')}/internal/progress"
        question: dict[str, Any] = {"id_task": seen.task, "live_preview": False}
        with suppress(*faults.RAISED, Rejected, ValidationError):
            while True:
                await asyncio.sleep(WATCH_S)
                said = _Progress.model_validate_json(body(await http.post(address, json=question)))
                seen.is_running = said.active
                if said.active:
                    seen.fraction = said.progress or 0.0

    async def _interrupt(self, http: httpx2.AsyncClient, seen: _Seen) -> None:
        """Only while ours is made, since the server interrupts whatever it is making."""
        if seen.is_running:
            with suppress(*faults.RAISED):
                async with asyncio.timeout(INTERRUPT_S):
                    await http.post(f"{self._base}/interrupt")


def _patience(control: Control, seen: _Seen) -> Patience:
    def asked(seconds: float) -> None:
        if seen.fraction is None:
            control.billed_progress(guessed_share(seconds, dialect.USUAL_S))
        else:
            control.progress(seen.fraction)

    return Patience(lambda: control.progress(0.0), asked)
