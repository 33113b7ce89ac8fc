import base64
import binascii
from contextlib import suppress

from PIL import Image, ImageOps
from pydantic import BaseModel, ValidationError

from gallery import pictures
from gallery.errors import BadInput, NoImage, ProviderDown, StudioError
from pipeline.providers import fitting
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, PlanForm, RefinedRequest, Usage
from pipeline.providers.calls import Patience, guessed_share, usage_on_errors
from pipeline.providers.openai_api import faults, orders
from pipeline.providers.openai_api.client import Client, Files, Question
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.openai_api.server import Server
from pipeline.providers.text import Bilingual, Size

USUAL_S = 30.0  # for the progress bar
MAX_TOKENS = 2**31 - 1  # that a database can add up
NO_TRANSPARENCY = Bilingual(
    "The image model makes no transparent pictures, so it cannot remove a background.",
    "Mô hình tạo ảnh không tạo được ảnh trong suốt nên không xóa nền được.",
)
ENLARGED = Bilingual(
    "The image model made it at {} × {} pixels; it was enlarged to the size that you chose.",
    "Mô hình tạo ảnh ở cỡ {} × {} pixel; ảnh đã được phóng to đến cỡ bạn chọn.",
)


class _Datum(BaseModel):
    b64_json: str | None = None
    url: str | None = None


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


class _Answer(BaseModel):
    data: list[_Datum]
    usage: _Usage | None = None


class ImagesProvider:
    name = "images"
    max_pictures = 1

    def __init__(self, server: Server, max_pixels: int = 1024 * 1024) -> None:
        self._model = server.model
        self._max_pixels = max_pixels
        self._takes_few_sizes = False  # as the server says itself
        self._client = Client(self.name, server)

    def close(self) -> None:
        self._client.close()

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return None if refined.intent in orders.SERVED else NO_TRANSPARENCY.to(refined.content)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for an intent it does not serve, or a change without a picture."""
        if request.intent not in orders.SERVED:
            raise BadInput("The image model does not do this.")
        if request.intent.needs_source and request.source is None:
            raise BadInput("There is no picture to change.")
        if not orders.words(request):  # all of them were commands
            raise NoImage(faults.NO_IMAGE)
        control.progress(0.0)  # a cancelled message shall cost nothing
        patience = Patience(
            lambda: control.progress(0.0), lambda seconds: control.billed_progress(guessed_share(seconds, USUAL_S))
        )
        answer = self._answer(request, patience)
        found = next((datum for datum in answer.data if datum.b64_json or datum.url), None)
        paid = _usage(answer, pictures=1 if found else 0)
        with usage_on_errors(paid):
            if found is None:
                raise NoImage(faults.NO_IMAGE)
            image = fitting.decoded(self._data(found, control))
            made = fitting.fitted(_unboxed(image, request), request)
        return Picture(fitting.png(made), self.name, paid, note=_enlarged(image, request))

    def _answer(self, request: PictureRequest, patience: Patience) -> _Answer:
        fault: StudioError
        try:
            return _Answer.model_validate_json(self._body(request, patience))
        except ValidationError:
            fault = ProviderDown(faults.UNREADABLE)
        except Rejected as rejected:
            fault = faults.of_rejected(rejected)
        raise fault  # here, without another error as context

    def _body(self, request: PictureRequest, patience: Patience) -> bytes:
        try:
            return self._client.ask(self._question(request, self._takes_few_sizes), patience)
        except Rejected as rejected:
            if self._takes_few_sizes or not (rejected.is_complaint and rejected.mentions("size")):
                raise
        body = self._client.ask(self._question(request, few_sizes=True), patience)
        self._takes_few_sizes = True
        return body

    def _question(self, request: PictureRequest, few_sizes: bool) -> Question:
        wanted = orders.shape(request)
        box = orders.openai_size(wanted) if few_sizes else orders.asked_size(wanted, self._max_pixels)
        seed = request.seed % orders.SEEDS
        said = orders.words(request)
        fields = {
            "prompt": orders.with_seed(said, seed) if self._model == orders.SD_CPP else said,
            "n": 1,
            "size": f"{box[0]}x{box[1]}",
            "response_format": "b64_json",
            "seed": seed,
        }
        if self._model:
            fields["model"] = self._model
        optional = ("response_format", "seed")
        if request.source is None:
            return Question("images/generations", fields, None, optional)
        return Question("images/edits", fields, _files(request.source, request.mask, box), optional)

    def _data(self, found: _Datum, control: Control) -> bytes:
        if data := found.b64_json or _data_url(found.url):
            return _decoded(data)
        with suppress(Rejected):
            return self._client.download(
                found.url or "", Patience(lambda: None, lambda seconds: control.billed_progress(0.9))
            )
        raise ProviderDown


def _data_url(url: str | None) -> str | None:
    return url if url and url.startswith("data:") else None


def _unboxed(image: Image.Image, request: PictureRequest) -> Image.Image:
    """Without the box around it; with a mask, `fitted` cuts it out."""
    if request.source is None or request.mask is not None:
        return image
    width, height = pictures.check(request.source)
    share = min(image.width / width, image.height / height, 1.0)
    return ImageOps.fit(image, (max(1, round(width * share)), max(1, round(height * share))), fitting.FINE)


def _files(source: bytes, mask: bytes | None, box: Size) -> Files:
    """In the size that is asked for, in the middle of it, so that the server neither cuts nor stretches."""
    old = pictures.decode(source)
    if mask is None:
        return {"image": ("image.png", fitting.png(_in_box(old, box)), "image/png")}
    where = pictures.decode(mask).convert("L").resize(old.size)
    return {
        "image": ("image.png", fitting.png(_in_box(old, box)), "image/png"),
        "mask": ("mask.png", fitting.png(_clear_where(_in_box(where, box))), "image/png"),
    }


def _in_box(image: Image.Image, box: Size) -> Image.Image:
    return image.resize(box, fitting.FINE) if fitting.alike(image.size, box) else ImageOps.pad(image, box, fitting.FINE)


def _clear_where(mask: Image.Image) -> Image.Image:
    """OpenAI changes where alpha is 0; servers that ignore alpha change what is white: so it is both."""
    white = mask.point(lambda value: 255 * (value >= 128))
    return Image.merge("RGBA", (white, white, white, ImageOps.invert(white)))


def _decoded(text: str) -> bytes:
    """Some send a data URL."""
    try:
        return base64.b64decode(text.rpartition("base64,")[2])
    except (binascii.Error, ValueError):
        raise ProviderDown("The picture service sent something that is not a picture.") from None


def _usage(answer: _Answer, pictures: int = 0) -> Usage:
    counted = answer.usage or _Usage()
    bounded = [max(0, min(MAX_TOKENS, count)) for count in (counted.input_tokens, counted.output_tokens)]
    return Usage(bounded[0], bounded[1], pictures)


def _enlarged(image: Image.Image, request: PictureRequest) -> str | None:
    if request.source is not None or not (request.width and request.height):
        return None
    if image.width >= request.width * 0.95 and image.height >= request.height * 0.95:
        return None
    return ENLARGED.to(request.content).format(*image.size)
