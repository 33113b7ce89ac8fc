"""Remove an object: what is painted over is filled from what is around it.

Scratches are drawn together from their sides (Navier-Stokes, OpenCV's own). Anything wider is put together from pieces of the
surroundings, at a reduced size; the fine detail then comes from the same places in the large picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gallery.errors import BadInput
from pipeline.providers.local.tools import patches
from pipeline.providers.local.tools.bands import bands, part, stretched
from pipeline.providers.local.tools.opencv import Flags, Floats, Pixels, Places, Progress, cv2

_THIN = 4.0  # pixels from the sides to the middle of what still counts as a scratch
_SCREEN = 1500  # pixels: on a larger picture a brush, which is moved on a screen, leaves a rim of what it painted over
_HOLE, _ROOM = 14_000, 160_000  # pixels, at the reduced size: to be filled, and to learn from
_HOLES = 8  # that are filled one by one; more of them all at once
_TILE, _HALO = 384, 12  # pixels, for scratches


def remove_object(pixels: Pixels, mask: Pixels, progress: Progress) -> Pixels:
    """The picture (3 channels) without what is white in `mask` (one channel, any size). Raises `BadInput` where the mask
    marks nothing, or leaves nothing to fill from."""
    size = pixels.shape[1::-1]
    marked = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR) > 127
    if not marked.any():
        raise BadInput("The mask is empty: paint over what shall go.")
    rim = 2 * (max(size) // _SCREEN) + 1
    grown = cv2.dilate(marked.astype(np.uint8), np.ones((rim, rim), np.uint8))
    if grown.mean() > 0.9:
        raise BadInput("The mask covers nearly the whole picture: nothing is left to fill it from.")
    progress(0.02)
    out = pixels.copy()
    thin, wide = _sorted(grown)
    _mend(out, thin, wide, part(progress, 0.05, 0.25))
    holes = list(_holes(wide))
    for number, hole in enumerate(holes):
        share = part(progress, *(0.25 + 0.75 * n / len(holes) for n in (number, number + 1)))
        _fill(out[hole.where], hole.mask, wide[hole.where], len(holes), share)
        wide[hole.where] &= ~hole.mask  # filled, and so something to learn from for the next
    progress(1.0)
    return out


@dataclass(frozen=True)
class Hole:
    """A part of the picture, and what is to be filled in it (255)."""

    where: tuple[slice, slice]
    mask: Pixels


def _sorted(marked: Pixels) -> tuple[Pixels, Pixels]:
    """What is as thin as a scratch, and what is not; both 0 and 255."""
    x, y, width, height = cv2.boundingRect(marked)
    here = marked[y : y + height, x : x + width]
    deep = cv2.distanceTransform(here, cv2.DIST_L2, 3)
    _, labels = cv2.connectedComponents(here)
    broad = np.isin(labels, np.unique(labels[deep > _THIN]))
    wide = np.zeros_like(marked)
    wide[y : y + height, x : x + width] = (broad & (here > 0)) * np.uint8(255)
    return marked * np.uint8(255) - wide, wide


def _mend(out: Pixels, thin: Pixels, wide: Pixels, progress: Progress) -> None:
    """Fills what is thin; what lies under the wide holes beside it is nothing to learn from."""
    before, marked = (out.copy(), cv2.bitwise_or(thin, wide)) if thin.any() else (out, thin)
    height, width = thin.shape
    for top in range(0, height, _TILE):
        progress(top / height)
        for left in range(0, width, _TILE):
            inner = slice(top, top + _TILE), slice(left, left + _TILE)
            if thin[inner].any():
                y, x = max(0, top - _HALO), max(0, left - _HALO)
                outer = slice(y, top + _TILE + _HALO), slice(x, left + _TILE + _HALO)
                mended = cv2.inpaint(before[outer], marked[outer], 3, cv2.INPAINT_NS)
                here = thin[inner] > 0
                out[inner][here] = mended[top - y :, left - x :][:_TILE, :_TILE][here]


def _holes(wide: Pixels) -> Iterator[Hole]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(wide)
    if count - 1 > _HOLES:
        yield _hole(wide, cv2.boundingRect(wide))
        return
    for number in range(1, count):
        yield _hole((labels == number).astype(np.uint8) * 255, stats[number, :4].tolist())


def _hole(mask: Pixels, box: Sequence[int]) -> Hole:
    """With as much around it as it is large."""
    x, y, width, height = box
    margin = max(48, round(0.9 * max(width, height)))
    where = slice(max(0, y - margin), y + height + margin), slice(max(0, x - margin), x + width + margin)
    return Hole(where, np.ascontiguousarray(mask[where]))


def _fill(pixels: Pixels, mask: Pixels, unknown: Pixels, holes: int, progress: Progress) -> None:
    """Fill what is white in `mask`; what is white in `unknown` is nothing to learn from."""
    height, width = mask.shape
    scale = min(1.0, (_HOLE / holes / np.count_nonzero(unknown)) ** 0.5, (_ROOM / mask.size) ** 0.5)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small, marked = _reduced(pixels, unknown, size)
    progress(0.02)
    found = patches.fill(small, marked, part(progress, 0.02, 0.8))
    filled, offsets = found if found else (_drawn_together(small, marked), np.zeros((*marked.shape, 2), np.int32))
    _put(pixels, mask, unknown == 0, filled, offsets, part(progress, 0.8, 1))


def _reduced(pixels: Pixels, mask: Pixels, size: tuple[int, int]) -> tuple[Floats, Flags]:
    """The small copy, into which nothing of what is to go has leaked, and its hole."""
    known = (mask == 0).astype(np.float32)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    clean = cv2.resize(pixels * (mask == 0)[..., None].astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    return (clean / np.maximum(share, 1e-3)[..., None]).astype(np.float32), share < 0.5


def _drawn_together(small: Floats, marked: Flags) -> Floats:
    levels = np.clip(small, 0, 255).astype(np.uint8)
    return cv2.inpaint(levels, marked.astype(np.uint8), 3, cv2.INPAINT_NS).astype(np.float32)


def _put(pixels: Pixels, mask: Pixels, known: Flags, filled: Floats, offsets: Places, progress: Progress) -> None:
    """What was found, at the size of the picture: the small filling stretched, and upon it the detail that the large picture
    has, and the small one lost, at the places that the pieces came from."""
    height, width = mask.shape
    rows, columns = filled.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns]
    copied = filled[y + offsets[..., 0], x + offsets[..., 1]]
    whole = pixels.copy()
    for top, bottom in bands(height, width):
        progress(top / height)
        here = mask[top:bottom] > 0
        if not here.any():
            continue
        new = stretched(filled, height, width, top, bottom)
        if (rows, columns) != (height, width):
            plain = stretched(copied, height, width, top, bottom)
            from_y, from_x = _sources(offsets, height, width, top, bottom)
            real = known[from_y, from_x][..., None]
            new = new + np.where(real, whole[from_y, from_x] - plain, 0)
        pixels[top:bottom][here] = np.clip(np.rint(new[here]), 0, 255)
    progress(1.0)


def _sources(offsets: Places, height: int, width: int, top: int, bottom: int) -> tuple[Places, Places]:
    """Rows and columns from which the rows `top` to `bottom` of the picture take their detail."""
    rows, columns = offsets.shape[:2]
    y, x = np.arange(top, bottom), np.arange(width)
    field = offsets[np.ix_(y * rows // height, x * columns // width)]
    from_y = y[:, None] + np.rint(field[..., 0] * (height / rows)).astype(np.intp)
    from_x = x[None] + np.rint(field[..., 1] * (width / columns)).astype(np.intp)
    return np.clip(from_y, 0, height - 1), np.clip(from_x, 0, width - 1)
