import io
from collections.abc import Callable

from PIL import Image

from gallery.errors import TooLarge
from gallery.pictures import MAX_BYTES
from gallery.translation import _

PNG_PIXELS = 6_000_000  # as many fit into MAX_BYTES as a PNG


class _Ticking(io.BytesIO):
    on_tick: Callable[[], None]

    def write(self, data: object) -> int:
        self.on_tick()
        return super().write(data)  # type: ignore[arg-type]


def encoded(image: Image.Image, on_tick: Callable[[], None]) -> bytes:
    """PNG; where that could pass MAX_BYTES, JPEG, or WebP for transparency. Raises `TooLarge`."""
    if image.mode != "RGBA" and image.width * image.height > PNG_PIXELS:
        tries = [("JPEG", {"quality": quality, "subsampling": 0}) for quality in (97, 90, 75)]
    else:
        tries = [("PNG", {"compress_level": 1}), ("WEBP", {"quality": 92, "method": 1})]
    for kind, options in tries:
        buffer = _Ticking()
        buffer.on_tick = on_tick
        image.save(buffer, kind, **options)
        if buffer.tell() <= MAX_BYTES:
            return buffer.getvalue()
    raise TooLarge(_("The picture that came out of this is too large to be kept."))
