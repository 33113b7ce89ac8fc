"""A new edit is a line here and one in words.toml."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from pipeline.providers.arithmetic import BRIGHTER, COOLER, DARKER, WARMER, adjusted, exposed, tinted
from pipeline.providers.base import Progress

from .. import plan
from ..plan import Edit, Tone

POWERS = {"a bit": 0.5, "": 1.0, "much": 2.0}
TINTS = {  # how much red, green and blue are lifted or lowered
    "bluer": (-0.28, -0.22, 0.5), "yellower": (0.10, 0.06, -0.45), "redder": (0.45, -0.25, -0.25),
    "less red": (-0.40, 0.05, 0.05), "greener": (-0.25, 0.40, -0.25), "less green": (0.08, -0.35, 0.08),
    "pinker": (0.35, -0.20, 0.20), "warmer": WARMER, "cooler": COOLER,
}  # fmt: skip


def _tinted(tint: tuple[float, ...], image: Image.Image, power: float) -> Image.Image:
    return image.point([value for amount in tint for value in tinted(amount * power)])


def _reach(image: Image.Image) -> float:
    return max(max(image.size) / 200, 1)


TONES: dict[str, Callable[[Image.Image, float], Image.Image]] = {
    **{name: partial(_tinted, tint) for name, tint in TINTS.items()},
    "brighter": lambda image, power: image.point(exposed(BRIGHTER * power) * 3),
    "darker": lambda image, power: image.point(exposed(DARKER * power) * 3),
    "more contrast": lambda image, power: ImageEnhance.Contrast(image).enhance(1.35**power),
    "less contrast": lambda image, power: ImageEnhance.Contrast(image).enhance(1.35**-power),
    "more vivid": lambda image, power: ImageEnhance.Color(image).enhance(1.5**power),
    "less vivid": lambda image, power: ImageEnhance.Color(image).enhance(1.5**-power),
    "sharper": lambda image, power: image.filter(ImageFilter.UnsharpMask(_reach(image) / 2, round(120 * power), 2)),
    "blurrier": lambda image, power: image.filter(ImageFilter.GaussianBlur(_reach(image) * power)),
}


def _sepia(image: Image.Image) -> Image.Image:
    grey = np.asarray(image.convert("L"), np.float32)
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in grey.shape)
    grey = np.asarray(grey * (1 - 0.22 * ((x * x + y[:, None] ** 2) / 2) ** 1.5), np.float32)
    grain = np.random.default_rng(2).standard_normal((512, 512), np.float32) * 3.5
    grey += np.tile(grain, [side // 512 + 1 for side in grey.shape])[: grey.shape[0], : grey.shape[1]]
    stops = {0: (28, 18, 10), 80: (98, 68, 42), 160: (182, 146, 104), 255: (250, 237, 212)}
    curve = [np.interp(range(256), list(stops), channel) for channel in zip(*stops.values(), strict=True)]
    return Image.fromarray(np.stack(curve, 1).astype(np.uint8)[np.clip(grey, 0, 255).astype(np.uint8)])


LOOKS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "black and white": lambda image: image.convert("L").convert("RGB"),
    "sepia": _sepia,
    "inverted": ImageChops.invert,
}


def apply(edits: Sequence[Edit], image: Image.Image, mask: Image.Image | None, progress: Progress) -> Image.Image:
    """Of a mask (mode L), tones change only what is white, and come first."""
    in_order = sorted(edits, key=lambda edit: mask is not None and not isinstance(edit, Tone))
    for done, edit in enumerate(in_order):
        progress(done / len(edits))
        changed = _toned(edit, image, mask) if isinstance(edit, Tone) else _shaped(edit, image)
        image = Image.composite(changed, image, mask) if mask and isinstance(edit, Tone) else changed
    progress(1.0)
    return image


def _toned(tone: Tone, image: Image.Image, mask: Image.Image | None) -> Image.Image:
    colours = image.convert("RGB")
    if tone.name == "blurrier" and mask:  # what is outside the mask does not run into it
        colours.putalpha(mask)
        reach = 2 * _reach(image) * POWERS[tone.strength]
        changed = colours.convert("RGBa").filter(ImageFilter.GaussianBlur(reach)).convert("RGBA").convert("RGB")
    else:
        look = LOOKS.get(tone.name)
        changed = look(colours) if look else TONES[tone.name](colours, POWERS[tone.strength])
    if image.mode == "RGBA":
        changed.putalpha(image.getchannel("A"))
    return changed


def _shaped(edit: Edit, image: Image.Image) -> Image.Image:
    if adjust := plan.adjust_of(edit, *image.size):
        return adjusted(image, adjust, lambda done: None)
    size = plan.size_after([edit], image.size)
    if isinstance(edit, plan.Rotate):
        image = image.convert("RGBA").rotate(-edit.degrees, Image.Resampling.BICUBIC, expand=True)
        if max(image.size) <= plan.MAX_SIDE:  # it is at most a pixel larger
            left, top = ((old - new) // 2 for old, new in zip(image.size, size, strict=True))
            return image.crop((left, top, left + size[0], top + size[1]))
    return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
