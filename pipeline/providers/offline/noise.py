"""All arrays are float32. Importing this loads OpenCV."""

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from .tiles import Array


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
    box = (3, 3, cells + 3, cells + 3)
    return np.asarray(Image.fromarray(grid).resize((size, size), Image.Resampling.BICUBIC, box))


def _stretched(values: Array) -> Array:
    return np.asarray((values - values.min()) / max(np.ptp(values), 1e-6), np.float32)


def sample(tile: Array, x: Array, y: Array) -> Array:
    """A periodic tile at any coordinates (1.0 = once around), bilinear."""
    columns, rows = np.broadcast_arrays(*((at - np.floor(at)) * np.float32(len(tile)) for at in (x, y)))
    values = cv2.remap(tile, columns.copy(), rows.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(values).reshape(columns.shape)


def step(low: Array | float, high: Array | float, values: Array) -> Array:
    """From 0 at `low` to 1 at `high`, smooth."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def mix(a: Array, b: Array, amount: Array | float) -> Array:
    return np.asarray(a + (b - a) * amount, np.float32)


def gradient(colours: Array, places: Sequence[float] | Array, values: Array) -> Array:
    """Through the colours (n, 3), each at its place; of the values, (..., 3)."""
    channels = [np.interp(values, places, channel) for channel in colours.T]
    return np.stack(channels, axis=-1).astype(np.float32)


def resized(plane: Array, width: int, height: int) -> Array:
    return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA))


def blurred(plane: Array, radius: float) -> Array:
    return np.asarray(cv2.stackBlur(plane, (2 * round(radius) + 1,) * 2))  # as quick with a large radius


def rgb(code: str) -> Array:
    """Of "ff8800"; of several in a row, (n, 3)."""
    return np.array([list(bytes.fromhex(one)) for one in code.split()], np.float32).squeeze() / 255


def luma(pixels: Array) -> Array:
    return np.asarray(pixels @ np.array([0.3, 0.59, 0.11], np.float32), np.float32)
