"""Remove the background: GrabCut on a small copy, its edge found again in the large picture."""

from collections.abc import Iterator

import numpy as np

from gallery.errors import BadInput
from pipeline.providers.local.tools import matting
from pipeline.providers.local.tools.bands import part, shrunk
from pipeline.providers.local.tools.opencv import Flags, Floats, Pixels, Progress, cv2
from pipeline.providers.local.tools.saliency import subject

_SIDE = 400  # pixels: the longest of the copy on which background and subject are told apart
_ROUNDS = 5
_LEAST, _MOST = 0.004, 0.97  # of the picture: less or more is no subject


def remove_background(pixels: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    """The picture (3 channels) with an alpha channel. `mask` (white = change) marks what surely goes.

    Raises `BadInput` where nothing stands out.
    """
    alpha_of = matting.Edge(pixels, _cut(shrunk(pixels, _SIDE), mask, part(progress, 0, 0.6)))
    return alpha_of.cut_out(part(progress, 0.65, 1))


def _cut(small: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    """255 where the subject is, 0 elsewhere."""
    gone = None if mask is None else cv2.resize(mask, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 127
    guess = subject(small, part(progress, 0, 0.3))
    if gone is not None:
        guess[gone] = 0
    for labels in _labels(guess, gone):
        found = _grabbed(small, labels, part(progress, 0.3, 1))
        if _LEAST <= found.mean() / 255 <= _MOST:
            return found
    raise BadInput("I cannot tell what the subject of this picture is: nothing in it stands out from its background.")


def _labels(guess: Floats, gone: Flags | None) -> Iterator[Pixels]:
    """What GrabCut starts from; the second is bolder, for where the first finds nothing."""
    split, _ = cv2.threshold((guess * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    for factor in (1.0, 0.6):
        likely = guess > split / 255 * factor
        labels = np.where(likely, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        labels[guess < split / 255 * 0.25 * factor] = cv2.GC_BGD
        sure = cv2.erode((guess > 0.5 + split / 510).astype(np.uint8), np.ones((5, 5), np.uint8))
        labels[sure > 0] = cv2.GC_FGD
        if gone is not None:
            labels[gone] = cv2.GC_BGD
        if likely.any():
            yield labels


def _grabbed(small: Pixels, labels: Pixels, progress: Progress) -> Pixels:
    behind, ahead = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(small[..., ::-1])
    cv2.setRNGSeed(1)
    for done in range(_ROUNDS):
        progress(done / _ROUNDS)
        if not _both(labels):
            return np.zeros(labels.shape, np.uint8)
        mode = cv2.GC_EVAL if done else cv2.GC_INIT_WITH_MASK
        cv2.grabCut(bgr, labels, (0, 0, 1, 1), behind, ahead, 1, mode)  # the box is for another mode
    return _pieces(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255)


def _both(labels: Pixels) -> bool:
    ahead = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    return bool(ahead.any() and not ahead.all())


def _pieces(found: Pixels) -> Pixels:
    """Without crumbs, and without pinholes."""
    for dark in (0, 255):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(found ^ np.uint8(dark), connectivity=4)
        areas = stats[1:, cv2.CC_STAT_AREA]
        if count > 1:
            least = areas.max() * 0.12 if dark == 0 else found.size * 0.002
            small = 1 + np.flatnonzero(areas < least)
            found = np.where(np.isin(labels, small), dark, found).astype(np.uint8)
    return found
