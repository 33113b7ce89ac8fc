"""Bytes out of pixels, on their way to be stored: encoded again there, and well. The way is the same for every size."""

import io
from collections.abc import Callable

from PIL import Image

from gallery.errors import TooLarge
from gallery.pictures import MAX_BYTES

_PLAIN = 6_000_000  # pixels that fit into MAX_BYTES as a PNG, whatever they show


class _Heard(io.BytesIO):
    """Pillow's writers come by every 64 kB: somebody who does not want the picture any more is heard between two."""

    def __init__(self, heard: Callable[[], None]) -> None:
        super().__init__()
        self._heard = heard

    def write(self, data: object) -> int:
        self._heard()
        return super().write(data)  # type: ignore[arg-type]  # whatever BytesIO takes


def encoded(image: Image.Image, heard: Callable[[], None]) -> bytes:
    """A PNG; where that could be larger than the studio takes (MAX_BYTES) a JPEG that shows no difference, and a WebP where
    the picture is not opaque. `heard` is called often; what it raises passes. Raises `TooLarge`."""
    if image.mode != "RGBA" and image.width * image.height > _PLAIN:
        tries = [("JPEG", {"quality": quality, "subsampling": 0}) for quality in (97, 90, 75)]
    else:
        tries = [("PNG", {"compress_level": 1}), ("WEBP", {"quality": 92, "method": 1})]
    for kind, options in tries:
        buffer = _Heard(heard)
        image.save(buffer, kind, **options)
        if buffer.tell() <= MAX_BYTES:
            return buffer.getvalue()
    raise TooLarge("The picture that came out of this is too large to be kept.")
