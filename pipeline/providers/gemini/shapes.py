"""Gemini's fourteen shapes and three sizes: docs/providers.md says where they are from."""

import math
from dataclasses import dataclass

from google.genai.types import AspectRatio, ImageConfig, ImageSize

from pipeline.providers.text import Size

_RATIOS = {
    "1:1": AspectRatio.ASPECT_RATIO_ONE_BY_ONE,
    "1:4": AspectRatio.ASPECT_RATIO_ONE_BY_FOUR,
    "1:8": AspectRatio.ASPECT_RATIO_ONE_BY_EIGHT,
    "2:3": AspectRatio.ASPECT_RATIO_TWO_BY_THREE,
    "3:2": AspectRatio.ASPECT_RATIO_THREE_BY_TWO,
    "3:4": AspectRatio.ASPECT_RATIO_THREE_BY_FOUR,
    "4:1": AspectRatio.ASPECT_RATIO_FOUR_BY_ONE,
    "4:3": AspectRatio.ASPECT_RATIO_FOUR_BY_THREE,
    "4:5": AspectRatio.ASPECT_RATIO_FOUR_BY_FIVE,
    "5:4": AspectRatio.ASPECT_RATIO_FIVE_BY_FOUR,
    "8:1": AspectRatio.ASPECT_RATIO_EIGHT_BY_ONE,
    "9:16": AspectRatio.ASPECT_RATIO_NINE_BY_SIXTEEN,
    "16:9": AspectRatio.ASPECT_RATIO_SIXTEEN_BY_NINE,
    "21:9": AspectRatio.ASPECT_RATIO_TWENTY_ONE_BY_NINE,
}
_SIZES = {"1K": ImageSize.IMAGE_SIZE_ONE_K, "2K": ImageSize.IMAGE_SIZE_TWO_K, "4K": ImageSize.IMAGE_SIZE_FOUR_K}
RATIOS = tuple(_RATIOS)
# Of a size, in any shape: 1024 × 1024, or 1376 × 768.
PIXELS = {"1K": 1024**2, "2K": 2048**2, "4K": 4096**2}
_LARGER = 1.1  # times a size: up to here it is still made in that size
# Usual seconds, for the progress bar.
USUAL_S = {"1K": 20.0, "2K": 30.0, "4K": 60.0}


@dataclass(frozen=True)
class Shape:
    ratio: str | None  # of RATIOS; None: the source's
    size: str  # "1K", "2K" or "4K"

    @property
    def image_config(self) -> ImageConfig:
        return ImageConfig(aspect_ratio=self.ratio, image_size=self.size)

    @property
    def response_format(self) -> dict[str, str]:
        """With the names of the REST reference's enumerations."""
        ratio = {"aspectRatio": _RATIOS[self.ratio].value} if self.ratio else {}
        return {**ratio, "imageSize": _SIZES[self.size].value}


def nearest_ratio(width: int, height: int) -> str:
    return min(RATIOS, key=lambda ratio: abs(math.log(width / height / proportion(ratio))))


def size_name(width: int, height: int) -> str:
    """The smaller of "1K" and "2K" whose nearest shape covers it without being enlarged."""
    shape = proportion(nearest_ratio(width, height))
    across = max(width, height * shape)
    return "1K" if across * across / shape <= _LARGER * PIXELS["1K"] else "2K"


def is_smaller(made: Size, size: str) -> bool:
    """Whether it is noticeably smaller than a picture of this size."""
    return made[0] * made[1] < 0.8 * PIXELS[size]


def proportion(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)
