"""A hard outline of a small copy becomes a fine one at full size: hair by hair where the colours tell, and without a rim of
the old background's colour."""

import numpy as np

from pipeline.providers.local.tools.bands import bands, shrunk, stretched
from pipeline.providers.local.tools.guided import like, mean
from pipeline.providers.local.tools.opencv import Flags, Floats, Pixels, Progress, cv2

_SIDE = 1000  # pixels: the longest of the copy on which the edge is described by colours
_SOFTNESS = 2e-4  # of a guided filter: how little the colours may differ and still tell


class Edge:
    """The outline `hard` (255 and 0) of any size, as the colours of `pixels` (3 channels) draw it."""

    def __init__(self, pixels: Pixels, hard: Pixels) -> None:
        self._pixels = pixels
        copy = shrunk(pixels, _SIDE).astype(np.float32) / 255
        height, width = copy.shape[:2]
        smooth = cv2.resize(hard, (width, height), interpolation=cv2.INTER_CUBIC)
        outline = cv2.GaussianBlur(smooth, (0, 0), max(width / hard.shape[1], 1)) > 127
        self._reach = max(3, round(max(height, width) / 120))
        self._hard = outline.astype(np.float32)
        self._factors, self._offset = like(copy, self._hard, self._reach, _SOFTNESS)
        inside, outside = (cv2.distanceTransform(side, cv2.DIST_L2, 5) for side in _both_sides(outline))
        # Far from the outline the colours have no say: a white shirt before a white wall stays whole.
        self._depth = np.clip((inside - outside) / (2.0 * self._reach), -1, 1).astype(np.float32)

    def cut_out(self, progress: Progress) -> Pixels:
        """The picture with its alpha; where that is 0, black."""
        height, width = self._pixels.shape[:2]
        reach = max(4, round(max(height, width) / 200))
        out = np.empty((height, width, 4), np.uint8)
        for top, bottom in bands(height, width):
            progress(top / height)
            first, last = max(0, top - reach), min(height, bottom + reach)
            colours = self._pixels[first:last].astype(np.float32) / 255
            alpha = self._alpha(colours, height, first, last)
            colours = _without_rim(colours, alpha, reach)
            cut = np.dstack((colours, alpha))[top - first : bottom - first] * 255
            out[top:bottom] = np.where(cut[..., 3:] < 0.5, 0, np.rint(cut))
        progress(1.0)
        return out

    def _alpha(self, colours: Floats, height: int, first: int, last: int) -> Floats:
        width = colours.shape[1]
        factors, offset, depth = (
            stretched(values, height, width, first, last) for values in (self._factors, self._offset, self._depth)
        )
        alpha = np.clip(((factors * colours).sum(2) + offset - 0.12) / 0.76, 0, 1)
        sure = np.clip(np.abs(depth) * 2 - 1, 0, 1)
        return (alpha * (1 - sure) + (depth > 0) * sure).astype(np.float32)


def _both_sides(outline: Flags) -> tuple[Pixels, Pixels]:
    return outline.astype(np.uint8), (~outline).astype(np.uint8)


def _without_rim(colours: Floats, alpha: Floats, reach: int) -> Floats:
    """Where the subject is half clear its colour is taken from what is whole near by."""
    whole = (alpha > 0.95).astype(np.float32)
    near = mean(whole, reach)
    inner = mean(colours * whole[..., None], reach) / np.maximum(near, 1e-4)[..., None]
    mixed = ((alpha < 0.95) & (near > 1e-3)).astype(np.float32)[..., None] * (1 - alpha)[..., None]
    return (colours * (1 - mixed) + inner * mixed).astype(np.float32)
