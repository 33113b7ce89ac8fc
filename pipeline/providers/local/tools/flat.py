"""Styles made of few colours: pixel, poster, sepia."""

import numpy as np

from pipeline.providers.local.tools.bands import grown, in_bands, part, shrunk
from pipeline.providers.local.tools.colours import clusters
from pipeline.providers.local.tools.opencv import Array, Floats, Pixels, Places, Progress, cv2
from pipeline.providers.local.tools.painterly import calmed, vivid

_BLOCKS = 112  # along the longest side
_BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.5


def pixel(pixels: Pixels, progress: Progress) -> Pixels:
    """Large square pixels in 24 colours, with the dots by which old machines mixed them."""
    height, width = pixels.shape[:2]
    small = vivid(shrunk(pixels, _BLOCKS), 1.35)
    progress(0.2)
    colours = _palette(small, 24)
    dots = np.tile(_BAYER, (small.shape[0] // 4 + 1, small.shape[1] // 4 + 1))[: small.shape[0], : small.shape[1]]
    mixed = small + dots[..., None] * 22
    few = colours[_nearest(mixed.astype(np.float32), colours)]
    progress(0.6)
    blocks = cv2.resize(few.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    progress(1.0)
    return blocks


def poster(pixels: Pixels, progress: Progress) -> Pixels:
    """Seven flat, strong colours with clean outlines."""
    small = calmed(shrunk(pixels, 1000), 3, part(progress, 0, 0.5))
    strong = vivid(cv2.convertScaleAbs(small, alpha=1.18, beta=-22), 1.5)
    colours = _palette(strong, 7)
    flat = cv2.medianBlur(colours[_nearest(strong.astype(np.float32), colours)].astype(np.uint8), 7)
    progress(0.6)
    height, width = pixels.shape[:2]
    # Sharp again after stretching: every pixel takes the colour that it is nearest to.
    return in_bands(
        grown(flat, height, width, part(progress, 0.6, 0.75)),
        lambda band, first: colours[_nearest(band.astype(np.float32), colours)].astype(np.uint8),
        0,
        part(progress, 0.75, 1),
    )


def sepia(pixels: Pixels, progress: Progress) -> Pixels:
    """An old print: brown, a little faded, darker towards its corners, grained."""
    height, width = pixels.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    curve = _toned()
    random = np.random.default_rng(2)

    def work(band: Array, first: int) -> Array:
        y = (np.arange(first, first + len(band), dtype=np.float32)[:, None] / height) * 2 - 1
        grey = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grey = grey * (1 - 0.22 * np.clip((x * x + y * y) / 2, 0, 1) ** 1.5)
        grey += random.normal(0, 3.5, grey.shape).astype(np.float32)
        return curve[np.clip(grey, 0, 255).astype(np.uint8)]

    return in_bands(pixels, work, 0, progress)


def _toned() -> Pixels:
    """256 colours from deep brown to cream."""
    stops = {0: (28, 18, 10), 80: (98, 68, 42), 160: (182, 146, 104), 255: (250, 237, 212)}
    levels = np.arange(256)
    channels = [np.interp(levels, list(stops), [colour[channel] for colour in stops.values()]) for channel in range(3)]
    return np.stack(channels, 1).astype(np.uint8)


def _palette(pixels: Pixels, count: int) -> Floats:
    """The colours that stand best for all of them."""
    samples = shrunk(pixels, 160).reshape(-1, 3).astype(np.float32)
    return np.rint(clusters(samples, count)[0])


def _nearest(pixels: Floats, colours: Floats) -> Places:
    """For each pixel, the number of its nearest colour."""
    best = np.full(pixels.shape[:2], np.inf, np.float32)
    number = np.zeros(pixels.shape[:2], np.intp)
    for candidate, colour in enumerate(colours):
        apart = ((pixels - colour) ** 2).sum(2)
        closer = apart < best
        best[closer], number[closer] = apart[closer], candidate
    return number
