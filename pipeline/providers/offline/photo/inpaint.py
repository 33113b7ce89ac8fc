"""Scratches are filled from their sides, wider holes by pieces of what is around."""

from collections.abc import Iterator

import cv2
import numpy as np
import patchmatch

from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import Progress, part, shares

from ..arrays import Flags, Floats, Pixels, Places, grown, in_tiles, mix, shrunk, stretched, to_bytes
from ..networks.subject import subject_seen

SCRATCH = 4.0  # pixels to the middle of the widest scratch
HALO = 12  # pixels around a scratch
SCREEN_SIDE = 1500  # pixels: on a larger picture a screen's brush leaves a rim
MAX_HOLES = 8  # that are filled one by one; more of them all at once
BEHIND = 0.4  # the share of a hole on the subject; below, it is filled from what is behind the subject alone
ENOUGH = 0.2  # of what is behind it, in sizes of the hole; else the subject is copied too
# At the reduced size:
HOLE_PIXELS, ROOM_PIXELS = 16_000, 110_000  # to be filled, and to learn from
PATCH = 6  # pixels to each side of a patch's middle
KD_TREE, CHECKED = 1, 64  # OpenCV's number of it, and how many leaves are seen
ALIKE = 4  # places, one by chance: no detail twice
NEAR = 20  # levels: other colours give no detail
SEAM = 4.0  # pixels: so near its edge a hole is filled from there
EDGE = 2  # pixels with some of a subject's colours


def remove_object(pixels: Pixels, mask: Pixels, progress: Progress) -> Pixels:
    """`mask`: white goes, any size. Raises `BadInput` where it marks nothing, or nearly everything."""
    size = pixels.shape[1::-1]
    marked = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR) > 127
    if not marked.any():
        raise BadInput(_("The mask is empty: paint over what shall go."))
    marked = grown(marked, max(size) // SCREEN_SIDE)
    if marked.mean() > 0.9:
        raise BadInput(_("The mask covers nearly the whole picture: nothing is left to fill it from."))
    progress(0.02)
    wide = _wide(marked)
    out = _mend(pixels, marked & ~wide, marked, part(progress, 0.05, 0.2))
    holes = list(_holes(wide))
    subject = _subject(out, wide, part(progress, 0.2, 0.25)) if holes else wide
    for (area, hole), share in shares(part(progress, 0.25, 1), holes):
        foreign = subject[area] if subject[area][hole].mean() < BEHIND else np.zeros_like(hole)
        out[area] = _fill(out[area], hole, wide[area], foreign, len(holes), share)
        wide[area] &= ~hole  # filled, and so a source for the next
    progress(1.0)
    return out


def _wide(marked: Flags) -> Flags:
    flags = marked.astype(np.uint8)
    x, y, width, height = cv2.boundingRect(flags)
    area = np.s_[y : y + height, x : x + width]
    depth = cv2.distanceTransform(flags[area], cv2.DIST_L2, 3)
    _, labels = cv2.connectedComponents(flags[area])
    wide = np.zeros(marked.shape, bool)
    wide[area] = np.isin(labels, np.unique(labels[depth > SCRATCH])) & marked[area]
    return wide


def _mend(pixels: Pixels, thin: Flags, marked: Flags, progress: Progress) -> Pixels:
    damaged = (marked & grown(thin, HALO)).astype(np.uint8)

    def work(tile: Pixels, rows: slice) -> Pixels:
        mended = cv2.inpaint(tile, damaged[rows], 3, cv2.INPAINT_NS) if thin[rows].any() else tile
        return np.where(thin[rows, :, None], mended, tile)

    return in_tiles(pixels, work, HALO, progress)


def _holes(wide: Flags) -> Iterator[tuple[tuple[slice, slice], Flags]]:
    count, labels = cv2.connectedComponents(wide.astype(np.uint8))
    for hole in (labels == number for number in range(1, count)) if count - 1 <= MAX_HOLES else [wide]:
        x, y, width, height = cv2.boundingRect(hole.astype(np.uint8))
        margin = max(48, round(0.9 * max(width, height)))
        area = np.s_[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
        yield area, hole[area].copy()


def _subject(pixels: Pixels, hole: Flags, progress: Progress) -> Flags:
    """What stands before the rest of the picture; the hole is not looked into."""
    seen = subject_seen(small_without(hole, pixels, 320))
    progress(1.0)
    return np.zeros_like(hole) if seen is None else cv2.resize(seen, hole.shape[::-1]) > 0.5


def _fill(pixels: Pixels, hole: Flags, unknown: Flags, foreign: Flags, holes: int, progress: Progress) -> Pixels:
    scale = min(1.0, (HOLE_PIXELS / holes / np.count_nonzero(unknown)) ** 0.5, (ROOM_PIXELS / hole.size) ** 0.5)
    height, width = (max(16, round(side * scale)) for side in hole.shape)
    small, small_hole = _reduced(pixels, unknown, (height, width))
    progress(0.05)
    there = cv2.resize(foreign.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    source = ~small_hole & ~grown(there, EDGE)
    if np.count_nonzero(source) < ENOUGH * np.count_nonzero(small_hole):
        source = ~small_hole
    pieces = patchmatch.inpaint(small, small_hole, global_mask=~(source | small_hole), patch_size=PATCH)
    progress(0.5)
    marked = (~source).astype(np.uint8)
    beside = np.exp(cv2.distanceTransform(marked, cv2.DIST_L2, 3) / -SEAM)[..., None]
    filled = mix(pieces.astype(np.float32), cv2.inpaint(small, marked, 3, cv2.INPAINT_NS), beside)
    if filled.shape == pixels.shape:
        return np.where(hole[..., None], to_bytes(filled), pixels)
    offsets = _offsets(filled, small_hole, source, part(progress, 0.5, 0.8))
    return _put(pixels, hole, ~unknown, filled, offsets, part(progress, 0.8, 1))


def _offsets(filled: Floats, hole: Flags, source: Flags, progress: Progress) -> Places:
    """From each pixel of the hole to one with similar surroundings: (height, width, 2)."""
    (rows, columns), soft = hole.shape, cv2.copyMakeBorder(cv2.blur(filled, (3, 3)), 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    steps = (2, 2), (0, 0), (0, 4), (4, 0), (4, 4)
    around = np.dstack([soft[y : y + rows, x : x + columns] for y, x in steps])
    inner = cv2.erode(source.astype(np.uint8), np.ones((7, 7)), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    offsets, places = np.zeros((*hole.shape, 2), int), np.argwhere(inner)
    if len(places) < ALIKE:
        return offsets
    rng = np.random.default_rng(1)
    cv2.setRNGSeed(1)
    index = cv2.flann.Index(around[inner], {"algorithm": KD_TREE, "trees": 1})
    wanted = np.argwhere(grown(hole, 1))
    for batch, share in shares(progress, np.array_split(wanted, len(wanted) // 1000 + 1)):
        share(0)
        alike, _ = index.knnSearch(around[tuple(batch.T)], ALIKE, params={"checks": CHECKED})
        offsets[tuple(batch.T)] = places[rng.permuted(alike, axis=1)[:, 0]] - batch
    return offsets


def _put(pixels: Pixels, hole: Flags, known: Flags, filled: Floats, offsets: Places, progress: Progress) -> Pixels:
    """At full size, with detail from where the pieces are."""
    (height, width), (rows, columns) = hole.shape, filled.shape[:2]
    soft = stretched(to_bytes(filled), hole.shape, slice(0, height))

    def work(tile: Pixels, shown: slice) -> Pixels:
        here = hole[shown, :, None]
        if not here.any():
            return tile
        y, x = np.ogrid[shown, 0:width]
        moves = offsets[y * rows // height, x * columns // width] * np.array([height / rows, width / columns])
        from_y, from_x = np.moveaxis(np.rint(moves).astype(np.intp), 2, 0)
        source = np.clip(y + from_y, 0, height - 1), np.clip(x + from_x, 0, width - 1)
        there = soft[source].astype(np.int16)
        fits = known[source] & (np.abs(there - soft[shown]).max(2) < NEAR)
        detail = np.where(fits[..., None], pixels[source] - there, 0)
        return np.where(here, to_bytes(soft[shown] + detail), tile)

    return in_tiles(pixels, work, 0, progress)


def small_without(hole: Flags, picture: Pixels, side: int) -> Pixels:
    """At that length of the longer side, the hole filled from its edges."""
    small, small_hole = _reduced(picture, hole, shrunk(picture, side).shape[:2])
    return cv2.inpaint(small, small_hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)


def _reduced(picture: Pixels, hole: Flags, size: tuple[int, ...]) -> tuple[Pixels, Flags]:
    """Without the colours of the hole."""
    known = cv2.resize((~hole).astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * (~hole)[..., None], size[::-1], interpolation=cv2.INTER_AREA)
    return to_bytes(sums / np.maximum(known, 1e-3)[..., None]), known < 0.5
