"""Style transfer: the styles that have a name. One more is a function of pixels and progress, and a line here."""

from pipeline.providers.local.tools.flat import pixel, poster, sepia
from pipeline.providers.local.tools.lines import cartoon, ink, pencil
from pipeline.providers.local.tools.opencv import Pixels, Progress
from pipeline.providers.local.tools.painterly import oil, watercolour

BY_NAME = {
    "watercolour": watercolour,
    "pencil": pencil,
    "oil": oil,
    "cartoon": cartoon,
    "pixel": pixel,
    "sepia": sepia,
    "ink": ink,
    "poster": poster,
}


def restyle(pixels: Pixels, name: str, progress: Progress) -> Pixels:
    """The picture (3 channels) in the style of that name."""
    return BY_NAME[name](pixels, progress)
