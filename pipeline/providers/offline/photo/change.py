import io
from collections.abc import Callable

from PIL import Image

from gallery import pictures
from gallery.errors import BadInput, TooLarge
from gallery.pictures import MAX_BYTES
from pipeline.providers.base import Intent, PictureRequest, Progress, part
from pipeline.providers.offline.plan import Plan, fits_twice, within

from . import edits

PNG_PIXELS = 6_000_000  # that fit into MAX_BYTES as a PNG


def change(request: PictureRequest, plan: Plan, progress: Progress) -> tuple[bytes, str | None]:
    """And the name of a sentence where its size is not what was asked for. Raises `BadInput`."""
    if request.source is None:
        raise BadInput("There is no picture to work on.")
    progress(0.0)
    image, note = pictures.decode(request.source), None
    if image.size != within(image.size):
        image, note = image.resize(within(image.size), Image.Resampling.LANCZOS), "shrunk"
    elif "upscale" in plan.steps and not fits_twice(image.size):
        note = "keeps_its_size"
    mask = pictures.decode(request.mask).convert("L").resize(image.size) if request.mask else None
    progress(0.02)
    if request.intent is Intent.EDIT:
        if not plan.edits:
            raise BadInput("These words name no edit that works without an AI.")
        changed = edits.apply(plan.edits, image, mask, part(progress, 0.03, 0.95))
    else:
        from . import tools  # late: it loads OpenCV

        changed = tools.apply(request.intent, plan, image, mask, part(progress, 0.03, 0.95))
    data = encoded(changed, lambda: progress(0.95))
    progress(1.0)
    return data, note


class _Ticking(io.BytesIO):
    on_tick: Callable[[], None]

    def write(self, data: object) -> int:
        self.on_tick()
        return super().write(data)  # type: ignore[arg-type]  # whatever BytesIO takes


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
    raise TooLarge("The picture that came out of this is too large to be kept.")
