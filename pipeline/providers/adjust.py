"""A change by hand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gallery.errors import BadInput
from gallery.translation import _

MIN_SIDE = 16  # pixels that have to be left of each side
Size = tuple[int, int]


@dataclass(frozen=True)
class Crop:
    """Pixels of the picture once it is turned and straightened."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Adjust:
    rotate: int = 0  # degrees clockwise: 0, 90, 180 or 270
    flip_horizontal: bool = False
    flip_vertical: bool = False
    straighten: float = 0.0  # degrees clockwise, -45 to 45
    crop: Crop | None = None  # None: the whole picture; if straightened, `largest_part`
    exposure: int = 0  # these four: -100 to 100
    contrast: int = 0
    warmth: int = 0
    saturation: int = 0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self | None:
        """From a message's options."""
        kept = options.get("adjust")
        if kept is None:
            return None
        crop = kept.get("crop")
        return cls(**{**kept, "crop": Crop(**crop) if crop else None})

    def size_after(self, size: Size) -> Size:
        """Raises `BadInput`."""
        frame = self.frame(size)
        return frame.width, frame.height

    def frame(self, size: Size) -> Crop:
        width, height = self.turned(size)
        if self.crop is None:
            return largest_part(width, height, self.straighten)
        if self.crop.x + self.crop.width > width or self.crop.y + self.crop.height > height:
            raise BadInput(
                _("The crop reaches past the picture, which is {width} × {height} pixels here.").format(
                    width=width, height=height
                )
            )
        return self.crop

    def turned(self, size: Size) -> Size:
        return size if self.rotate % 180 == 0 else (size[1], size[0])


def largest_part(width: int, height: int, degrees: float) -> Crop:
    """The largest part in the same proportions, in the middle, without empty corners."""
    angle = math.radians(abs(degrees))
    cos, sin = math.cos(angle), math.sin(angle)
    scale = min(width / (width * cos + height * sin), height / (width * sin + height * cos))
    inner = max(MIN_SIDE, math.floor(width * scale + 1e-9)), max(MIN_SIDE, math.floor(height * scale + 1e-9))
    return Crop((width - inner[0]) // 2, (height - inner[1]) // 2, *inner)
