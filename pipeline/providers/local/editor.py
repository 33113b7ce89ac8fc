"""Simple edits without an AI: what a person says, as values, and done to a picture. Pillow only."""

from collections.abc import Callable, Sequence

from PIL import Image

from gallery import pictures
from pipeline.providers.local.edits import Edit, Look, Size, Tone, within
from pipeline.providers.local.encoding import encoded
from pipeline.providers.local.wording import describe, parse

__all__ = ["EDITABLE", "EDITABLE_VI", "apply", "describe", "parse", "size_after"]

EDITABLE = (
    "bluer, redder, greener, pinker, warmer, cooler, brighter, darker, more or less contrast, more or less vivid, "
    "sharper, blurred, black and white, sepia, inverted; and I can rotate, flip, crop and resize it."
)
EDITABLE_VI = (
    "xanh hơn, đỏ hơn, xanh lá hơn, hồng hơn, ấm hơn, lạnh hơn, sáng hơn, tối hơn, tăng hay giảm tương phản, rực rỡ "
    "hơn, nét hơn, mờ hơn, đen trắng, hoài cổ, đảo màu; và xoay, lật, cắt, đổi kích thước."
)


def size_after(edits: Sequence[Edit], size: Size) -> Size:
    """Width and height in pixels of what `apply` makes of a picture of this size."""
    size = within(size)
    for edit in edits:
        size = edit.size_after(size)
    return size


def apply(source: bytes, edits: Sequence[Edit], progress: Callable[[float], None], mask: bytes | None = None) -> bytes:
    """The edited picture, its sides 16 to 4,096 pixels. `progress` hears 0.0 to 1.0; what it raises passes.

    Where there is a mask, looks and tones change only what is white in it, and come before changes of shape.
    Raises `BadInput` or `TooLarge` for a source or a mask that cannot be read.
    """
    image = pictures.decode(source)
    image = image.resize(within(image.size), Image.Resampling.LANCZOS) if within(image.size) != image.size else image
    where = pictures.decode(mask).convert("L").resize(image.size) if mask else None
    for done, edit in enumerate(_in_order(edits) if where else edits):
        progress(done / (len(edits) + 1))
        changed = edit.apply(image)
        image = Image.composite(changed, image, where) if where and _keeps_shape(edit) else changed
    progress(len(edits) / (len(edits) + 1))
    data = encoded(image, lambda: progress(len(edits) / (len(edits) + 1)))
    progress(1.0)
    return data


def _keeps_shape(edit: Edit) -> bool:
    return isinstance(edit, Tone | Look)


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: not _keeps_shape(edit))
