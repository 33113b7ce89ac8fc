"""Pictures on their way to Gemini and back: it takes some shapes and two sizes, and a person chose pixels."""

import io
import math

from PIL import Image, ImageChops, ImageFilter, ImageOps

from gallery import pictures
from gallery.errors import BadInput, ProviderDown, TooLarge
from pipeline.providers.base import PictureRequest

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
_1K = 1.15 * 1024 * 1024  # pixels of the smaller size, about; its sides depend on the shape
LARGEST_SENT = 2048  # pixels of a side: the model looks at no more, and base64 of 40 million would be refused
LARGEST_KEPT = 4096  # pixels of a side, of a picture that is changed in one part
ALIKE = 0.03  # how much two shapes may differ and still cover one another
_MIME = {b"\x89PNG": "image/png", b"RIFF": "image/webp"}


def nearest_ratio(width: int, height: int) -> str:
    return min(RATIOS, key=lambda ratio: abs(math.log(width / height / _shape(ratio))))


def size_name(width: int, height: int) -> str:
    """The smaller of "1K" and "2K" that covers so many pixels in the nearest shape without being enlarged."""
    shape = _shape(nearest_ratio(width, height))
    across = max(width, height * shape)
    return "1K" if across * across / shape <= _1K else "2K"


def size_name_of(data: bytes) -> str:
    """The same for a picture that is changed."""
    return size_name(*pictures.check(data))


def _shape(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


def sent(data: bytes) -> tuple[bytes, str]:
    """A stored picture as it goes out, no larger than LARGEST_SENT, and its MIME type."""
    if max(pictures.check(data)) <= LARGEST_SENT:
        return data, _MIME.get(data[:4], "image/jpeg")
    image = pictures.decode(data)
    image.thumbnail((LARGEST_SENT, LARGEST_SENT), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue(), "image/png"
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue(), "image/jpeg"


def fitted(data: bytes, request: PictureRequest) -> bytes:
    """What came back, as it was asked for: cut to the size that was chosen, because that size was announced and its box is on
    the page; and unchanged outside of the mask, because the model draws the whole picture anew and that was not asked for.

    Raises `ProviderDown` for what is no whole picture.
    """
    try:
        image = pictures.decode(data)
    except (BadInput, TooLarge) as error:  # the service's fault, not the person's
        raise ProviderDown("The picture service sent something that is not a picture.") from error
    given = image
    if request.source is not None and request.mask is not None:
        image = _within_mask(image, request.source, request.mask)
    if request.width and request.height and image.size != (request.width, request.height):
        image = ImageOps.fit(image, (request.width, request.height), Image.Resampling.LANCZOS)
    if image is given:
        return data
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)  # it is encoded again, and well, when it is stored
    return buffer.getvalue()


def _within_mask(image: Image.Image, source: bytes, mask: bytes) -> Image.Image:
    """The source with the new picture where the mask is white; the new picture alone where it has another shape, for then
    the two do not cover one another."""
    old = pictures.decode(source)
    old.thumbnail((LARGEST_KEPT, LARGEST_KEPT), Image.Resampling.LANCZOS)
    if abs(math.log(image.width / image.height * old.height / old.width)) > ALIKE:
        return image
    new = image.resize(old.size, Image.Resampling.LANCZOS).convert(old.mode)
    where = pictures.decode(mask).convert("L").resize(old.size)
    soft = where.filter(ImageFilter.GaussianBlur(max(old.size) / 400))
    return Image.composite(new, old, ImageChops.darker(where, soft))  # soft towards the inside alone
