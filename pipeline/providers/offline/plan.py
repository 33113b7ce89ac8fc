"""What a refinement leaves for the provider: stored as JSON, checked when it is read back."""

import math
from collections.abc import Collection
from functools import reduce
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.providers.adjust import Adjust, Crop
from pipeline.providers.base import STYLES
from pipeline.providers.text import Size

from . import vocabulary as words

MIN_SIDE, MAX_SIDE = 16, 4096  # pixels
MAX_EDITS = 12  # in one request
PARTS = {  # left, top, right, bottom, as fractions
    "the top half": (0, 0, 1, 1 / 2), "the bottom half": (0, 1 / 2, 1, 1), "the left half": (0, 0, 1 / 2, 1),
    "the right half": (1 / 2, 0, 1, 1), "the centre": (1 / 6, 1 / 6, 5 / 6, 5 / 6),
}  # fmt: skip


def _one_of(*groups: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if not any(name in group for group in groups):
            raise ValueError("is unknown")
        return name

    return AfterValidator(check)


Strength = Literal["a bit", "", "much"]
Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tone(Value):
    name: Annotated[str, _one_of(words.TONES["opposite"], words.LOOKS)]
    strength: Strength = ""  # of a tone, and not of a look


class Flip(Value):
    axis: Literal["horizontally", "vertically"]


class Rotate(Value):
    degrees: Annotated[int, Field(ge=1, le=359)]  # clockwise


class Straighten(Value):
    tilt: Annotated[float, Field(ge=-45, le=45)]  # degrees clockwise


class CropTo(Value):
    part: Annotated[str, _one_of(PARTS)]


class CropRatio(Value):  # in the middle
    across: Annotated[int, Field(ge=1, le=99)]
    down: Annotated[int, Field(ge=1, le=99)]


class Resize(Value):  # with both sides, the middle stays and the rest is cut off
    width: Side | None = None
    height: Side | None = None
    percent: Annotated[int, Field(ge=1, le=1000)] = 100


# No two have the same fields: a stored one says what it is.
Edit = Tone | Flip | Rotate | Straighten | CropTo | CropRatio | Resize


class Scene(Value):
    time: Annotated[str, _one_of(words.TIMES)] | None = None  # None: soft light of no particular hour
    sky: frozenset[Annotated[str, _one_of(words.SKY)]] = frozenset()
    weather: frozenset[Annotated[str, _one_of(words.WEATHER)]] = frozenset()
    land: Annotated[frozenset[Annotated[str, _one_of(words.LAND)]], Field(min_length=1)] = frozenset(words.USUAL_LAND)
    colours: tuple[Annotated[str, _one_of(words.COLOURS)], ...] = ()  # each once
    moods: frozenset[Annotated[str, _one_of(words.MOODS)]] = frozenset()
    styles: frozenset[Annotated[str, _one_of(words.STYLES)]] = frozenset()


class Plan(Value):
    """One field, by the intent; of a style, its name or the picture that has it; of edits, where they are made too."""

    scene: Scene | None = None
    edits: Annotated[tuple[Edit, ...], Field(max_length=MAX_EDITS)] = ()
    part: Literal["background", "subject"] | None = None  # None: the whole, or under a mask
    steps: tuple[Annotated[str, _one_of(words.STEPS)], ...] = ()
    style: Annotated[str, _one_of(STYLES)] | None = None
    style_of: Annotated[int, Field(ge=2)] | None = None  # the number of a picture that was attached


def restored(form: object) -> Plan | None:
    """None for what is no plan of this release."""
    try:
        return Plan.model_validate(form)
    except ValidationError:
        return None


def in_words(edits: Collection[Edit]) -> str:
    """Such as "bluer, rotate 90"; `parse` gives the same edits."""
    return ", ".join(map(_words, edits))


def _words(edit: Edit) -> str:
    match edit:
        case Tone(name=name, strength=strength):
            return f"{strength} {name}".strip()
        case Flip(axis=axis):
            return f"flip {axis}"
        case Rotate(degrees=degrees):
            return f"rotate {degrees}"
        case Straighten(tilt=tilt):
            return f"straighten by {abs(tilt):g} degrees{' to the left' if tilt < 0 else ''}"
        case CropTo(part=part):
            return f"crop to {part}"
        case CropRatio(across=across, down=down):
            return "crop to square" if across == down else f"crop to {across}:{down}"
        case Resize(width=int(width), height=int(height)):
            return f"resize to {width}x{height}"
        case Resize(width=int(width)):
            return f"resize to {width} wide"
        case Resize(height=height, percent=percent):
            return f"resize to {height} high" if height else f"resize to {percent}%"


def within(size: tuple[float, float]) -> Size:
    """A larger one shrinks in proportion."""
    factor = min(1, MAX_SIDE / max(size))
    width, height = (max(MIN_SIDE, round(side * factor)) for side in size)
    return width, height


def size_after(edits: Collection[Edit], size: Size) -> Size:
    return reduce(_size_after, edits, within(size))


def _size_after(size: Size, edit: Edit) -> Size:
    width, height = size
    if adjust := adjust_of(edit, width, height):
        return adjust.size_after(size)
    match edit:
        case Rotate(degrees=degrees):
            return within(box_around(degrees, width, height))
        case Resize(width=int(across), height=int(down)):
            return across, down
        case Resize(width=across, height=down, percent=percent):
            factor = across / width if across else down / height if down else percent / 100
            return within((width * factor, height * factor))
    return size


def adjust_of(edit: Edit, width: int, height: int) -> Adjust | None:
    """The same change by hand, if there is one."""
    match edit:
        case Flip(axis=axis):
            return Adjust(flip_horizontal=axis == "horizontally", flip_vertical=axis == "vertically")
        case Rotate(degrees=90 | 180 | 270 as quarters):
            return Adjust(rotate=quarters)
        case Straighten(tilt=tilt):
            return Adjust(straighten=tilt)
        case CropTo(part=part):
            left, top, right, bottom = PARTS[part]
            (x, wide), (y, high) = _span(left, right, width), _span(top, bottom, height)
            return Adjust(crop=Crop(x, y, wide, high))
        case CropRatio(across=across, down=down):
            side = min(width, height * across / down)
            wide, high = max(MIN_SIDE, round(side)), max(MIN_SIDE, round(side * down / across))
            return Adjust(crop=Crop((width - wide) // 2, (height - high) // 2, wide, high))
    return None


def box_around(degrees: int, width: int, height: int) -> tuple[float, float]:
    angle = math.radians(degrees)
    cos, sin = abs(round(math.cos(angle), 12)), abs(round(math.sin(angle), 12))
    return width * cos + height * sin, width * sin + height * cos


def _span(start: float, end: float, side: int) -> tuple[int, int]:
    length = max(round((end - start) * side), min(MIN_SIDE, side))
    return min(round(start * side), side - length), length


def enhanced_size(steps: Collection[str], size: Size) -> Size | None:
    width, height = within(size)
    if 2 * max(width, height) > MAX_SIDE:
        return width, height
    return (2 * width, 2 * height) if "upscale" in steps else (width, height) if steps else None
