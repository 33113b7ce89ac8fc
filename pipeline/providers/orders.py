"""What an image model is told, and in which size. Commands to a server are taken out of people's prompts."""

import json
import math
import re
from dataclasses import dataclass
from itertools import product

from PIL import Image, ImageOps

from gallery import pictures
from gallery.errors import BadInput
from gallery.translation import N_, _
from pipeline.providers import fitting
from pipeline.providers.base import Intent, PictureRequest, RefinedRequest
from pipeline.providers.text import Size
from pipeline.providers.wording import LEADS, style

SERVED = frozenset(LEADS)
SEEDS = 2**31  # 32-bit numbers with a sign
SIDES = range(256, 2048 + 1, 64)  # pixels: every model's sides are multiples of 64
SHAPE_COUNTS = 10  # times as much as the number of pixels, when a size is chosen
MIN_PIXELS = 512 * 512  # below, models make no sensible picture
OPENAI_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))  # for models that take no others
SD_CPP = "sd-cpp-local"  # stable-diffusion.cpp's model, which takes a seed only in the prompt

NO_TRANSPARENCY = N_("The image model makes no transparent pictures, so it cannot remove a background.")
ENLARGED = N_("The image model made it at {} × {} pixels; it was enlarged to the size that you chose.")

_BLOCK = re.compile(r"<(sd_cpp_extra_args)>.*?(?:</\1>|$)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?\w+(?::[^<>]*)?>")  # such as <lora:name:1>


@dataclass(frozen=True)
class Order:
    lead: str  # the kind of change, for models that follow instructions; "" for a new picture
    words: str  # without commands to a server, not empty
    shape: Size  # pixels, as wanted
    seed: int  # below 2^31
    source: bytes | None
    mask: bytes | None  # white = change

    @property
    def instruction(self) -> str:
        return "\n\n".join(filter(None, (self.lead, self.words)))

    def in_box(self, box: Size) -> tuple[Image.Image, Image.Image | None]:
        """Source and mask (mode L, 0 or 255) in the middle of the size that is asked for."""
        assert self.source is not None
        old = pictures.decode(self.source)
        if self.mask is None:
            return _padded(old, box), None
        where = _padded(pictures.decode(self.mask).convert("L").resize(old.size), box)
        return _padded(old, box), where.point(lambda value: 255 * (value >= 128))


def unsupported_reason(refined: RefinedRequest) -> str | None:
    return None if refined.intent in SERVED else _(NO_TRANSPARENCY)


def order(request: PictureRequest) -> Order:
    """Raises `BadInput` for an intent that is not served, or a change without a picture."""
    if request.intent not in SERVED:
        raise BadInput(_("The image model does not do this."))
    if request.intent.needs_source and request.source is None:
        raise BadInput(_("There is no picture to change."))
    lines = [request.prompt, f"The style: {style(request.style)}." if request.style else ""]
    return Order(
        lead="" if request.intent is Intent.GENERATE else LEADS[request.intent],
        words=plain("\n\n".join(filter(None, lines))),
        shape=_shape(request),
        seed=request.seed % SEEDS,
        source=request.source,
        mask=request.mask,
    )


def plain(text: str) -> str:
    """Without commands: stable-diffusion.cpp's options, any tag (no angle bracket is left), and LocalAI's "|", which
    starts a negative prompt."""
    text = _TAG.sub(" ", _BLOCK.sub(" ", text))
    text = re.sub(r"[<>]", " ", text).replace("|", ",")
    return re.sub(r"[^\S\n]+", " ", text).strip()


def with_seed(said: str, seed: int) -> str:
    return f"{said} <sd_cpp_extra_args>{json.dumps({'seed': seed})}</sd_cpp_extra_args>"


def _shape(request: PictureRequest) -> Size:
    """A change keeps its source's shape; the chosen size is cut from it."""
    if request.source is not None:
        return pictures.check(request.source)
    return request.width or 1024, request.height or 1024


def asked_size(wanted: Size, max_pixels: int) -> Size:
    """In nearly the same shape, with about as many pixels as wanted."""
    area = min(max(wanted[0] * wanted[1], MIN_PIXELS), max_pixels)

    def miss(size: Size) -> float:
        shape = abs(math.log(size[0] * wanted[1] / (size[1] * wanted[0])))
        return SHAPE_COUNTS * shape + abs(math.log(size[0] * size[1] / area))

    return min((size for size in product(SIDES, SIDES) if size[0] * size[1] <= max_pixels), key=miss)


def openai_size(wanted: Size) -> Size:
    ratio = wanted[0] / wanted[1]
    return min(OPENAI_SIZES, key=lambda size: abs(math.log(ratio * size[1] / size[0])))


def unboxed(image: Image.Image, request: PictureRequest) -> Image.Image:
    """Without the box around it; with a mask, `fitted` cuts it out."""
    if request.source is None or request.mask is not None:
        return image
    width, height = pictures.check(request.source)
    share = min(image.width / width, image.height / height, 1.0)
    return ImageOps.fit(image, (max(1, round(width * share)), max(1, round(height * share))), fitting.FINE)


def enlarged(image: Image.Image, request: PictureRequest) -> str | None:
    if request.source is not None or not (request.width and request.height):
        return None
    if image.width >= request.width * 0.95 and image.height >= request.height * 0.95:
        return None
    return _(ENLARGED).format(*image.size)


def _padded(image: Image.Image, box: Size) -> Image.Image:
    return image.resize(box, fitting.FINE) if fitting.alike(image.size, box) else ImageOps.pad(image, box, fitting.FINE)
