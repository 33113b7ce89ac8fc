"""Tiles of whole rows: bounded memory, and a chance to stop. Importing this loads OpenCV."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

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


def tiles(height: int, width: int, pixels: int = TILE_PIXELS) -> list[slice]:
    rows = max(16, pixels // width)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def in_tiles(pixels: Array, work: Work, reach: int, progress: Progress, grows: int = 1) -> Pixels:
    """`work` gets a tile, with up to `reach` more rows on both sides, and which rows these are; it gives `grows` times
    as many."""
    height, width = pixels.shape[:2]
    done: list[Pixels] = []
    for tile in tiles(height, width, TILE_PIXELS // grows**2):
        progress(tile.start / height)
        rows = slice(max(0, tile.start - reach), min(height, tile.stop + reach))
        made = work(pixels[rows], rows)
        done.append(made[(tile.start - rows.start) * grows : (tile.stop - rows.start) * grows])
    progress(1.0)
    return np.concatenate(done)


def shrunk(pixels: Array, side: int) -> Array:
    factor = side / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = [max(1, round(length * factor)) for length in pixels.shape[1::-1]]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


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


def grown(marked: Flags, by: int) -> Flags:
    return cv2.dilate(marked.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)) > 0


def k_means(samples: Floats, count: int) -> tuple[Floats, Floats]:
    """Of samples (n, 3), with each one's share."""
    count = min(count, len(samples))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 25, 0.5)
    cv2.setRNGSeed(1)  # the same picture gives the same colours
    first = np.zeros((len(samples), 1), np.int32)
    _, labels, colours = cv2.kmeans(samples, count, first, criteria, 2, cv2.KMEANS_PP_CENTERS)
    return np.asarray(colours), np.bincount(np.ravel(labels), minlength=count) / len(samples)


def to_bytes(values: Array) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
