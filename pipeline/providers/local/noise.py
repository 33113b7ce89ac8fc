"""Seeded noise and the small array tools that every layer of the painter shares. All arrays are float32."""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.floating]  # float32, but for what a step of the reckoning makes wider for a moment


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one layer: a layer more or less in the picture leaves every other one as it was."""
    return np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))


def resized(plane: Array, width: int, height: int) -> Array:
    """One plane (h, w) at another size, bicubic."""
    return np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)


def _octave(rng: np.random.Generator, size: int, cells: int) -> Array:
    """Smooth periodic noise (size, size) of about -1 to 1 with so many bumps a side."""
    grid = np.pad(rng.uniform(-1.4, 1.4, (cells, cells)).astype(np.float32), 3, mode="wrap")
    box = (3, 3, cells + 3, cells + 3)
    return np.asarray(Image.fromarray(grid).resize((size, size), Image.Resampling.BICUBIC, box=box), dtype=np.float32)


def fbm(rng: np.random.Generator, size: int = 512, cells: int = 4, octaves: int = 6, gain: float = 0.5) -> Array:
    """A periodic tile (size, size) of fractal noise, 0 to 1."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        total += gain**octave * _octave(rng, size, cells << octave)
    return normal(total)


def ridges(rng: np.random.Generator, size: int = 512, cells: int = 4, octaves: int = 6) -> Array:
    """A periodic tile (size, size) of mountain chains, 0 to 1: sharp crests, and roughness that grows with height."""
    total = np.zeros((size, size), np.float32)
    weight = np.ones((size, size), np.float32)
    for octave in range(octaves):
        crest = (1 - np.abs(_octave(rng, size, cells << octave))) ** 2
        total += 0.5**octave * crest * weight
        weight = np.clip(crest * 1.3, 0, 1)
    return normal(total)


def normal(values: Array) -> Array:
    """Stretched to 0..1."""
    low, high = float(values.min()), float(values.max())
    return ((values - low) / max(high - low, 1e-6)).astype(np.float32)


def sample(tile: Array, x: Array, y: Array) -> Array:
    """The periodic square tile at any coordinates (1.0 = once around), bilinear. A tile of planes gives planes."""
    size = tile.shape[0]
    x, y = x * size, y * size
    left, top = np.floor(x), np.floor(y)
    fx, fy = x - left, y - top
    columns, rows = left.astype(np.int32) % size, top.astype(np.int32) % size
    flat = tile.reshape(size * size, *tile.shape[2:])
    if tile.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    right, below = (columns + 1) % size, ((rows + 1) % size) * size
    rows = rows * size
    upper = flat[rows + columns] * (1 - fx) + flat[rows + right] * fx
    lower = flat[below + columns] * (1 - fx) + flat[below + right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def step(low: Array | float, high: Array | float, values: Array) -> Array:
    """0 below `low`, 1 above `high`, smooth between (also downwards, when low > high)."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def mix(a: Array, b: Array, amount: Array | float) -> Array:
    """`a` where amount is 0, `b` where it is 1."""
    return np.asarray(a + (b - a) * amount, np.float32)


def blurred(plane: Array, radius: float) -> Array:
    """A soft copy of a plane (h, w) or of a picture (h, w, 3): made small and large again, which is quick."""
    if plane.ndim == 3:
        return np.stack([blurred(np.ascontiguousarray(plane[..., c]), radius) for c in range(plane.shape[2])], axis=-1)
    height, width = plane.shape
    small = (max(3, round(width / max(radius, 1))), max(3, round(height / max(radius, 1))))
    soft = Image.fromarray(plane).resize(small, Image.Resampling.BICUBIC)
    return np.asarray(soft.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
