"""The edits the studio can do without an AI, as values: each says itself in plain words, knows the size that it leaves
behind, and changes a picture (mode RGB or RGBA)."""

import math
from dataclasses import dataclass
from typing import Literal, Protocol

from PIL import Image, ImageOps

from pipeline.providers.local.effects import LOOKS, TONES, on_colours

MIN_SIDE, MAX_SIDE = 16, 4096  # pixels, of what an edit leaves behind
Size = tuple[int, int]

Strength = Literal["a bit", "", "much"]
POWERS: dict[Strength, float] = {"a bit": 0.5, "": 1.0, "much": 2.0}

PARTS: dict[str, tuple[float, float, float, float]] = {  # left, top, right, bottom, as fractions
    "the top half": (0, 0, 1, 1 / 2),
    "the bottom half": (0, 1 / 2, 1, 1),
    "the left half": (0, 0, 1 / 2, 1),
    "the right half": (1 / 2, 0, 1, 1),
    "the centre": (1 / 6, 1 / 6, 5 / 6, 5 / 6),
}


class Edit(Protocol):
    def words(self) -> str:
        """Plain English that `wording.parse` reads back as the same edit."""

    def size_after(self, size: Size) -> Size:
        """Width and height in pixels, within MIN_SIDE and MAX_SIDE if `size` is."""

    def apply(self, image: Image.Image) -> Image.Image: ...


def within(size: tuple[float, float]) -> Size:
    """The nearest allowed size; a larger one shrinks in proportion."""
    factor = min(1, MAX_SIDE / max(size))
    width, height = (max(MIN_SIDE, round(side * factor)) for side in size)
    return width, height


@dataclass(frozen=True)
class _SameSize:
    def size_after(self, size: Size) -> Size:
        return size


@dataclass(frozen=True)
class Tone(_SameSize):
    name: str  # of TONES
    strength: Strength = ""

    def words(self) -> str:
        return f"{self.strength} {self.name}".strip()

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, lambda colours: TONES[self.name](colours, POWERS[self.strength]))


@dataclass(frozen=True)
class Look(_SameSize):
    name: str  # of LOOKS

    def words(self) -> str:
        return self.name

    def apply(self, image: Image.Image) -> Image.Image:
        return on_colours(image, LOOKS[self.name])


@dataclass(frozen=True)
class Flip(_SameSize):
    axis: Literal["horizontally", "vertically"]

    def words(self) -> str:
        return f"flip {self.axis}"

    def apply(self, image: Image.Image) -> Image.Image:
        sideways = self.axis == "horizontally"
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT if sideways else Image.Transpose.FLIP_TOP_BOTTOM)


_QUARTERS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclass(frozen=True)
class Rotate:
    degrees: int  # clockwise, 1 to 359

    def words(self) -> str:
        return f"rotate {self.degrees}"

    def _turn(self) -> tuple[float, float]:
        angle = math.radians(self.degrees)
        return round(math.cos(angle), 12), round(math.sin(angle), 12)

    def _whole(self, size: Size) -> tuple[float, float]:
        """The box around the turned picture."""
        (cos, sin), (width, height) = self._turn(), size
        return abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)

    def size_after(self, size: Size) -> Size:
        return within(self._whole(size))

    def apply(self, image: Image.Image) -> Image.Image:
        """A turn that is not square leaves clear corners."""
        if self.degrees in _QUARTERS:
            return image.transpose(_QUARTERS[self.degrees])
        (cos, sin), size = self._turn(), self.size_after(image.size)
        scale = max(self._whole(image.size)) / max(size)
        cos, sin = cos * scale, sin * scale
        left = (image.width - cos * size[0] - sin * size[1]) / 2
        top = (image.height + sin * size[0] - cos * size[1]) / 2
        back = (cos, sin, left, -sin, cos, top)  # from a place in the result to the one in the source
        return image.convert("RGBA").transform(size, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC)


@dataclass(frozen=True)
class CropTo:
    part: str  # of PARTS

    def words(self) -> str:
        return f"crop to {self.part}"

    def _box(self, size: Size) -> tuple[int, int, int, int]:
        left, top, right, bottom = PARTS[self.part]
        (x, width), (y, height) = _span(left, right, size[0]), _span(top, bottom, size[1])
        return x, y, x + width, y + height

    def size_after(self, size: Size) -> Size:
        left, top, right, bottom = self._box(size)
        return right - left, bottom - top

    def apply(self, image: Image.Image) -> Image.Image:
        return image.crop(self._box(image.size))


def _span(start: float, end: float, side: int) -> tuple[int, int]:
    """Where the part begins and how long it is, in pixels: at least MIN_SIDE, and inside."""
    length = max(round((end - start) * side), min(MIN_SIDE, side))
    return min(round(start * side), side - length), length


@dataclass(frozen=True)
class CropRatio:
    """The largest middle part with these proportions."""

    width: int  # 1 to 100
    height: int

    def words(self) -> str:
        return "crop to square" if self.width == self.height else f"crop to {self.width}:{self.height}"

    def size_after(self, size: Size) -> Size:
        width = min(size[0], size[1] * self.width / self.height)
        return max(MIN_SIDE, round(width)), max(MIN_SIDE, round(width * self.height / self.width))

    def apply(self, image: Image.Image) -> Image.Image:
        width, height = self.size_after(image.size)
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))


@dataclass(frozen=True)
class Resize:
    """To a width, a height, or both; where both change the proportions, the middle stays and the rest is cut off."""

    width: int | None  # pixels, MIN_SIDE to MAX_SIDE
    height: int | None

    def words(self) -> str:
        if self.width and self.height:
            return f"resize to {self.width}x{self.height}"
        return f"resize to {self.width} wide" if self.width else f"resize to {self.height} high"

    def size_after(self, size: Size) -> Size:
        if self.width and self.height:
            return self.width, self.height
        factor = self.width / size[0] if self.width else (self.height or size[1]) / size[1]
        return within((size[0] * factor, size[1] * factor))

    def apply(self, image: Image.Image) -> Image.Image:
        return ImageOps.fit(image, self.size_after(image.size), Image.Resampling.LANCZOS)


@dataclass(frozen=True)
class Scale:
    percent: int  # 1 to 1,000

    def words(self) -> str:
        return f"resize to {self.percent}%"

    def size_after(self, size: Size) -> Size:
        return within((size[0] * self.percent / 100, size[1] * self.percent / 100))

    def apply(self, image: Image.Image) -> Image.Image:
        return image.resize(self.size_after(image.size), Image.Resampling.LANCZOS)
