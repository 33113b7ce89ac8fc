"""Styles that are painted: watercolour, oil. And what they and others share: calm areas, paper, lively colours."""

from collections.abc import Callable
from functools import partial

import numpy as np

from pipeline.providers.local.tools.bands import grown, in_bands, part, shrunk
from pipeline.providers.local.tools.opencv import Array, Floats, Pixels, Progress, cv2

_CANVAS = 1400  # pixels: the longest side at which a brush is moved
_SECTORS = 8
_ROWS = 128  # painted at a time


def watercolour(pixels: Pixels, progress: Progress) -> Pixels:
    """Washes that run a little over their outlines, darker where they dried, on rough white paper."""
    small = shrunk(pixels, _CANVAS)
    wide = max(1.0, max(small.shape[:2]) / 280)
    washed = brushed(_wobbled(small, wide), wide, part(progress, 0, 0.6))
    washed = calmed(washed, 1, part(progress, 0.6, 0.7))
    colours = vivid(washed, 1.3).astype(np.float32)
    light = cv2.cvtColor(washed, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rim = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    pigment = 1 - 0.32 * np.clip(cv2.GaussianBlur(rim, (0, 0), 0.8) / 60, 0, 1)
    cloud = _clouds(light.shape[0], light.shape[1], 7)
    thin = 255 - (255 - colours) * (0.80 + 0.16 * cloud[..., None])  # water thins the paint, here more, there less
    height, width = pixels.shape[:2]
    page = grown(np.clip(thin * pigment[..., None], 0, 255).astype(np.uint8), height, width, part(progress, 0.7, 0.85))
    grain = paper(height, width, 3)

    def work(band: Array, first: int) -> Array:
        rough = 1 + 0.085 * grain[first : first + len(band), :, None]
        return np.clip(255 - (255 - band.astype(np.float32)) * rough, 0, 255).astype(np.uint8)

    return in_bands(page, work, 0, part(progress, 0.85, 1))


def oil(pixels: Pixels, progress: Progress) -> Pixels:
    """Short thick strokes along the forms, which catch the light."""
    small = shrunk(pixels, _CANVAS)
    wide = max(1.0, max(small.shape[:2]) / 230)
    painted = vivid(brushed(small, wide, part(progress, 0, 0.6)), 1.3)
    bristles = _strokes(painted, wide, part(progress, 0.6, 0.85))
    relief = cv2.Sobel(bristles, cv2.CV_32F, 1, 1, ksize=3) + 0.6 * (bristles - cv2.GaussianBlur(bristles, (0, 0), 2))
    lit = np.clip(painted + np.clip(relief, -26, 26)[..., None], 0, 255).astype(np.uint8)
    return grown(lit, pixels.shape[0], pixels.shape[1], part(progress, 0.85, 1))


def brushed(pixels: Pixels, wide: float, progress: Progress) -> Pixels:
    """Kuwahara's filter with eight soft sectors (Papari): each place takes the colour of the calmest side of it, so that areas
    become flat and outlines stay. `wide`: the brush, in pixels."""
    kernels = _sectors(wide)
    reach = kernels[0].shape[0] // 2 + 1

    out = np.empty_like(pixels)
    for top in range(0, len(pixels), _ROWS):
        first, last = max(0, top - reach), min(len(pixels), top + _ROWS + reach)
        painted = _calmest(pixels[first:last].astype(np.float32), kernels, partial(progress, top / len(pixels)))
        out[top : top + _ROWS] = painted[top - first :][:_ROWS]
    progress(1.0)
    return out


def _calmest(colours: Floats, kernels: list[Floats], heard: Callable[[], None]) -> Pixels:
    squares = (colours * colours).sum(2)
    total = np.zeros_like(colours)
    weights = np.zeros(colours.shape[:2], np.float32)
    for kernel in kernels:
        heard()
        level = cv2.filter2D(colours, -1, kernel, borderType=cv2.BORDER_REFLECT)
        around = cv2.filter2D(squares, -1, kernel, borderType=cv2.BORDER_REFLECT) - (level * level).sum(2)
        weight = 1 / (1 + (np.maximum(around, 0) / 160) ** 3)
        total += level * weight[..., None]
        weights += weight
    return np.clip(np.rint(total / np.maximum(weights, 1e-12)[..., None]), 0, 255).astype(np.uint8)


def _sectors(wide: float) -> list[Floats]:
    reach = max(2, round(2 * wide))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    bell = np.exp(-(x * x + y * y) / (2 * (reach / 2) ** 2))
    angle = np.arctan2(y, x)
    kernels = []
    for number in range(_SECTORS):
        off = np.abs((angle - number * 2 * np.pi / _SECTORS + np.pi) % (2 * np.pi) - np.pi)
        share = bell * np.clip(1.2 - off / (np.pi / _SECTORS) * 0.6, 0, 1)
        share[reach, reach] = bell[reach, reach] / 2
        kernels.append((share / share.sum()).astype(np.float32))
    return kernels


def _strokes(painted: Pixels, wide: float, progress: Progress) -> Floats:
    """Noise drawn out along the outlines, as bristles leave it: levels around 0."""
    light = cv2.GaussianBlur(cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.5)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    tensor = [cv2.GaussianBlur(product, (0, 0), 2 * wide) for product in (across * across, across * down, down * down)]
    angle = 0.5 * np.arctan2(2 * tensor[1], tensor[0] - tensor[2]) + np.pi / 2  # along the outline
    height, width = light.shape
    noise = np.random.default_rng(9).normal(0, 1, (height, width)).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    total = np.zeros_like(noise)
    steps = np.arange(-round(3 * wide), round(3 * wide) + 1, dtype=np.float32)
    for done, step in enumerate(steps):
        progress(done / len(steps))
        total += cv2.remap(noise, x + dx * step, y + dy * step, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return total * (18 / max(float(total.std()), 1e-6))


def calmed(pixels: Pixels, times: int, progress: Progress) -> Pixels:
    """Without texture, with its outlines: a bilateral filter, again and again, a strip at a time."""
    for turn in range(times):
        pixels = in_bands(
            pixels,
            lambda band, first: cv2.bilateralFilter(np.ascontiguousarray(band), 7, 32, 5),
            6,
            part(progress, turn / times, (turn + 1) / times),
        )
    return pixels


def vivid(pixels: Array, factor: float) -> Pixels:
    grey = cv2.transform(pixels.astype(np.float32), np.full((3, 3), 1 / 3, np.float32))
    return np.clip(grey + (pixels - grey) * factor, 0, 255).astype(np.uint8)


def paper(height: int, width: int, seed: int) -> Floats:
    """Its grain: -1 to 1, as large on a large picture as on a small one."""
    step = max(1.0, max(height, width) / 1600)
    rows, columns = round(height / step), round(width / step)
    noise = np.random.default_rng(seed).normal(0, 1, (rows, columns)).astype(np.float32)
    grain = 0.7 * cv2.GaussianBlur(noise, (0, 0), 0.8) + 1.6 * cv2.GaussianBlur(noise, (0, 0), 2.2)
    grain = np.clip(grain / (2 * float(grain.std()) + 1e-6), -1, 1).astype(np.float32)
    return cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)


def _clouds(height: int, width: int, seed: int) -> Floats:
    """Soft blots, 0 to 1."""
    coarse = np.random.default_rng(seed).random((9, 12)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)


def _wobbled(pixels: Pixels, wide: float) -> Pixels:
    """A hand is not quite steady."""
    height, width = pixels.shape[:2]
    random = np.random.default_rng(4)
    shifts = [random.normal(0, 1, (height // 24 + 2, width // 24 + 2)).astype(np.float32) for _ in range(2)]
    dx, dy = (cv2.resize(shift, (width, height), interpolation=cv2.INTER_CUBIC) * wide * 0.45 for shift in shifts)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return cv2.remap(pixels, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.uint8)
