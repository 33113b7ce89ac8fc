"""The colours that hour, weather and request give to sky, sun, haze and land."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, luma, mix, rgb
from ..plan import Scene


@dataclass(frozen=True, eq=False)
class Light:
    zenith: Array
    upper: Array
    lower: Array
    horizon: Array
    sun: Array  # the disc
    glow: Array  # around it
    lit: Array  # clouds towards the light
    shade: Array  # and away from it
    key: Array  # on the land
    ambient: Array  # in the shadows
    height: float  # of the sun above the horizon, in focal lengths; below 0 it has set
    stars: float  # 0..1: how many are seen
    lamps: float  # 0..1: how many windows are lit


# The colours in the order of Light; then height, stars and lamps.
_HOURS: dict[str | None, tuple[str, float, float, float]] = {
    None: ("4f86bd 86b4d8 bfd9e6 f1e9d6 fff6e0 ffe6bd ffffff a5b4c8 fff0d2 64779c", 0.34, 0.15, 0.12),
    "dawn": ("4d659e 9d94c2 eeb6b4 ffdcb4 fff3d6 ffb684 ffd2bb 8f87b2 ffd3ae 676c9e", 0.07, 0.35, 0.3),
    "day": ("2470c4 5aa4e2 a3d2f2 dcf0f8 fffdf0 fff4d0 ffffff 9cb4d2 fffaea 5c7cab", 0.42, 0.12, 0.06),
    "sunset": ("25316e 7a4f8f e8786a ffc066 fff3c4 ff9440 ffa06c 5f4a80 ffae6a 4b426f", 0.055, 0.4, 0.5),
    "dusk": ("10193f 34397a 88609a e8a088 ffd8b0 d0788a c58aa2 32355f a58cb4 2c3059", -0.05, 0.65, 0.8),
    "night": ("040817 0a1531 152a52 2b4a78 e8eefc 5a7ab8 5f749c 101b38 93aadb 223158", -0.2, 1.0, 0.75),
}
PIGMENTS = {
    "red": rgb("e0332e"), "orange": rgb("f58a2b"), "yellow": rgb("f6d13d"), "green": rgb("4fb04a"),
    "teal": rgb("2fb5ad"), "blue": rgb("2f6fe0"), "purple": rgb("8a48cf"), "pink": rgb("f57fb0"),
    "brown": rgb("8f6038"), "grey": rgb("9a9ea4"), "white": rgb("fbfbf8"), "black": rgb("14141a"),
}  # fmt: skip
EARTHLY = ("green", "brown")
# In the order of Light: between the first and the last wanted colour, and how deeply.
_DYES = {
    "zenith": (1.0, 0.72), "upper": (0.7, 0.72), "lower": (0.3, 0.72), "horizon": (0.0, 0.72), "sun": (0.0, 0.3),
    "glow": (0.0, 0.72), "lit": (0.1, 0.5), "shade": (0.8, 0.72), "key": (0.15, 0.55), "ambient": (0.8, 0.72),
}  # fmt: skip
_STORM = {"zenith": 0.42, "upper": 0.5, "lower": 0.68, "horizon": 0.85, "lit": 0.8, "shade": 0.36}


def light_of(scene: Scene) -> Light:
    codes, *levels = _HOURS[scene.time]
    colours = dict(zip(_DYES, rgb(codes), strict=True))
    if "storm" in scene.weather:  # a pale strip under dark clouds
        colours = {part: mix(luma(colour), colour, 0.5) * _STORM.get(part, 0.6) for part, colour in colours.items()}
    elif scene.weather & {"rain", "snow", "fog"}:  # nearer to grey, and darker
        dim = 0.8 if "rain" in scene.weather else 0.95
        colours = {part: mix(luma(colour), colour, 0.55) * dim for part, colour in colours.items()}
    if scene.colours:
        pigments = sorted(scene.colours, key=lambda name: -float(luma(PIGMENTS[name])))
        colours = {part: _dyed(part, colour, pigments) for part, colour in colours.items()}
    return Light(*colours.values(), *levels)


def _dyed(part: str, colour: Array, pigments: Sequence[str]) -> Array:
    place, depth = _DYES[part]
    name = pigments[round(place * (len(pigments) - 1))]
    if name in EARTHLY:  # "green" means the meadow
        depth *= 0.7 if part in ("key", "ambient") else 0.15
    pigment = PIGMENTS[name]
    bright = float(luma(colour)) / max(float(luma(pigment)), 0.08)
    is_grey = np.ptp(pigment) <= 0.15
    target = mix(pigment * bright, pigment, 0.75) if is_grey else pigment * min(bright, 1.6)  # as bright as before
    return np.clip(mix(colour, target, depth), 0, 1)
