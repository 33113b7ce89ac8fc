"""A network and the colours guess at the subject, GrabCut outlines it on a small copy, and colours do at full size."""

import cv2
import numpy as np
from PIL import Image

from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import Progress, part, shares

from ..arrays import Flags, Floats, Pixels, box_mean, guided, in_tiles, k_means, shrunk, stretched
from ..networks.subject import subject_seen

SEGMENT_SIDE = 512  # pixels of the small copy's longest side
EDGE_SIDE = 1000  # of the copy for the outline
TELLS = 3.6  # levels of colour: the least that tells the subject from the rest
ROUNDS = 2  # more, and colours overrule what the network saw
COLOURS = 0.5  # what they count, beside the network, where both say the same; they know thin parts, such as legs
AGREED, TORN = 0.7, 0.25  # doubtful: less of it in common with the network; more, as a share, that it is torn about
MIN_SUBJECT, MAX_SUBJECT = 0.004, 0.97  # shares of the picture


def remove_background(pixels: Pixels, mask: Pixels | None, progress: Progress) -> tuple[Pixels, str | None]:
    """With an alpha channel, and the name of a sentence where the outline may be wrong. `mask` (white = change) marks
    what surely goes. Raises `BadInput`."""
    subject, note = _subject(pixels, mask, part(progress, 0, 0.65))
    return _cut_out(pixels, subject, part(progress, 0.65, 1)), note


def part_of(image: Image.Image, part: str, progress: Progress) -> tuple[Image.Image, str | None]:
    """The subject, or the background, as a mask; and as `remove_background`."""
    cut, note = remove_background(np.asarray(image.convert("RGB")), None, progress)
    mask = Image.fromarray(cut[..., 3] if part == "subject" else 255 - cut[..., 3])
    return mask, "doubtful_part" if note == "doubtful" else note


def _subject(pixels: Pixels, mask: Pixels | None, progress: Progress) -> tuple[Pixels, str | None]:
    small, seen = shrunk(pixels, SEGMENT_SIDE), subject_seen(pixels)
    progress(0.15)
    colours = _standing_out(small, alone=seen is None)
    progress(0.3)
    guesses = [colours]
    if seen is not None:
        seen = cv2.resize(seen, small.shape[1::-1])
        agreed = float(np.minimum(seen, colours).sum() / max(np.maximum(seen, colours).sum(), 1e-3))
        guesses.insert(0, seen + COLOURS * agreed * (colours - seen))
    marked = np.zeros(pixels.shape[:2], np.uint8) if mask is None else mask
    gone = cv2.resize(marked, small.shape[1::-1], interpolation=cv2.INTER_AREA) > 127
    tries = [(guess, factor) for guess in guesses for factor in (1.0, 0.6)]  # bolder where the first finds nothing
    for (guess, factor), share in shares(part(progress, 0.3, 1), tries):
        guess = np.where(gone, 0, guess)
        split = cv2.threshold((guess * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0] / 255
        labels = np.where(guess > split * factor, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
        labels[guess < split * 0.35 * factor] = cv2.GC_BGD
        labels[cv2.erode((guess > 0.5 + split / 2).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0] = cv2.GC_FGD
        labels[gone] = cv2.GC_BGD
        subject = _grabcut(small, labels, share)
        if MIN_SUBJECT <= subject.mean() / 255 <= MAX_SUBJECT:
            return subject, _doubt(subject, seen)
    raise BadInput(
        _("I cannot tell what the subject of this picture is: nothing in it stands out from its background.")
    )


def _doubt(subject: Pixels, seen: Floats | None) -> str | None:
    if seen is None:
        return "without_network"
    found, expected = subject > 127, seen > 0.5
    agreed = (found & expected).sum() / max((found | expected).sum(), 1)
    torn = ((seen > 0.1) & (seen < 0.9)).sum() / max(expected.sum(), 1)
    return "doubtful" if agreed < AGREED or torn > TORN else None


def _grabcut(small: Pixels, labels: Pixels, progress: Progress) -> Pixels:
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(small[..., ::-1])
    cv2.setRNGSeed(1)
    for turn in range(ROUNDS):
        progress(turn / ROUNDS)
        subject = (labels & 1) > 0  # GC_FGD and GC_PR_FGD are 1 and 3
        if not subject.any() or subject.all():
            return np.zeros(labels.shape, np.uint8)
        mode = cv2.GC_EVAL if turn else cv2.GC_INIT_WITH_MASK
        cv2.grabCut(bgr, labels, (0, 0, 1, 1), background, foreground, 1, mode)  # the box is for another mode
    found = (labels & 1) * np.uint8(255)
    for dark in (0, 255):  # small pieces, and small holes
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(found ^ np.uint8(dark), connectivity=4)
        areas = stats[1:, cv2.CC_STAT_AREA]
        if count > 1:
            least = areas.max() * 0.12 if dark == 0 else found.size * 0.0005
            found = np.where(np.isin(pieces, 1 + np.flatnonzero(areas < least)), dark, found).astype(np.uint8)
    return found


def _standing_out(small: Pixels, alone: bool) -> Floats:
    """By its colours: 1 where it is surely the subject. `alone`: without the network, beside which a barrier tells
    nothing more."""
    lab: Floats = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab[..., 0] *= 0.7  # light falls unevenly on a wall
    height, width = lab.shape[:2]
    thick = max(2, round(0.03 * max(height, width)))
    rim, lower = np.ones((height, width), bool), np.zeros((height, width), bool)
    rim[thick:, thick:-thick], lower[-thick:] = False, True
    near = _unlike(lab, rim) < 12  # ΔE: about the same colour
    rim = rim & (near | ~lower) | (lower & near)  # a person stands on the lower edge: of it, only what is like the rest
    total = _scaled(_unlike(lab, rim))
    if alone:
        total = _scaled(total + _scaled(np.max([_barrier(plane, rim) for plane in cv2.split(lab)], axis=0)))
    # People put the subject into the middle, and let it stand on the ground.
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in (height, width))
    return total * (1 - 0.25 * np.minimum(y, 0) ** 2)[:, None] * (1 - 0.45 * x**2)


def _scaled(values: Floats) -> Floats:
    return np.clip(values / max(float(np.percentile(values, 98)), 1e-3), 0, 1)


def _unlike(lab: Floats, rim: Flags) -> Floats:
    centres, share = k_means(lab[rim], 6)
    common = centres[share >= 0.04] if (share >= 0.04).any() else centres
    apart = np.stack([np.linalg.norm(lab - centre, axis=2) for centre in common])
    return cv2.GaussianBlur(apart.min(0).astype(np.float32), (0, 0), 1.5)


def _barrier(levels: Floats, seeds: Flags) -> Floats:  # Zhang et al., "Minimum Barrier Salient Object Detection"
    levels = cv2.GaussianBlur(levels, (0, 0), 1.0)
    planes = [levels, np.where(seeds, 0, np.inf).astype(np.float32), levels.copy(), levels.copy()]
    for turn in range(12):  # four directions, three times
        turned = [plane.T if turn % 4 > 1 else plane for plane in planes]
        level, cost, high, low = (plane[::-1] if turn % 2 else plane for plane in turned)
        for row in range(1, len(level)):
            up, down = np.maximum(high[row - 1], level[row]), np.minimum(low[row - 1], level[row])
            better = (up - down < cost[row]) & np.isfinite(cost[row - 1])
            cost[row][better], high[row][better], low[row][better] = (up - down)[better], up[better], down[better]
    return planes[1]


def _cut_out(pixels: Pixels, outline: Pixels, progress: Progress) -> Pixels:
    height, width = shrunk(pixels, EDGE_SIDE).shape[:2]
    smooth = cv2.resize(outline, (width, height), interpolation=cv2.INTER_CUBIC)
    inside = cv2.GaussianBlur(smooth, (0, 0), max(width / outline.shape[1], 1)) > 127
    edge, scale = max(3, round(max(height, width) / 120)), pixels.shape[1] / width
    within, beyond = (cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 5) for side in (inside, ~inside))
    # Far from the outline colours do not count: a white shirt before a white wall stays whole.
    planes = [plane.astype(np.float32) for plane in (inside, np.clip((within - beyond) / (2.0 * edge), -1, 1))]
    radius, reach = round(edge * scale), max(4, round(max(pixels.shape[:2]) / 200))

    def work(tile: Pixels, rows: slice) -> Pixels:
        colours = tile.astype(np.float32) / 255
        level, deep = (stretched(plane, pixels.shape, rows) for plane in planes)
        alpha = np.clip((guided(tile, level, radius, TELLS, scale) - 0.12) / 0.76, 0, 1)
        sure = np.clip(np.abs(deep) * 2 - 1, 0, 1)
        alpha = (alpha * (1 - sure) + (deep > 0) * sure).astype(np.float32)
        # Half transparent pixels take their colour from opaque ones.
        whole = (alpha > 0.95).astype(np.float32)
        near = box_mean(whole, reach)
        inner = box_mean(colours * whole[..., None], reach) / np.maximum(near, 1e-4)[..., None]
        mixed = (((alpha < 0.95) & (near > 1e-3)) * (1 - alpha))[..., None]
        cut = np.dstack((colours * (1 - mixed) + inner * mixed, alpha)) * 255
        return np.where(cut[..., 3:] < 0.5, 0, np.rint(cut)).astype(np.uint8)

    return in_tiles(pixels, work, 2 * radius + reach, progress)
