"""Between the pixels that a person chose and Gemini's few shapes and two sizes."""

import io
import math

from PIL import Image

from gallery import pictures
from pipeline.providers.base import PictureRequest
from pipeline.providers.fitting import FINE, alike, boxed, decoded, fitted, png

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
_1K = 1.15 * 1024 * 1024  # pixels of the smaller size, about
MAX_SENT_SIDE = 2048  # pixels of a side: the model sees no more, and 40 million would be refused
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
    if alike((width, height), (shape, 1)):
        return width, height
    return max(width, round(height * shape)), max(height, round(width / shape))


def _shape(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


def sent(data: bytes) -> tuple[bytes, str]:
    """With its MIME type."""
    if max(pictures.check(data)) <= MAX_SENT_SIDE:
        return data, _MIME.get(data[:4], "image/jpeg")
    image = pictures.decode(data)
    image.thumbnail((MAX_SENT_SIDE, MAX_SENT_SIDE), FINE)
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
    old, where = boxed(source, mask, (width, height))
    return _encoded(old), _encoded(where)


def received(data: bytes, request: PictureRequest) -> bytes:
    given = decoded(data)
    image = fitted(given, request)
    return data if image is given else png(image)
