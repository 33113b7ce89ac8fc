"""Styles that are drawn with lines: pencil, ink, cartoon."""

import numpy as np

from pipeline.providers.local.tools.bands import grown, in_bands, part, shrunk
from pipeline.providers.local.tools.opencv import Array, Floats, Pixels, Progress, cv2
from pipeline.providers.local.tools.painterly import calmed, paper, vivid

_GREY = cv2.COLOR_RGB2GRAY
_FINE = 1600  # pixels: at this longest side a line is one step wide


def unit(pixels: Array) -> float:
    """Pixels: how wide a fine line is, so that a drawing looks alike at every size."""
    return max(1.0, max(pixels.shape[:2]) / _FINE)


def pencil(pixels: Pixels, progress: Progress) -> Pixels:
    """Graphite: light shading where the picture is dark (a dodge), hatched, with outlines, on grained paper."""
    step = unit(pixels)
    height, width = pixels.shape[:2]
    grain = paper(height, width, 11)

    def work(band: Array, first: int) -> Array:
        grey = cv2.cvtColor(band, _GREY).astype(np.float32)
        blurred = cv2.GaussianBlur(grey, (0, 0), 7 * step)
        dodge = np.clip(grey * 256 / (blurred + 1), 0, 255)
        lines = 255 * _outlines(grey, 0.9 * step)
        tone = 255 - (255 - blurred) * 0.42
        rows = np.arange(first, first + len(band), dtype=np.float32)[:, None]
        stroke = np.sin((rows + np.arange(width, dtype=np.float32)[None]) * (1.1 / step)) * 0.5 + 0.5
        hatched = tone + (255 - tone) * 0.35 * stroke
        drawn = dodge**0.6 * np.minimum(hatched, 255) ** 0.4
        drawn = np.minimum(drawn, 40 + lines * 0.86)
        drawn = drawn + (255 - drawn) * 0.3 * np.maximum(grain[first : first + len(band)], 0) * (drawn < 235)
        return _grey((drawn - 8) * 1.01, (1.0, 0.99, 0.965))

    return in_bands(pixels, work, round(21 * step), progress)


def ink(pixels: Pixels, progress: Progress) -> Pixels:
    """Black brush lines over two washes of grey, on warm paper."""
    step = unit(pixels)
    soft = calmed(shrunk(pixels, 1000), 2, part(progress, 0, 0.5))
    grey = cv2.cvtColor(soft, _GREY)
    low, high = (float(level) for level in np.percentile(grey, (25, 60)))
    wash = 255 - 62 * _soft(low - grey.astype(np.float32), 14) - 38 * _soft(high - grey.astype(np.float32), 14)
    height, width = pixels.shape[:2]
    washes = grown(wash.astype(np.uint8), height, width, part(progress, 0.5, 0.6))
    grain = paper(height, width, 5)

    def work(band: Array, first: int) -> Array:
        rows = slice(first, first + len(band))
        lines = _outlines(cv2.cvtColor(band, _GREY).astype(np.float32), 1.5 * step)
        page = washes[rows] + (255 - washes[rows].astype(np.float32)) * 0.25 * grain[rows]
        return _grey(page * (0.06 + 0.94 * lines), (1.0, 0.985, 0.95))

    return in_bands(pixels, work, round(16 * step), part(progress, 0.6, 1))


def cartoon(pixels: Pixels, progress: Progress) -> Pixels:
    """Flat, lively colours in a few steps of light, and dark outlines."""
    small = calmed(shrunk(pixels, 1200), 4, part(progress, 0, 0.6))
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    steps, light = 255 / 9, lab[..., 0]
    nearest = np.rint(light / steps) * steps
    lab[..., 0] = nearest + steps / 2 * np.tanh((light - nearest) / steps * 4) * 0.5
    flat = vivid(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), 1.45)
    height, width = pixels.shape[:2]
    colours = grown(flat, height, width, part(progress, 0.6, 0.75))
    step = unit(pixels)

    def work(band: Array, first: int) -> Array:
        lines = _outlines(cv2.cvtColor(band, _GREY).astype(np.float32), 1.4 * step)
        return np.rint(colours[first : first + len(band)] * (0.08 + 0.92 * lines[..., None])).astype(np.uint8)

    return in_bands(pixels, work, round(16 * step), part(progress, 0.75, 1))


def _outlines(grey: Floats, wide: float) -> Floats:
    """1 on paper, 0 on a line: a difference of Gaussians, cut softly (Winnemöller, "XDoG")."""
    fine, coarse = cv2.GaussianBlur(grey, (0, 0), wide), cv2.GaussianBlur(grey, (0, 0), wide * 1.6)
    edge = fine - 0.985 * coarse - 0.015 * 128
    return np.where(edge > -1.5, 1.0, 1.0 + np.tanh(0.32 * (edge + 1.5))).astype(np.float32)


def _soft(values: Floats, wide: float) -> Floats:
    return 0.5 + 0.5 * np.tanh(values / wide)


def _grey(levels: Floats, white: tuple[float, float, float]) -> Pixels:
    return np.clip(levels[..., None] * np.array(white, np.float32), 0, 255).astype(np.uint8)
