"""Differences between pictures, and other measures."""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from tests.programs.quality.photos import Flags, Pixels


def psnr(one: Pixels, other: Pixels, where: Flags | None = None) -> float:
    """Decibels; of the marked pixels only, where some are marked."""
    squares = (one.astype(float) - other.astype(float)) ** 2
    mean = squares[where].mean() if where is not None else squares.mean()
    return float(10 * np.log10(255**2 / max(mean, 1e-9)))


def ssim(one: Pixels, other: Pixels, where: Flags | None = None) -> float:
    """Up to 1."""
    mean, each = structural_similarity(one, other, channel_axis=2, full=True)  # type: ignore[no-untyped-call]
    return float(each[where].mean() if where is not None else mean)


def overlap(found: Flags, known: Flags) -> float:
    """Intersection over union."""
    return float((found & known).sum() / max((found | known).sum(), 1))


def contrast(pixels: Pixels) -> float:
    """The standard deviation of its light, in levels."""
    return float(_light(pixels).std())


def clipped(pixels: Pixels) -> float:
    """The share of its values that are clipped."""
    return float(((pixels == 0) | (pixels == 255)).mean())


def likeness(one: Pixels, other: Pixels) -> float:
    """How much their outlines agree: the correlation of their gradients at 160 pixels. 1: the same picture; 0: unrelated."""
    return float(np.corrcoef(_edges(one).ravel(), _edges(other).ravel())[0, 1])


def difference(one: Pixels, other: Pixels) -> float:
    """The mean difference, in levels."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def _light(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _edges(pixels: Pixels) -> NDArray[np.float32]:
    light = _light(pixels)
    factor = 160 / max(light.shape)
    small = cv2.GaussianBlur(cv2.resize(light, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    return np.asarray(np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)))


# Flaws of tools. `one` is before, `other` after.


def halo(one: Pixels, other: Pixels) -> float:
    """Levels by which flat ground beside a strong edge departs from flat ground of the same light elsewhere."""
    light, after = _light(one), _light(other)
    soft = cv2.GaussianBlur(light, (0, 0), 1.5)
    strong = (np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)) > 120).astype(np.uint8)
    side = max(3, max(light.shape) // 40)
    close = cv2.dilate(strong, np.ones((2 * side + 1, 2 * side + 1), np.uint8)) > 0
    touched = cv2.dilate(strong, np.ones((7, 7), np.uint8)) > 0
    flat = _spread(light, 3) < 6
    beside, elsewhere = flat & close & ~touched, flat & ~close
    if beside.sum() < 500 or elsewhere.sum() < 500:
        return float("nan")
    level = (light / 8).astype(int)
    gone = []
    for bright in np.unique(level[beside]):
        here, there = beside & (level == bright), elsewhere & (level == bright)
        if here.sum() > 50 and there.sum() > 50:
            gone.append((here.sum(), abs((after[here] - light[here]).mean() - (after[there] - light[there]).mean())))
    return (
        float(np.average([shift for _, shift in gone], weights=[count for count, _ in gone])) if gone else float("nan")
    )


def speckle(one: Pixels, other: Pixels) -> float:
    """The noise of flat areas, in relation to before."""
    flat = _spread(_light(one), 4) < 3
    if flat.sum() < 500:
        return float("nan")
    return float(_fine(_light(other))[flat].std() / max(_fine(_light(one))[flat].std(), 0.5))


def ripples(one: Pixels, other: Pixels) -> float:
    """Levels of fine structure where there was none."""
    return float(_fine(_light(other))[_spread(_light(one), 4) < 3].std())


def green_cast(one: Pixels, other: Pixels) -> float:
    """Levels by which green rises above red and blue where the picture was nearly grey."""
    grey = (np.ptp(one.astype(int), axis=2) < 40) & (one.max(2) > 90) & (one.max(2) < 250)
    cast = [p[grey][:, 1].astype(float) - p[grey][:, ::2].astype(float).mean(1) for p in (one, other)]
    return float((cast[1] - cast[0]).mean()) if grey.any() else float("nan")


def burnt(one: Pixels, other: Pixels) -> float:
    """The share of the picture that was below 245 and no longer is."""
    return float(((one.max(2) < 245) & (other.max(2) >= 250)).mean())


def blobs(one: Pixels, other: Pixels) -> float:
    """The share of the picture that became black, in areas wider than a line."""
    dark, was = (_light(other) < 45).astype(np.uint8), _light(one) < 70
    wide = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    return float((wide & ~was).mean())


def shadow_detail(one: Pixels, other: Pixels) -> float:
    """How much of the detail in the darkest third remains: 1 all, 0 none."""
    light, after = (cv2.GaussianBlur(_light(p), (0, 0), 2) for p in (one, other))
    dark = light < np.percentile(light, 33)
    forms = [(p - cv2.GaussianBlur(p, (0, 0), 16))[dark] for p in (light, after)]
    return float(np.corrcoef(*forms)[0, 1]) if forms[1].std() > 0.1 else 0.0


def red_kept(one: Pixels, other: Pixels) -> float:
    """The share of what was vividly red that still is."""
    red = [(p[..., 0] > 110) & (p[..., 0] > 1.8 * p[..., 1]) & (p[..., 0] > 1.8 * p[..., 2]) for p in (one, other)]
    return float((red[0] & red[1]).sum() / max(red[0].sum(), 1))


def texture_kept(whole: Pixels, made: Pixels, hole: Flags) -> float:
    """Fine structure in the hole, as a share of the original's."""
    inside = cv2.erode(hole.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return float(min(_fine(_light(made))[inside].std() / max(_fine(_light(whole))[inside].std(), 0.5), 1.5))


def _fine(light: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(light - cv2.GaussianBlur(light, (0, 0), 2), np.float32)


def _spread(light: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    size = (2 * radius + 1, 2 * radius + 1)
    around = cv2.blur(light, size)
    return np.asarray(np.sqrt(np.maximum(cv2.blur(light * light, size) - around * around, 0)), np.float32)
