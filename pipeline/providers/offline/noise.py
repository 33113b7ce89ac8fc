"""All arrays are float32."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.floating]
BICUBIC = Image.Resampling.BICUBIC


def fbm(rng: np.random.Generator, size: int = 512, cells: int = 4, octaves: int = 6, gain: float = 0.5) -> Array:
    """A periodic tile (size, size) of fractal noise, 0 to 1."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        total += gain**octave * _octave(rng, size, cells << octave)
    return _stretched(total)


def ridges(rng: np.random.Generator, size: int, cells: int, octaves: int) -> Array:
    """As `fbm`, of mountain chains: sharp crests, rougher with height."""
    total, weight = np.zeros((size, size), np.float32), np.ones((size, size), np.float32)
    for octave in range(octaves):
        crest = (1 - np.abs(_octave(rng, size, cells << octave))) ** 2
        total += 0.5**octave * crest * weight
        weight = np.clip(crest * 1.3, 0, 1)
    return _stretched(total)


def _octave(rng: np.random.Generator, size: int, cells: int) -> Array:
    grid = np.pad(rng.uniform(-1.4, 1.4, (cells, cells)).astype(np.float32), 3, mode="wrap")
    return np.asarray(Image.fromarray(grid).resize((size, size), BICUBIC, box=(3, 3, cells + 3, cells + 3)))


def _stretched(values: Array) -> Array:
    low, high = float(values.min()), float(values.max())
    return ((values - low) / max(high - low, 1e-6)).astype(np.float32)


def sample(tile: Array, x: Array, y: Array) -> Array:
    """A periodic tile at any coordinates (1.0 = once around), bilinear."""
    size = tile.shape[0]
    x, y = x * size, y * size
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    columns, rows = left.astype(np.int32) % size, top.astype(np.int32) % size
    right, below = (columns + 1) % size, (rows + 1) % size * size
    flat, rows = tile.ravel(), rows * size
    upper = flat[rows + columns] * (1 - fx) + flat[rows + right] * fx
    lower = flat[below + columns] * (1 - fx) + flat[below + right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def step(low: Array | float, high: Array | float, values: Array) -> Array:
    """From 0 at `low` to 1 at `high`, smooth."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def mix(a: Array, b: Array, amount: Array | float) -> Array:
    return np.asarray(a + (b - a) * amount, np.float32)


def resized(plane: Array, width: int, height: int) -> Array:
    """A plane (h, w) or picture (h, w, 3)."""
    if plane.ndim == 3:
        return np.stack([resized(channel, width, height) for channel in np.moveaxis(plane, 2, 0)], axis=-1)
    plane = np.ascontiguousarray(plane, dtype=np.float32)
    return np.asarray(Image.fromarray(plane).resize((width, height), BICUBIC), np.float32)


def blurred(plane: Array, radius: float) -> Array:
    """Resized down and up, which is quick."""
    height, width = plane.shape[:2]
    small = [max(3, round(side / max(radius, 1))) for side in (width, height)]
    return resized(resized(plane, *small), width, height)


def rgb(code: str) -> Array:
    return np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


def luma(pixels: Array) -> Array:
    return np.asarray(pixels @ np.array([0.3, 0.59, 0.11], np.float32), np.float32)
