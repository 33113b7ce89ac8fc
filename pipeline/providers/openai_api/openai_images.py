"""OpenAI's image API: also of vLLM-Omni, SGLang, LocalAI and stable-diffusion.cpp."""

from contextlib import suppress

from PIL import Image, ImageOps
from pydantic import BaseModel

from gallery.errors import NoImage, ProviderDown
from pipeline.providers import fitting, orders
from pipeline.providers.base import Control, Usage
from pipeline.providers.calls import Patience, usage_on_errors
from pipeline.providers.openai_api import dialect, faults
from pipeline.providers.openai_api.client import Client, Files, Question
from pipeline.providers.openai_api.dialect import Made
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server
from pipeline.providers.orders import Order
from pipeline.providers.text import Size

PICTURE_TOKENS = 3000
OUTPUT_TOKENS = 8192  # of a picture, at most, where the server counts any
MAX_TOKENS = 2**31 - 1


class _Datum(BaseModel):
    b64_json: str | None = None
    url: str | None = None


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


class _Answer(BaseModel):
    data: list[_Datum]
    usage: _Usage | None = None


class OpenAIImages:
    def __init__(self, server: Server, client: Client, max_pixels: int) -> None:
        self._model = server.model
        self._client = client
        self._max_pixels = max_pixels
        self._takes_few_sizes = False  # once the server has said so

    def make(self, order: Order, control: Control) -> Made:
        answer = dialect.told(lambda: self._answer(order, dialect.patience(control)))
        found = next((datum for datum in answer.data if datum.b64_json or datum.url), None)
        paid = _usage(answer, pictures=1 if found else 0)
        with usage_on_errors(paid):
            if found is None:
                raise NoImage(faults.NO_IMAGE)
            return Made(self._data(found, control), paid)

    def _answer(self, order: Order, patience: Patience) -> _Answer:
        """Raises `ValidationError`, `Rejected`."""
        try:
            return self._paid(order, self._takes_few_sizes, patience)
        except Rejected as rejected:
            if self._takes_few_sizes or not (rejected.is_complaint and rejected.mentions("size")):
                raise
        answer = self._paid(order, True, patience)
        self._takes_few_sizes = True
        return answer

    def _paid(self, order: Order, few_sizes: bool, patience: Patience) -> _Answer:
        box = orders.openai_size(order.shape) if few_sizes else orders.asked_size(order.shape, self._max_pixels)
        question = self._question(order, box)
        asked = question.said + len(question.files or ()) * PICTURE_TOKENS
        payment = dialect.payment(self._model, box, Usage(asked, OUTPUT_TOKENS, pictures=1))
        answer = _Answer.model_validate_json(self._client.ask(question, patience, payment))
        payment.end(_usage(answer, pictures=1 if any(each.b64_json or each.url for each in answer.data) else 0))
        return answer

    def _question(self, order: Order, box: Size) -> Question:
        said = order.instruction
        fields = {
            "prompt": orders.with_seed(said, order.seed) if self._model == orders.SD_CPP else said,
            "n": 1,
            "size": f"{box[0]}x{box[1]}",
            "response_format": "b64_json",
            "seed": order.seed,
        }
        if self._model:
            fields["model"] = self._model
        optional = ("response_format", "seed")
        if order.source is None:
            return Question("images/generations", fields, None, optional)
        return Question("images/edits", fields, _files(order, box), optional)

    def _data(self, found: _Datum, control: Control) -> bytes:
        if data := found.b64_json or _data_url(found.url):
            return dialect.decoded(data)
        with suppress(Rejected):
            return self._client.download(
                found.url or "", Patience(lambda: None, lambda seconds: control.billed_progress(0.9))
            )
        raise ProviderDown


def _data_url(url: str | None) -> str | None:
    return url if url and url.startswith("data:") else None


def _files(order: Order, box: Size) -> Files:
    image, mask = order.in_box(box)
    files = {"image": ("image.png", fitting.png(image), "image/png")}
    return files if mask is None else {**files, "mask": ("mask.png", fitting.png(_clear_where(mask)), "image/png")}


def _clear_where(white: Image.Image) -> Image.Image:
    """OpenAI changes what has alpha 0; servers that ignore alpha change what is white. So it has both."""
    return Image.merge("RGBA", (white, white, white, ImageOps.invert(white)))


def _usage(answer: _Answer, pictures: int = 0) -> Usage:
    counted = answer.usage or _Usage()
    bounded = [max(0, min(MAX_TOKENS, count)) for count in (counted.input_tokens, counted.output_tokens)]
    return Usage(bounded[0], bounded[1], pictures)
