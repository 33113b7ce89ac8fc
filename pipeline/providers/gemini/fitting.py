"""Between the pictures of people and what Gemini takes and gives."""

import io

from PIL import Image, ImageOps

from gallery import pictures
from pipeline.providers.base import PictureRequest
from pipeline.providers.fitting import FINE, MAX_MASKED_SIDE, alike, boxed, decoded, encoded, fitted
from pipeline.providers.gemini.shapes import nearest_ratio, proportion
from pipeline.providers.text import Size

MAX_SENT_SIDE = 2048  # pixels of a side: the model sees no more
MAX_SENT_BYTES = 13 * 1024 * 1024  # of all pictures of a request, which may have 20 MB in base64
MAX_RECEIVED_BYTES = 64 * 1024 * 1024
_MIME = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}
Sent = tuple[bytes, str]  # with its MIME type


def framed(width: int, height: int) -> Size:
    """The smallest box in one of Gemini's shapes around a picture of which one part is changed."""
    shape = proportion(nearest_ratio(width, height))
    if alike((width, height), (shape, 1)):
        return width, height
    return max(width, round(height * shape)), max(height, round(width / shape))


def sent(data: bytes, at_most: int = MAX_SENT_BYTES) -> Sent:
    """`at_most`: bytes."""
    if len(data) <= at_most and max(pictures.check(data)) <= MAX_SENT_SIDE:
        return data, _MIME.get(data[:4], "image/jpeg")
    image, side = pictures.decode(data), MAX_SENT_SIDE
    while True:
        image.thumbnail((side, side), FINE)
        given = _encoded(image)
        if len(given[0]) <= at_most or side <= MAX_SENT_SIDE // 8:
            return given
        side //= 2


def sent_together(all_of_them: list[bytes]) -> list[Sent]:
    """Each has its share of the bytes."""
    return [sent(data, MAX_SENT_BYTES // len(all_of_them)) for data in all_of_them]


def _encoded(image: Image.Image) -> Sent:
    buffer = io.BytesIO()
    if image.mode in ("RGBA", "L"):  # transparent, or a mask, whose edges JPEG would smear
        image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue(), "image/png"
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue(), "image/jpeg"


def sent_with_mask(source: bytes, mask: bytes) -> tuple[Sent, Sent]:
    """Both in the middle of the box of `framed`, whose rest is not to be changed."""
    size = pictures.check(source)
    frame = framed(*size)
    if frame == size:
        return sent(source, MAX_SENT_BYTES // 2), sent(mask)
    share = min(1.0, MAX_SENT_SIDE / max(frame))
    width, height = (max(1, round(side * share)) for side in frame)
    old, where = boxed(source, mask, (width, height))
    return _encoded(old), _encoded(where)


def kept_size(source: Size) -> Size:
    """In which a picture comes back of which a part was changed."""
    share = min(1.0, MAX_MASKED_SIDE / max(source))
    return round(source[0] * share), round(source[1] * share)


def received(data: bytes, request: PictureRequest) -> tuple[bytes, Size]:
    """In the size, or at least the shape, that was chosen; and the size that it was made in."""
    given = decoded(data, MAX_RECEIVED_BYTES)
    image = _shaped(given, request) if request.resolution else fitted(given, request)
    return data if image is given and len(data) <= pictures.MAX_BYTES else encoded(image), given.size


def _shaped(image: Image.Image, request: PictureRequest) -> Image.Image:
    """As many pixels as were made: the chosen sides give the shape alone."""
    if request.source is not None and request.mask is not None:
        return fitted(image, request)
    if not (request.width and request.height) or alike(image.size, (request.width, request.height)):
        return image
    share = min(image.width / request.width, image.height / request.height)
    return ImageOps.fit(image, (round(request.width * share), round(request.height * share)), FINE)
