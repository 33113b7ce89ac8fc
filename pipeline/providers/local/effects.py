"""What edits do to the colours and the sharpness of a picture. One more is a line here and one in `tone_words`."""

from collections.abc import Callable
from functools import partial

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

Tint = tuple[float, float, float]

# How much red, green and blue are lifted (in the middle tones) or lowered. Black stays black: shadows never turn milky.
TINTS: dict[str, Tint] = {
    "bluer": (-0.20, -0.05, 0.45),
    "yellower": (0.10, 0.06, -0.30),
    "redder": (0.45, -0.15, -0.15),
    "less red": (-0.25, 0.05, 0.05),
    "greener": (-0.15, 0.40, -0.15),
    "less green": (0.08, -0.22, 0.08),
    "pinker": (0.35, -0.12, 0.20),
    "warmer": (0.25, 0.02, -0.22),
    "cooler": (-0.20, 0.00, 0.28),
    "brighter": (0.55, 0.55, 0.55),
    "darker": (-0.28, -0.28, -0.28),
}


def _curve(amount: float) -> list[int]:
    """256 values: lifted most in the middle and never past white, or lowered in proportion."""
    if amount >= 0:
        return [round(v + min(amount, 1) * v * (255 - v) / 255) for v in range(256)]
    return [round(v * max(1 + amount, 0.2)) for v in range(256)]


def _tinted(tint: Tint, image: Image.Image, power: float) -> Image.Image:
    return image.point([value for amount in tint for value in _curve(amount * power)])


def _contrast(image: Image.Image, power: float) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(1.35**power)


def _vivid(image: Image.Image, power: float) -> Image.Image:
    return ImageEnhance.Color(image).enhance(1.5**power)


def _reach(image: Image.Image) -> float:
    """Pixels: a blur of so many looks alike on a large picture and on a small one."""
    return max(max(image.size) / 200, 1)


def _sharper(image: Image.Image, power: float) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(_reach(image) / 2, round(120 * power), 2))


def _blurrier(image: Image.Image, power: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(_reach(image) * power))


TONES: dict[str, Callable[[Image.Image, float], Image.Image]] = {
    **{name: partial(_tinted, tint) for name, tint in TINTS.items()},
    "more contrast": _contrast,
    "less contrast": lambda image, power: _contrast(image, -power),
    "more vivid": _vivid,
    "less vivid": lambda image, power: _vivid(image, -power),
    "sharper": _sharper,
    "blurrier": _blurrier,
}


def _sepia(image: Image.Image) -> Image.Image:
    return ImageOps.colorize(image.convert("L"), black=(20, 12, 6), mid=(150, 112, 74), white=(255, 244, 220))


LOOKS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "black and white": lambda image: image.convert("L").convert("RGB"),
    "sepia": _sepia,
    "inverted": ImageChops.invert,
}


def on_colours(image: Image.Image, effect: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """The effect on the colours (mode RGB) of an RGB or RGBA picture; what is transparent stays as it is."""
    changed = effect(image.convert("RGB"))
    if image.mode == "RGBA":
        changed.putalpha(image.getchannel("A"))
    return changed
