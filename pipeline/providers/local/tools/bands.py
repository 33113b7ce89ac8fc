"""Large pictures in bands of rows: bounded memory, and somebody to listen to between two of them."""

from collections.abc import Callable, Iterator

import numpy as np

from pipeline.providers.local.tools.opencv import Array, Pixels, Progress, cv2

PIXELS = 1_000_000  # in a band


def bands(height: int, width: int) -> Iterator[tuple[int, int]]:
    """First and last row (exclusive) of each."""
    rows = max(16, PIXELS // width)
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def part(progress: Progress, start: float, end: float) -> Progress:
    """The progress of one step of several: its 0 to 1 are `start` to `end` of the whole."""
    return lambda fraction: progress(start + (end - start) * fraction)


def in_bands(pixels: Array, work: Callable[[Array, int], Array], reach: int, progress: Progress) -> Pixels:
    """What `work` makes of the picture: it is given bands with `reach` more rows above and below, as far as there are any,
    and the number of the first row, and gives back as many rows."""
    height, width = pixels.shape[:2]
    out: Pixels | None = None
    for top, bottom in bands(height, width):
        progress(top / height)
        first, last = max(0, top - reach), min(height, bottom + reach)
        done = work(pixels[first:last], first)[top - first : bottom - first]
        if out is None:
            out = np.empty((height, *done.shape[1:]), np.uint8)
        out[top:bottom] = done
    progress(1.0)
    assert out is not None
    return out


def shrunk(pixels: Array, side: int) -> Array:
    """Its longest side at most `side` pixels."""
    height, width = pixels.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return pixels
    return cv2.resize(
        pixels, (max(1, round(width * factor)), max(1, round(height * factor))), interpolation=cv2.INTER_AREA
    )


def grown(pixels: Array, height: int, width: int, progress: Progress) -> Pixels:
    """Stretched smoothly to that size, in bands."""
    if pixels.shape[:2] == (height, width):
        progress(1.0)
        return pixels
    out = np.empty((height, width, *pixels.shape[2:]), np.uint8)
    for top, bottom in bands(height, width):
        progress(top / height)
        out[top:bottom] = stretched(pixels, height, width, top, bottom)
    progress(1.0)
    return out


def stretched(pixels: Array, height: int, width: int, top: int, bottom: int) -> Array:
    """The rows `top` to `bottom` of the array as it would look at that size."""
    across, down = pixels.shape[1] / width, pixels.shape[0] / height
    # From a place in the result to the one in the source, centre to centre.
    back = np.array([[across, 0, across / 2 - 0.5], [0, down, (top + 0.5) * down - 0.5]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(pixels, back, (width, bottom - top), flags=flags, borderMode=cv2.BORDER_REPLICATE)
