"""Between the pixels that a person chose and the sizes that a service makes."""

import io
import math

from PIL import Image, ImageChops, ImageFilter, ImageOps

from gallery import pictures
from gallery.errors import BadInput, ProviderDown, TooLarge
from gallery.translation import _
from pipeline.providers.base import PictureRequest
from pipeline.providers.text import Size

MAX_MASKED_SIDE = 4096  # pixels of a side
MAX_PNG_PIXELS = 6_000_000
ALIKE = 0.03  # difference of shapes that count as the same
FINE = Image.Resampling.LANCZOS


def alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(math.log(one[0] / one[1] * other[1] / other[0])) <= ALIKE


def boxed(source: bytes, mask: bytes, box: Size) -> tuple[Image.Image, Image.Image]:
    """Picture and mask in the middle of a box, the rest of which is not to be changed."""
    old = pictures.decode(source)
    where = pictures.decode(mask).convert("L").resize(old.size)
    return ImageOps.pad(old, box), ImageOps.pad(where, box)


def decoded(data: bytes, at_most: int = pictures.MAX_BYTES) -> Image.Image:
    """A service's picture. Raises `ProviderDown` if it is no complete picture, which is the service's fault. `at_most`:
    bytes."""
    try:
        return pictures.decode(data, at_most)
    except (BadInput, TooLarge) as error:
        raise ProviderDown(_("The picture service sent something that is not a picture.")) from error


def fitted(image: Image.Image, request: PictureRequest) -> Image.Image:
    """Cut to the chosen size, which clients were told already, and unchanged outside the mask, since the model draws
    the whole picture anew."""
    if request.source is not None and request.mask is not None:
        image = _within_mask(image, request.source, request.mask)
    if request.width and request.height and image.size != (request.width, request.height):
        image = ImageOps.fit(image, (request.width, request.height), FINE)
    return image


def png(image: Image.Image) -> bytes:
    """Encoded quickly; it is compressed well when it is stored."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def encoded(image: Image.Image) -> bytes:
    """As `png`; with many pixels as a JPEG without visible loss, because a PNG might be too large."""
    if image.width * image.height <= MAX_PNG_PIXELS or image.mode != "RGB":
        return png(image)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=96, subsampling=0)
    return buffer.getvalue()


def _within_mask(image: Image.Image, source: bytes, mask: bytes) -> Image.Image:
    """The new picture where the mask is white, without the box around it."""
    old = pictures.decode(source)
    old.thumbnail((MAX_MASKED_SIDE, MAX_MASKED_SIDE), FINE)
    new = image.resize(old.size, FINE) if alike(image.size, old.size) else ImageOps.fit(image, old.size, FINE)
    new = new.convert(old.mode)
    where = pictures.decode(mask).convert("L").resize(old.size)
    soft = where.filter(ImageFilter.GaussianBlur(max(old.size) / 400))
    return Image.composite(new, old, ImageChops.darker(where, soft))  # soft on the inside only
