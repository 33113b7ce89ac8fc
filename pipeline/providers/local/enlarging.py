"""How large an enhanced picture becomes: twice as large, as long as that is within what the studio edits."""

from pipeline.providers.local.edits import MAX_SIDE, Size, within
from pipeline.providers.local.tool_words import steps_in


def kept_size(size: Size) -> bool:
    """Would twice the size be too large? Then the picture keeps its own."""
    return 2 * max(size) > MAX_SIDE


def size_after(prompt: str, size: Size) -> Size | None:
    """Pixels, of a picture of that size; None where the prompt does not say what is to be enhanced, for then the person's own
    words decide."""
    steps, size = steps_in(prompt), within(size)
    if not steps and not kept_size(size):
        return None
    return (2 * size[0], 2 * size[1]) if "upscale" in steps and not kept_size(size) else size
