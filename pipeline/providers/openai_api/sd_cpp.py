"""The API of stable-diffusion.cpp's own server: pictures are jobs there, which wait in turn and can be cancelled while they do.

Fields: `examples/server/api.md` of leejet/stable-diffusion.cpp.
"""

import asyncio
import time
from contextlib import suppress
from typing import Literal
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

from gallery.errors import ProviderDown
from pipeline.providers import orders
from pipeline.providers.base import Control
from pipeline.providers.openai_api import dialect, faults
from pipeline.providers.openai_api.client import Client, body
from pipeline.providers.openai_api.dialect import Made
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server
from pipeline.providers.orders import Order
from pipeline.providers.text import Size

POLL_S = 0.5
QUESTIONS = 20  # in a row, without an answer
CANCEL_S = 2.0


class _Accepted(BaseModel):
    id: str


class _Image(BaseModel):
    b64_json: str


class _Result(BaseModel):
    images: list[_Image]


class _Job(BaseModel):
    status: Literal["queued", "generating", "completed", "failed", "cancelled"]
    result: _Result | None = None

    @property
    def pictures(self) -> list[str]:
        return [image.b64_json for image in self.result.images] if self.result else []


class SdCpp:
    def __init__(self, server: Server, client: Client, max_pixels: int) -> None:
        self._base = server.base
        self._model = server.model
        self._client = client
        self._max_pixels = max_pixels

    def make(self, order: Order, control: Control) -> Made:
        job = dialect.told(lambda: self._job(order, control))
        if job.status != "completed" or job.result is None:
            raise ProviderDown
        return dialect.made(job.pictures)

    def _job(self, order: Order, control: Control) -> _Job:
        began, payment = _Began(), dialect.payment(self._model, self._box(order))
        job = self._client.run(
            lambda http: self._finished(http, order, began), dialect.patience(control, began.seconds), payment
        )
        payment.end(dialect.paid(job.pictures))
        return job

    async def _finished(self, http: httpx2.AsyncClient, order: Order, began: "_Began") -> _Job:
        answer = await http.post(f"{self._base}/img_gen", json=self._fields(order))
        job_id = quote(_Accepted.model_validate_json(body(answer, 200, 202)).id, safe="")
        address = f"{self._base}/jobs/{job_id}"
        try:
            while True:
                job = await _asked(http, address)
                if job.status == "generating":
                    began.note()
                elif job.status != "queued":
                    return job
                await asyncio.sleep(POLL_S)
        except (asyncio.CancelledError, httpx2.HTTPError):
            with suppress(*faults.RAISED):
                async with asyncio.timeout(CANCEL_S):
                    await http.post(f"{address}/cancel")
            raise

    def _box(self, order: Order) -> Size:
        return orders.asked_size(order.shape, self._max_pixels)

    def _fields(self, order: Order) -> dict[str, object]:
        box = self._box(order)
        fields: dict[str, object] = {
            "prompt": order.instruction,
            "width": box[0],
            "height": box[1],
            "seed": order.seed,
            "batch_count": 1,
            "output_format": "png",
        }
        if order.source is None:
            return fields
        # For models that follow instructions, and for those that do not.
        image, mask = order.in_box(box)
        source = dialect.base64_png(image)
        fields |= {"ref_images": [source], "init_image": source}
        return fields if mask is None else {**fields, "mask_image": dialect.base64_png(mask)}


async def _asked(http: httpx2.AsyncClient, address: str) -> _Job:
    """Asks again if no answer comes, because another job would be paid for. Raises `httpx2.ReadError`, after which this
    one may be."""
    for _ in range(QUESTIONS):
        with suppress(*faults.RAISED, Rejected, ValidationError):
            return _Job.model_validate_json(body(await http.get(address)))
        await asyncio.sleep(POLL_S)
    raise httpx2.ReadError("nobody knows what became of the job")


class _Began:
    """When the server began."""

    def __init__(self) -> None:
        self._at: float | None = None

    def note(self) -> None:
        self._at = self._at or time.monotonic()

    def seconds(self, asked: float) -> float:
        """Since then. `asked`: seconds since it was asked."""
        return 0.0 if self._at is None else time.monotonic() - self._at
