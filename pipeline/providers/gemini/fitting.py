"""Between the pixels that a person chose and Gemini's few shapes and two sizes."""

import io
import math

from PIL import Image, ImageChops, ImageFilter, ImageOps

from gallery import pictures
from gallery.errors import BadInput, ProviderDown, TooLarge
from pipeline.providers.base import PictureRequest

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
_1K = 1.15 * 1024 * 1024  # pixels of the smaller size, about
MAX_SENT_SIDE = 2048  # pixels of a side: the model sees no more, and 40 million would be refused
MAX_MASKED_SIDE = 4096  # pixels of a side
ALIKE = 0.03  # of shapes that cover one another
_FINE = Image.Resampling.LANCZOS
_MIME = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}


def nearest_ratio(width: int, height: int) -> str:
    return min(RATIOS, key=lambda ratio: abs(math.log(width / height / _shape(ratio))))


def size_name(width: int, height: int) -> str:
    """The smaller of "1K" and "2K" whose nearest shape covers it without being enlarged."""
    shape = _shape(nearest_ratio(width, height))
    across = max(width, height * shape)
    return "1K" if across * across / shape <= _1K else "2K"


def framed(width: int, height: int) -> tuple[int, int]:
    """The smallest box in one of Gemini's shapes around a picture of which one part is changed: in another shape, old
    and new could not be laid over one another."""
    shape = _shape(nearest_ratio(width, height))
    if _alike((width, height), (shape, 1)):
        return width, height
    return max(width, round(height * shape)), max(height, round(width / shape))


def _alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(math.log(one[0] / one[1] * other[1] / other[0])) <= ALIKE


def _shape(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


def sent(data: bytes) -> tuple[bytes, str]:
    """With its MIME type."""
    if max(pictures.check(data)) <= MAX_SENT_SIDE:
        return data, _MIME.get(data[:4], "image/jpeg")
    image = pictures.decode(data)
    image.thumbnail((MAX_SENT_SIDE, MAX_SENT_SIDE), _FINE)
    return _encoded(image)


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    if image.mode in ("RGBA", "L"):  # transparent, or a mask, whose edges JPEG would smear
        image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue(), "image/png"
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue(), "image/jpeg"


def sent_with_mask(source: bytes, mask: bytes) -> tuple[tuple[bytes, str], tuple[bytes, str]]:
    """Both in the middle of the box of `framed`, whose rest is not to be changed."""
    size = pictures.check(source)
    frame = framed(*size)
    if frame == size:
        return sent(source), sent(mask)
    share = min(1.0, MAX_SENT_SIDE / max(frame))
    width, height = (max(1, round(side * share)) for side in frame)
    inside = pictures.decode(mask).convert("L").resize(size)
    old, where = (ImageOps.pad(image, (width, height)) for image in (pictures.decode(source), inside))
    return _encoded(old), _encoded(where)


def fitted(data: bytes, request: PictureRequest) -> bytes:
    """Cut to the chosen size, which was announced already, and unchanged outside of the mask, because the model draws
    the whole picture anew. Raises `ProviderDown` for what is no whole picture."""
    try:
        image = pictures.decode(data)
    except (BadInput, TooLarge) as error:  # the service's fault, not the person's
        raise ProviderDown("The picture service sent something that is not a picture.") from error
    given = image
    if request.source is not None and request.mask is not None:
        image = _within_mask(image, request.source, request.mask)
    if request.width and request.height and image.size != (request.width, request.height):
        image = ImageOps.fit(image, (request.width, request.height), _FINE)
    if image is given:
        return data
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # encoded well when it is stored
    return buffer.getvalue()


def _within_mask(image: Image.Image, source: bytes, mask: bytes) -> Image.Image:
    """The new picture where the mask is white, without the box around it."""
    old = pictures.decode(source)
    old.thumbnail((MAX_MASKED_SIDE, MAX_MASKED_SIDE), _FINE)
    same = _alike(image.size, old.size)
    new = image.resize(old.size, _FINE) if same else ImageOps.fit(image, old.size, _FINE)
    new = new.convert(old.mode)
    where = pictures.decode(mask).convert("L").resize(old.size)
    soft = where.filter(ImageFilter.GaussianBlur(max(old.size) / 400))
    return Image.composite(new, old, ImageChops.darker(where, soft))  # soft towards the inside alone
