"""A new style is a function here and a line at the end."""

import math
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from pipeline.providers.base import Progress, part

from ..arrays import Array, Floats, Pixels, box_mean, enlarged, grey, in_tiles, k_means, shrunk, step
from .edits import LOOKS

CANVAS_SIDE = 1400  # pixels: the longest side
FINE_SIDE = 1600  # pixels: where a fine line is one pixel wide
REACH = 21  # fine lines
WARM_WHITE, CREAM, LEAD = np.array([[251, 246, 233], [248, 245, 236], [46, 47, 56]], np.float32)
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.5


def restyle(pixels: Pixels, name: str, progress: Progress) -> Pixels:
    made = BY_NAME[name](pixels, progress)
    progress(1.0)
    return made


def _watercolour(pixels: Pixels, progress: Progress) -> Pixels:
    small = shrunk(pixels, CANVAS_SIDE)
    height, width = small.shape[:2]
    y, x = np.indices((height, width), np.float32)
    shaken = max(1.0, max(height, width) / 280) * 0.38
    dx, dy = (_noise(small, 24, seed) * shaken for seed in (4, 5))
    washed = _flattened(cv2.remap(small, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    progress(0.4)
    rim = cv2.morphologyEx(grey(washed), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    pigment = 1 - 0.32 * np.clip(cv2.GaussianBlur(rim, (0, 0), 0.8) / 60, 0, 1)
    water = np.clip(0.5 + 0.3 * _noise(small, max(height, width) / 11, 7), 0, 1)
    thinned = 255 - (255 - _vivid(washed, 1.3).astype(np.float32)) * (0.80 + 0.16 * water[..., None])
    page = enlarged(thinned * pigment[..., None], pixels)
    progress(0.6)
    paper = _paper(pixels, 3)

    def work(tile: Pixels, rows: slice) -> Pixels:
        rough = 1 + 0.085 * paper[rows, :, None]
        return np.clip(255 - (255 - tile.astype(np.float32)) * rough, 0, 255).astype(np.uint8)

    return in_tiles(page, work, 0, part(progress, 0.7, 1))


def _oil(pixels: Pixels, progress: Progress) -> Pixels:
    small = shrunk(pixels, CANVAS_SIDE)
    brush = max(1.0, max(small.shape[:2]) / 230)
    painted = _vivid(_flattened(small), 1.3)
    progress(0.3)
    light = cv2.GaussianBlur(grey(painted), (0, 0), 1.5)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    xx, xy, yy = (cv2.GaussianBlur(v, (0, 0), 2 * brush) for v in (across * across, across * down, down * down))
    along = 0.5 * np.arctan2(2 * xy, xx - yy) + math.pi / 2
    dx, dy = np.cos(along), np.sin(along)
    random = np.asarray(np.random.default_rng(9).standard_normal(light.shape, np.float32))
    noise = cv2.GaussianBlur(random, (0, 0), brush / 4)
    y, x = np.indices(light.shape, np.float32)
    bristles: Floats = np.zeros_like(noise)  # noise drawn out along the forms
    reach = round(3 * brush)
    for way in range(-reach, reach + 1):
        progress(0.3 + 0.3 * (way + reach) / reach)
        bristles += cv2.remap(noise, x + dx * way, y + dy * way, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    bristles /= max(float(bristles.std()), 1e-6)
    # Thick where there are forms, thin on a sky, and the finer the smaller the picture is.
    forms = np.sqrt(cv2.GaussianBlur(xx + yy, (0, 0), 2 * brush)) / 30
    relief = np.clip(bristles, -2, 2) * np.clip(2 + 6 * forms, 2, 9) * min(1.0, brush / 4)
    return enlarged(painted + relief[..., None], pixels)


def _pencil(pixels: Pixels, progress: Progress) -> Pixels:
    fine = _fine(pixels)
    paper, shaken = _paper(pixels, 11), _noise(pixels, 60 * fine, 3)
    tones = _tones(pixels, 1, 97, 0.85)

    def work(tile: Pixels, rows: slice) -> Pixels:
        levels = grey(tile)
        tone = tones[levels.astype(np.uint8)]
        shaded = np.clip(cv2.GaussianBlur(tone, (0, 0), 7 * fine) - tone, 0, 1) * 1.6
        graphite = np.maximum(0.9 * (1 - _outlines(levels, 0.9 * fine)), shaded)
        y, x = np.indices(levels.shape, np.float32)
        for angle, dark in ((0.85, 0.8), (0.6, 0.55), (2.2, 0.36), (1.5, 0.2)):
            across = x * math.sin(angle) + (y + rows.start) * math.cos(angle) + shaken[rows] * 2 * fine
            stroke = 0.675 + 0.325 * np.cos(across * (2 * math.pi / (4.5 * fine)))
            graphite = np.maximum(graphite, step(dark + 0.08, dark - 0.3, tone) * stroke * (0.95 - 0.6 * dark))
        graphite = np.clip(graphite * (1 + 0.45 * paper[rows]), 0, 0.92)[..., None]
        return (CREAM + (LEAD - CREAM) * graphite).astype(np.uint8)

    return in_tiles(pixels, work, round(REACH * fine), progress)


def _ink(pixels: Pixels, progress: Progress) -> Pixels:
    fine = _fine(pixels)
    small = _flattened(shrunk(pixels, CANVAS_SIDE))
    progress(0.2)
    soft, tones = enlarged(small, pixels), _tones(small, 3, 92, 0.8)
    paper, feather = _paper(pixels, 5), _noise(pixels, 24 * fine, 7)
    progress(0.3)

    def work(tile: Pixels, rows: slice) -> Pixels:
        dark = 1 - tones[grey(soft[rows]).astype(np.uint8)]
        edge = dark + 0.035 * feather[rows] + 0.05 * paper[rows]
        washes = sum(step(level - 0.1, level + 0.1, edge) for level in (0.22, 0.42, 0.62, 0.8)) / 4
        ink = np.clip(0.5 * washes + 0.36 * dark**1.6, 0, 0.94)
        lines = _strokes(grey(tile), 1.3 * fine)
        page = (1 - ink) * (0.25 + 0.75 * lines) * (0.97 + 0.03 * paper[rows])
        return np.clip(12 + page[..., None] * WARM_WHITE, 0, 255).astype(np.uint8)

    return in_tiles(pixels, work, round(REACH * fine), part(progress, 0.3, 1))


def _cartoon(pixels: Pixels, progress: Progress) -> Pixels:
    small = _flattened(shrunk(pixels, CANVAS_SIDE), 0.25)
    progress(0.3)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    apart, light = 255 / 9, lab[..., 0]
    nearest = np.rint(light / apart) * apart
    lab[..., 0] = nearest + apart / 4 * np.tanh((light - nearest) / apart * 4)
    flat = _vivid(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), 1.45)
    colours, fine = enlarged(flat, pixels), _fine(pixels)
    progress(0.5)

    def work(tile: Pixels, rows: slice) -> Pixels:
        lines = 0.08 + 0.92 * _strokes(grey(tile), 1.4 * fine)[..., None]
        return (colours[rows] * lines).astype(np.uint8)

    return in_tiles(pixels, work, round(REACH * fine), part(progress, 0.5, 1))


def _pixel(pixels: Pixels, progress: Progress) -> Pixels:
    small = _vivid(shrunk(pixels, 112), 1.35)
    progress(0.2)
    height, width = small.shape[:2]
    dots = np.tile(BAYER, (height // 4 + 1, width // 4 + 1))[:height, :width, None] * 22
    few = _nearest(small + dots, _palette(small, 24))
    progress(0.6)
    return cv2.resize(few, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def _poster(pixels: Pixels, progress: Progress) -> Pixels:
    small = shrunk(pixels, 1000)
    spread = (255 * _tones(small, 1, 99, 0.8)).astype(np.uint8)[small]  # what is dark keeps apart
    strong = _vivid(_flattened(spread, 0.12), 1.4)
    colours = _palette(strong, 20)
    flat = cv2.medianBlur(_nearest(strong, colours), 3)
    progress(0.5)
    # Stretching has mixed the colours.
    return in_tiles(enlarged(flat, pixels), lambda tile, rows: _nearest(tile, colours), 0, part(progress, 0.5, 1))


def _flattened(pixels: Pixels, strength: float = 0.35) -> Pixels:
    size = max(pixels.shape[:2]) / 60
    return cv2.edgePreservingFilter(np.ascontiguousarray(pixels), flags=1, sigma_s=size, sigma_r=strength)


def _vivid(pixels: Array, factor: float) -> Pixels:
    mean = cv2.transform(pixels.astype(np.float32), np.full((3, 3), 1 / 3, np.float32))
    return np.clip(mean + (pixels - mean) * factor, 0, 255).astype(np.uint8)


def _noise(pixels: Pixels, cell: float, seed: int) -> Floats:
    """Of about `cell` pixels, mostly within -1 and 1."""
    height, width = pixels.shape[:2]
    grid = np.random.default_rng(seed).standard_normal((int(height / cell) + 2, int(width / cell) + 2), np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def _paper(pixels: Pixels, seed: int) -> Floats:
    grain = _noise(pixels, 1.2 * _fine(pixels), seed)
    grain += _noise(pixels, 3 * _fine(pixels), seed)
    grain *= 0.35
    return np.clip(grain, -1, 1, out=grain)


def _fine(pixels: Pixels) -> float:
    """Pixels."""
    return max(1.0, max(pixels.shape[:2]) / FINE_SIDE)


def _tones(pixels: Pixels, darkest: float, lightest: float, gamma: float) -> Floats:
    """Of 256 levels of grey: 0 at the darkest percentile, 1 at the lightest."""
    low, high = (float(level) for level in np.percentile(grey(shrunk(pixels, 1000)), (darkest, lightest)))
    low = min(low, high - 110)  # a white sky does not turn black
    return (np.clip((np.arange(256) - low) / (high - low), 0, 1) ** gamma).astype(np.float32)


def _outlines(levels: Floats, wide: float) -> Floats:
    """1 on paper, 0 on a line (Winnemöller, "XDoG")."""
    edge = cv2.GaussianBlur(levels, (0, 0), wide) - 0.985 * cv2.GaussianBlur(levels, (0, 0), wide * 1.6) - 1.92
    return np.where(edge > -1.5, 1.0, 1.0 + np.tanh(0.32 * (edge + 1.5))).astype(np.float32)


def _strokes(levels: Floats, wide: float) -> Floats:
    """As `_outlines`, but thin where they are close, such as in leaves: else they run together."""
    ink = 1 - _outlines(levels, wide)
    crowded = np.clip(box_mean(ink, round(6 * wide)) / 0.22 - 0.6, 0, 1)
    return 1 - ink * (1 - 0.75 * crowded)


def _palette(pixels: Pixels, count: int) -> Floats:
    """What is vivid counts four times: a small red thing stays red."""
    samples = shrunk(pixels, 160).reshape(-1, 3).astype(np.float32)
    vivid = samples[np.ptp(samples, axis=1) > 90]
    return np.rint(k_means(np.concatenate([samples, vivid, vivid, vivid]), count)[0])


def _nearest(pixels: Array, colours: Floats) -> Pixels:
    # But for a term that is the same for all.
    apart = (colours * colours).sum(1) - 2 * (pixels.astype(np.float32) @ colours.T)
    return colours[apart.argmin(axis=2)].astype(np.uint8)


BY_NAME: dict[str, Callable[[Pixels, Progress], Pixels]] = {
    "watercolour": _watercolour, "pencil": _pencil, "oil": _oil, "cartoon": _cartoon, "pixel": _pixel, "ink": _ink,
    "poster": _poster, "sepia": lambda pixels, progress: np.asarray(LOOKS["sepia"](Image.fromarray(pixels))),
    "black and white": lambda pixels, progress: np.asarray(LOOKS["black and white"](Image.fromarray(pixels))),
}  # fmt: skip
