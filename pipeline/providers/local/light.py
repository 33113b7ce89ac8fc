"""The light of a scene: what colours the sky, the sun, the haze and the land have at each hour, weather and wish."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipeline.providers.local.noise import Array, mix
from pipeline.providers.local.scene import Scene


def rgb(code: str) -> Array:
    """ "#rrggbb" or "rrggbb" as three floats, 0 to 1."""
    return np.array([int(code.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255


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
    key: Array  # what the light does to the land
    ambient: Array  # and what the shadows get
    height: float  # of the sun above the horizon, in focal lengths; below 0 it has set
    stars: float  # 0..1: how many are seen
    lamps: float  # 0..1: how many windows are lit


_COLOURS = {  # zenith, upper, lower, horizon, sun, glow, lit, shade, key, ambient
    None: "4f86bd 86b4d8 bfd9e6 f1e9d6 fff6e0 ffe6bd ffffff a5b4c8 fff0d2 64779c",
    "dawn": "4d659e 9d94c2 eeb6b4 ffdcb4 fff3d6 ffb684 ffd2bb 8f87b2 ffd3ae 676c9e",
    "day": "2470c4 5aa4e2 a3d2f2 dcf0f8 fffdf0 fff4d0 ffffff 9cb4d2 fffaea 5c7cab",
    "sunset": "25316e 7a4f8f e8786a ffc066 fff3c4 ff9440 ffa06c 5f4a80 ffae6a 4b426f",
    "dusk": "10193f 34397a 88609a e8a088 ffd8b0 d0788a c58aa2 32355f a58cb4 2c3059",
    "night": "040817 0a1531 152a52 2b4a78 e8eefc 5a7ab8 5f749c 101b38 93aadb 223158",
}  # fmt: skip
_HEIGHT = {None: 0.34, "dawn": 0.07, "day": 0.42, "sunset": 0.055, "dusk": -0.05, "night": -0.2}
_STARS = {None: 0.15, "dawn": 0.35, "day": 0.12, "sunset": 0.4, "dusk": 0.65, "night": 1.0}
_LAMPS = {None: 0.12, "dawn": 0.3, "day": 0.06, "sunset": 0.5, "dusk": 0.8, "night": 0.75}

PIGMENTS = {
    "red": rgb("e0332e"), "orange": rgb("f58a2b"), "yellow": rgb("f6d13d"), "green": rgb("4fb04a"),
    "teal": rgb("2fb5ad"), "blue": rgb("2f6fe0"), "purple": rgb("8a48cf"), "pink": rgb("f57fb0"),
    "brown": rgb("8f6038"), "grey": rgb("9a9ea4"), "white": rgb("fbfbf8"), "black": rgb("14141a"),
}  # fmt: skip
_LUMA = np.array([0.3, 0.59, 0.11], np.float32)


def luma(pixels: Array) -> Array:
    """Brightness 0..1 of colours (..., 3)."""
    return np.asarray(pixels @ _LUMA, np.float32)


def dyed(colour: Array, pigment: Array, amount: float) -> Array:
    """The colour drawn towards the pigment, as bright as before; black, grey and white change its brightness too."""
    spread = float(pigment.max() - pigment.min())
    bright = float(luma(colour)) / max(float(luma(pigment)), 0.08)
    target = pigment * min(bright, 1.6) if spread > 0.15 else mix(pigment * bright, pigment, 0.75)
    return np.clip(mix(colour, target, amount), 0, 1)


EARTHLY = {"green", "brown"}

# Where between the first and the last wished colour each part takes its dye from, and how deeply it is dyed.
_DYES = {
    "zenith": (1.0, 0.72), "upper": (0.7, 0.72), "lower": (0.3, 0.72), "horizon": (0.0, 0.72), "sun": (0.0, 0.3),
    "glow": (0.0, 0.72), "lit": (0.1, 0.5), "shade": (0.8, 0.72), "key": (0.15, 0.55), "ambient": (0.8, 0.72),
}  # fmt: skip


def _recoloured(light: Light, change: Callable[[str, Array], Array]) -> Light:
    """Every colour of the light changed, by the name of its part."""
    return replace(
        light,
        zenith=change("zenith", light.zenith),
        upper=change("upper", light.upper),
        lower=change("lower", light.lower),
        horizon=change("horizon", light.horizon),
        sun=change("sun", light.sun),
        glow=change("glow", light.glow),
        lit=change("lit", light.lit),
        shade=change("shade", light.shade),
        key=change("key", light.key),
        ambient=change("ambient", light.ambient),
    )


def _dye(light: Light, colours: tuple[str, ...]) -> Light:
    """The sky runs through the colours, the brightest at the horizon, and the land takes on their light."""
    colours = tuple(sorted(colours, key=lambda name: -float(luma(PIGMENTS[name]))))

    def change(part: str, colour: Array) -> Array:
        place, depth = _DYES[part]
        name = colours[round(place * (len(colours) - 1))]
        of_land = name in EARTHLY and part not in ("key", "ambient")  # who says green means the meadow
        return dyed(colour, PIGMENTS[name], depth * (0.15 if of_land else 0.7 if name in EARTHLY else 1.0))

    return _recoloured(light, change)


def _greyed(light: Light, amount: float, dim: float) -> Light:
    """Under closed clouds: every colour nearer to grey, and darker."""
    return _recoloured(light, lambda _, colour: mix(luma(colour), colour, 1 - amount) * dim)


_STORM = {"zenith": 0.42, "upper": 0.5, "lower": 0.68, "horizon": 0.85, "lit": 0.8, "shade": 0.36}


def _stormy(light: Light) -> Light:
    """Dark above, with a pale strip left under the clouds."""
    return _recoloured(light, lambda part, colour: mix(luma(colour), colour, 0.5) * _STORM.get(part, 0.6))


def light_of(scene: Scene) -> Light:
    """The light that a scene asks for."""
    time = scene.time
    zenith, upper, lower, horizon, sun, glow, lit, shade, key, ambient = map(rgb, _COLOURS[time].split())
    light = Light(
        zenith, upper, lower, horizon, sun, glow, lit, shade, key, ambient, _HEIGHT[time], _STARS[time], _LAMPS[time]
    )
    if "storm" in scene.weather:
        light = _stormy(light)
    elif scene.weather & {"rain", "snow", "fog"}:
        light = _greyed(light, 0.45, 0.8 if "rain" in scene.weather else 0.95)
    return _dye(light, scene.colours) if scene.colours else light
