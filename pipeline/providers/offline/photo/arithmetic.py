"""Changes by hand; static/studio/edit/arithmetic.js previews them by the same arithmetic.

In this order: the colours, quarter turns, flips, straightening about the middle, the crop.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageEnhance

from pipeline.providers.adjust import Adjust, Crop, Size

BAND = 256  # rows between two reports of progress

Box = tuple[int, int, int, int]  # left, top, right, bottom
Tint = tuple[float, float, float]

# How much red, green and blue are lifted or lowered at 50 of 100.
BRIGHTER, DARKER = 0.55, -0.28
WARMER: Tint = (0.25, 0.02, -0.36)
COOLER: Tint = (-0.28, -0.10, 0.34)


def adjusted(image: Image.Image, adjust: Adjust, progress: Callable[[float], None]) -> Image.Image:
    """`image`: mode RGB or RGBA."""
    frame = adjust.frame(image.size)
    tables = _tables(adjust, _pivot(image) if adjust.contrast else 0)
    image = _turned(image, adjust)
    whole = image.size
    back = _back(frame, whole, adjust.straighten)
    part = _needed(frame, back, whole)
    image = image.crop(part)
    _colour(image, tables, 1 + adjust.saturation / 100, lambda done: progress(0.05 + 0.5 * done))
    if back is None:
        return image
    inside = all(_is_inside(corner, back, whole) for corner in _corners(frame))
    # Premultiplied, once for all bands.
    image = image if inside and image.mode == "RGB" else image.convert("RGBA").convert("RGBa")
    straight = _straightened(image, frame, _from_part(back, part), lambda done: progress(0.55 + 0.4 * done))
    return straight if straight.mode == "RGB" else straight.convert("RGBA")


# Colours


def _pivot(image: Image.Image) -> int:
    """The mean lightness of what is not transparent."""
    light = weight = 0
    for top in range(0, image.height, BAND):
        band = np.asarray(
            image.crop((0, top, image.width, min(top + BAND, image.height))).convert("LA"), dtype=np.int64
        )
        light += int((band[..., 0] * band[..., 1]).sum())
        weight += int(band[..., 1].sum())
    return int(light / weight + 0.5) if weight else 0


def _tables(adjust: Adjust, pivot: int) -> list[list[int]]:
    """For 256 values of red, green and blue."""
    contrast = list(_blended(pivot, 1.35 ** (adjust.contrast / 50)))
    lifted = exposed((BRIGHTER if adjust.exposure > 0 else DARKER) * abs(adjust.exposure) / 50)
    tints = [tinted(amount * abs(adjust.warmth) / 50) for amount in (WARMER if adjust.warmth > 0 else COOLER)]
    return [[tint[lifted[value]] for value in contrast] for tint in tints]


def _blended(pivot: int, factor: float) -> bytes:
    ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
    return Image.blend(Image.new("L", ramp.size, pivot), ramp, factor).tobytes()


def exposed(amount: float) -> list[int]:
    """256 values: lifted most in the middle and never past white, or lowered in proportion."""
    return tinted(amount) if amount >= 0 else [round(v * max(1 + amount, 0.2)) for v in range(256)]


def tinted(amount: float) -> list[int]:
    """As `exposed`, but white keeps its hue: lowered in proportion, the red of a sun would leave it green."""
    return [round(v + max(-1, min(amount, 1)) * v * (255 - v) / 255) for v in range(256)]


def _colour(image: Image.Image, tables: list[list[int]], vivid: float, progress: Callable[[float], None]) -> None:
    """In place, and in bands: a photo of 40 megapixels is there once."""
    plain = list(range(256))
    if tables == [plain] * 3 and vivid == 1:
        return
    values = [value for table in tables for value in table] + (plain if image.mode == "RGBA" else [])
    for top in range(0, image.height, BAND):
        progress(top / image.height)
        band = image.crop((0, top, image.width, min(top + BAND, image.height))).point(values)
        image.paste(band if vivid == 1 else ImageEnhance.Color(band).enhance(vivid), (0, top))


# Shape

_QUARTERS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
Affine = tuple[float, float, float, float, float, float]  # from a place in the result to the one it comes from


def _turned(image: Image.Image, adjust: Adjust) -> Image.Image:
    steps = (
        _QUARTERS.get(adjust.rotate),
        Image.Transpose.FLIP_LEFT_RIGHT if adjust.flip_horizontal else None,
        Image.Transpose.FLIP_TOP_BOTTOM if adjust.flip_vertical else None,
    )
    for step in steps:
        image = image if step is None else image.transpose(step)
    return image


def _back(frame: Crop, whole: Size, degrees: float) -> Affine | None:
    """None: nothing is straightened."""
    if degrees == 0:
        return None
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    across, down = frame.x - whole[0] / 2, frame.y - whole[1] / 2
    return (
        cos, sin, whole[0] / 2 + cos * across + sin * down,
        -sin, cos, whole[1] / 2 - sin * across + cos * down,
    )  # fmt: skip


def _corners(frame: Crop) -> list[tuple[float, float]]:
    """Of the outermost pixels."""
    right, bottom = frame.width - 0.5, frame.height - 0.5
    return [(0.5, 0.5), (right, 0.5), (0.5, bottom), (right, bottom)]


def _place(point: tuple[float, float], back: Affine) -> tuple[float, float]:
    a, b, c, d, e, f = back
    x, y = point
    return a * x + b * y + c, d * x + e * y + f


def _is_inside(point: tuple[float, float], back: Affine, whole: Size) -> bool:
    x, y = _place(point, back)
    return 0 <= x < whole[0] and 0 <= y < whole[1]


def _needed(frame: Crop, back: Affine | None, whole: Size) -> Box:
    """Of the turned picture, with some pixels around it."""
    if back is None:
        return frame.x, frame.y, frame.x + frame.width, frame.y + frame.height
    xs, ys = zip(*(_place(corner, back) for corner in _corners(frame)), strict=True)
    left, right = _span(xs, whole[0])
    top, bottom = _span(ys, whole[1])
    return left, top, right, bottom


def _span(places: Sequence[float], side: int) -> tuple[int, int]:
    start = min(max(0, math.floor(min(places)) - 3), side - 1)
    return start, max(start + 1, min(side, math.ceil(max(places)) + 3))


def _from_part(back: Affine, part: Box) -> Affine:
    a, b, c, d, e, f = back
    return a, b, c - part[0], d, e, f - part[1]


def _straightened(image: Image.Image, frame: Crop, back: Affine, progress: Callable[[float], None]) -> Image.Image:
    """Transparent past the picture's edge."""
    result = Image.new(image.mode, (frame.width, frame.height))
    a, b, c, d, e, f = back
    for top in range(0, frame.height, BAND):
        progress(top / frame.height)
        size = frame.width, min(BAND, frame.height - top)
        from_here = (a, b, c + b * top, d, e, f + e * top)
        band = image.transform(size, Image.Transform.AFFINE, from_here, Image.Resampling.BICUBIC)
        result.paste(band, (0, top))
    return result
