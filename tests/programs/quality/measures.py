"""How far one picture is from another, and what else is counted."""

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
    """The share of its values that are at an end, where nothing can be told apart any more."""
    return float(((pixels == 0) | (pixels == 255)).mean())


def likeness(one: Pixels, other: Pixels) -> float:
    """How much their outlines agree: the correlation of their gradients at 160 pixels. 1: the same picture; 0: a stranger."""
    return float(np.corrcoef(_edges(one).ravel(), _edges(other).ravel())[0, 1])


def difference(one: Pixels, other: Pixels) -> float:
    """Levels, in the mean."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def _light(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _edges(pixels: Pixels) -> NDArray[np.float32]:
    light = _light(pixels)
    factor = 160 / max(light.shape)
    small = cv2.GaussianBlur(cv2.resize(light, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
    return np.asarray(np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)))
