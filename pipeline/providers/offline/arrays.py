"""Arrays: in tiles, in other sizes, as colours and as noise. Importing this loads OpenCV."""

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.providers.base import Progress

cv2.setNumThreads(1)  # a worker shares its machine

# For the reader: OpenCV's types are all "integers or floats".
Array = NDArray[Any]
Pixels = Array  # uint8
Floats = Array  # float32
Flags = Array  # bool
Places = Array  # int32: rows and columns
Work = Callable[[Array, slice], Pixels]

TILE_PIXELS = 1_000_000


def in_tiles(pixels: Array, work: Work, reach: int, progress: Progress, grows: int = 1) -> Pixels:
    """In bounded memory, and with chances to stop. `work` gets a tile, with up to `reach` more rows on both sides, and
    which rows these are; it gives `grows` times as many."""
    height, width = pixels.shape[:2]
    done: list[Pixels] = []
    high = max(16, TILE_PIXELS // grows**2 // width)
    for top in range(0, height, high):
        progress(top / height)
        rows = slice(max(0, top - reach), min(height, top + high + reach))
        spare = top - rows.start
        done.append(work(pixels[rows], rows)[spare * grows : (spare + high) * grows])
    progress(1.0)
    return np.concatenate(done)


def shrunk(pixels: Array, side: int) -> Array:
    factor = side / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = [max(1, round(length * factor)) for length in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def resized(plane: Array, width: int, height: int) -> Array:
    return cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA)


def enlarged(small: Array, like: Pixels) -> Pixels:
    return cv2.resize(to_bytes(small), like.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def stretched(pixels: Array, size: tuple[int, ...], rows: slice) -> Array:
    """At that height and width, these rows."""
    height, width = size[:2]
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    # From a place in the result to its source, centre to centre.
    back = np.array([[across, 0, across / 2 - 0.5], [0, down, (rows.start + 0.5) * down - 0.5]], np.float32)
    flags, shown = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, (width, rows.stop - rows.start)
    return cv2.warpAffine(pixels, back, shown, flags=flags, borderMode=cv2.BORDER_REPLICATE)


def box_mean(values: Floats, radius: int) -> Floats:
    return cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)


def blurred(plane: Array, radius: float) -> Array:
    return cv2.stackBlur(plane, (2 * round(radius) + 1,) * 2)  # as quick with a large radius


def guided(guide: Array, values: Array, radius: int, tells: float, scale: float = 1) -> Array:
    """Blurred where the guide differs by less than `tells` levels; by a copy that is `scale` times smaller."""
    small = 1 / min(scale, *guide.shape[:2])  # of a sliver, too
    return cv2.ximgproc.guidedFilter(guide, values, radius, tells**2, scale=small)


def grown(marked: Flags, by: int) -> Flags:
    return cv2.dilate(marked.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def k_means(samples: Floats, count: int) -> tuple[Floats, Floats]:
    """Of samples (n, 3), with each one's share."""
    count = min(count, len(samples))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 25, 0.5)
    cv2.setRNGSeed(1)  # the same picture gives the same colours
    first = np.zeros((len(samples), 1), np.int32)
    _, labels, colours = cv2.kmeans(samples, count, first, criteria, 2, cv2.KMEANS_PP_CENTERS)
    return colours, np.bincount(np.ravel(labels), minlength=count) / len(samples)


def rgb(code: str) -> Array:
    """Of "ff8800"; of several in a row, (n, 3)."""
    return np.array([list(bytes.fromhex(one)) for one in code.split()], np.float32).squeeze() / 255


def luma(pixels: Array) -> Array:
    return pixels @ np.array([0.3, 0.59, 0.11], np.float32)


def grey(pixels: Array) -> Floats:
    """Of bytes, whole levels."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)


def step(low: Array | float, high: Array | float, values: Array) -> Array:
    """From 0 at `low` to 1 at `high`, smooth."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a: Array, b: Array, amount: Array | float) -> Array:
    return np.asarray(a + (b - a) * amount, np.float32)


def gradient(colours: Array, places: Sequence[float] | Array, values: Array) -> Array:
    """Through the colours (n, 3), each at its place; of the values, (..., 3)."""
    channels = [np.interp(values, places, channel) for channel in colours.T]
    return np.stack(channels, axis=-1).astype(np.float32)


def to_bytes(values: Array) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def fbm(rng: np.random.Generator, size: int = 512, cells: int = 4, octaves: int = 6, gain: float = 0.5) -> Array:
    """A periodic tile (size, size) of fractal noise, 0 to 1."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        total += gain**octave * _octave(rng, size, cells << octave)
    return cv2.normalize(total, total, 0, 1, cv2.NORM_MINMAX)


def ridges(rng: np.random.Generator, size: int, cells: int, octaves: int) -> Array:
    """As `fbm`, of mountain chains: sharp crests, rougher with height."""
    total, weight = np.zeros((size, size), np.float32), np.ones((size, size), np.float32)
    for octave in range(octaves):
        crest = (1 - np.abs(_octave(rng, size, cells << octave))) ** 2
        total += 0.5**octave * crest * weight
        weight = np.clip(crest * 1.3, 0, 1)
    return cv2.normalize(total, total, 0, 1, cv2.NORM_MINMAX)


def _octave(rng: np.random.Generator, size: int, cells: int) -> Array:
    grid = np.pad(rng.uniform(-1.4, 1.4, (cells, cells)).astype(np.float32), 3, mode="wrap")
    box = (3, 3, cells + 3, cells + 3)
    return np.asarray(Image.fromarray(grid).resize((size, size), Image.Resampling.BICUBIC, box))


def sample(tile: Array, x: Array, y: Array) -> Array:
    """A periodic tile at any coordinates (1.0 = once around), bilinear."""
    columns, rows = np.broadcast_arrays(*((at - np.floor(at)) * np.float32(len(tile)) for at in (x, y)))
    values = cv2.remap(tile, columns.copy(), rows.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return values.reshape(columns.shape)
