"""Changes by hand; static/studio/edit/arithmetic.js previews them by the same arithmetic.

In order: colours, quarter turns, flips, straightening about the middle, crop.
"""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance

from pipeline.providers.adjust import Adjust, Crop

BAND = 256  # rows between two reports of progress

Tint = tuple[float, float, float]

# Change of red, green and blue at 50 of 100.
BRIGHTER, DARKER = 0.55, -0.28
WARMER: Tint = (0.25, -0.05, -0.36)  # green stays between red and blue, or grey would turn green
COOLER: Tint = (-0.28, 0.03, 0.34)


def adjusted(image: Image.Image, adjust: Adjust, progress: Callable[[float], None]) -> Image.Image:
    """`image`: mode RGB or RGBA."""
    frame, mode = adjust.frame(image.size), image.mode
    tables = _tables(adjust, _pivot(image) if adjust.contrast else 0)
    image = _turned(image, adjust)
    if not adjust.straighten:
        image = image.crop((frame.x, frame.y, frame.x + frame.width, frame.y + frame.height))
    _colour(image, tables, 1 + adjust.saturation / 100, lambda done: progress(0.05 + 0.5 * done))
    if not adjust.straighten:
        return image
    if mode == "RGBA" or adjust.crop is not None:
        image = image.convert("RGBA").convert("RGBa")  # premultiplied
    straight = _straightened(image, frame, adjust.straighten, lambda done: progress(0.55 + 0.4 * done))
    if straight.mode == "RGB":
        return straight
    straight = straight.convert("RGBA")
    return (
        straight.convert("RGB") if mode == "RGB" and straight.getchannel("A").getextrema() == (255, 255) else straight
    )


# Colours


def _pivot(image: Image.Image) -> int:
    """Mean lightness of what is not transparent."""
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
    """256 values: raised without clipping, so that light tones stay distinct, or lowered in proportion."""
    lift = 1.4 * amount
    if amount < 0:
        return [round(v * max(1 + amount, 0.2)) for v in range(256)]
    return [round(v * (1 + lift) / (1 + lift * v / 255)) for v in range(256)]


def tinted(amount: float) -> list[int]:
    """As `exposed`, but white is lowered in proportion: else the red of a sun would turn green."""
    return [round(v + max(-1, min(amount, 1)) * v * (255 - v) / 255) for v in range(256)]


def _colour(image: Image.Image, tables: list[list[int]], vivid: float, progress: Callable[[float], None]) -> None:
    """In place and in bands, so that 40 megapixels are in memory only once."""
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


def _turned(image: Image.Image, adjust: Adjust) -> Image.Image:
    steps = (
        _QUARTERS.get(adjust.rotate),
        Image.Transpose.FLIP_LEFT_RIGHT if adjust.flip_horizontal else None,
        Image.Transpose.FLIP_TOP_BOTTOM if adjust.flip_vertical else None,
    )
    for step in steps:
        image = image if step is None else image.transpose(step)
    return image


def _straightened(image: Image.Image, frame: Crop, degrees: float, progress: Callable[[float], None]) -> Image.Image:
    """Transparent past the picture's edge."""
    result = Image.new(image.mode, (frame.width, frame.height))
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle_x, middle_y = image.width / 2, image.height / 2
    for top in range(0, frame.height, BAND):
        progress(top / frame.height)
        size = frame.width, min(BAND, frame.height - top)
        across, down = frame.x - middle_x, frame.y + top - middle_y
        left = cos, sin, middle_x + cos * across + sin * down
        source = *left, -sin, cos, middle_y - sin * across + cos * down
        result.paste(image.transform(size, Image.Transform.AFFINE, source, Image.Resampling.BICUBIC), (0, top))
    return result
