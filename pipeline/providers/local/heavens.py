"""What else is in the sky: stars, the milky way, the aurora, a rainbow, birds."""

import numpy as np

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.light import rgb
from pipeline.providers.local.noise import Array, fbm, mix, sample, step
from pipeline.providers.local.sketch import Sketch

_STARLIGHT = np.stack([rgb(code) for code in ("ffffff", "dfe8ff", "fff1dc", "c9d8ff", "ffe2c4")])


def stars(frame: Frame, count: int = 1500) -> None:
    """Many faint ones and a few bright, brighter away from the horizon."""
    rng = frame.rng("stars")
    x, y = rng.uniform(0, 1, (2, count))
    strength = np.clip(0.16 * rng.pareto(1.6, count) + 0.12, 0, 1.6) * frame.light.stars
    colour = _STARLIGHT[rng.integers(0, len(_STARLIGHT), count)]
    strength *= np.clip((1 - y) * 3.2, 0.15, 1)
    _splat(frame, x * frame.width, y * frame.horizon, colour, strength.astype(np.float32))


def _splat(frame: Frame, x: Array, y: Array, colour: Array, strength: Array) -> None:
    """Add soft points of light at these pixels, 5 by 5 each."""
    size = max(0.62, frame.focal / 1100)
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            column, row = np.floor(x).astype(int) + dx, np.floor(y).astype(int) + dy
            away = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2
            shine = strength * np.exp(-away / (size * (0.6 + strength)) ** 2)
            inside = (column >= 0) & (column < frame.width) & (row >= 0) & (row < frame.horizon)
            np.add.at(frame.pixels, (row[inside], column[inside]), (colour * shine[:, None])[inside].astype(np.float32))


def milky_way(frame: Frame) -> None:
    """A slanting band of light with dark lanes, and crowds of small stars in it."""
    rng = frame.rng("milky way")
    lean = rng.uniform(0.75, 1.15) * (1 if rng.uniform() < 0.5 else -1)
    across, up = frame.columns()[None, :], np.clip(frame.rows(), 0, None)[:, None]
    clouds = fbm(rng, 512, 5, 7, 0.58)
    u, v = across + up * 0.3, up - across * 0.3
    texture, lanes = sample(clouds, u * 0.5, v * 0.5), sample(clouds, u * 0.8 + 0.4, v * 0.8)
    middle = rng.uniform(-0.15, 0.15)
    off = (across - middle - (up - 0.3) / lean) / np.sqrt(1 + 1 / lean**2) + (texture - 0.5) * 0.08
    band = np.exp(-((off / 0.12) ** 2))
    core = np.exp(-((off / 0.05) ** 2))
    shine = band * (0.15 + 1.0 * texture) * (1 - 0.7 * core * step(0.4, 0.6, lanes)) * step(0.0, 0.16, up)
    colour = mix(rgb("8494d8"), rgb("e8d8e4"), (core * texture)[..., None])
    frame.cover(colour, np.clip(shine * 0.52 * frame.light.stars**0.5, 0, 0.9).astype(np.float32))
    along, beside = rng.uniform(0, 0.7, 2600), rng.normal(0, 0.07, 2600)
    x = (middle + (along - 0.3) / lean + beside) * frame.focal + frame.width / 2
    faint = rng.uniform(0.05, 0.42, 2600).astype(np.float32) * frame.light.stars
    _splat(frame, x, frame.horizon - along * frame.focal, _STARLIGHT[rng.integers(0, 5, 2600)], faint)


def aurora(frame: Frame) -> None:
    """Curtains of green light with sharp lower hems, fading upwards into violet."""
    rng = frame.rng("aurora")
    tile = fbm(rng, 256, 4, 5, 0.55)
    across, up = frame.columns()[None, :], frame.rows()[:, None]
    green, violet = rgb("5cf2a0"), rgb("a070f0")
    for curtain in range(3):
        shift = np.full_like(across, rng.uniform(0, 1))
        fold = sample(tile, across * 0.3 + shift, shift) - 0.5 + 0.16 * (sample(tile, across * 1.4, shift) - 0.5)
        above = up - 0.13 - 0.09 * curtain - 0.42 * fold
        rays = (0.25 + sample(tile, across * 4.0 + shift, shift + 0.3)) * (
            0.4 + sample(tile, across * 0.8, shift + 0.6)
        )
        fade = np.exp(-np.clip(above, 0, None) / (0.1 + 0.12 * rays)) * step(-0.015, 0.02, above)
        colour = mix(green, violet, step(0.06, 0.34, above)[..., None])
        frame.cover(colour, np.clip(fade * rays * 0.85 * frame.light.stars**0.4, 0, 0.92) * step(0.0, 0.05, up))


def rainbow(frame: Frame) -> None:
    """A bow opposite the light, red outside, with a brighter sky inside."""
    middle = (frame.width / 2 - (frame.sun[0] - frame.width / 2) * 0.5 - frame.width / 2) / frame.focal
    reach = 0.78 * min(frame.width / frame.focal * 0.55, frame.horizon / frame.focal)
    distance = np.sqrt((frame.columns()[None, :] - middle) ** 2 + (frame.rows()[:, None] + 0.06) ** 2)
    place = (reach + 0.04 - distance) / 0.055  # 0 at the red edge, 1 at the violet one
    hues = np.stack([rgb(c) for c in ("e8483a", "f5953c", "f8e25a", "62c66a", "4a9ce8", "5a5ed0", "9a5fc8")])
    colour = np.stack([np.interp(place, np.linspace(0, 1, 7), hues[:, c]) for c in range(3)], axis=-1)
    bow = step(-0.08, 0.18, place) * step(1.1, 0.8, place) * 0.5 + step(0.9, 1.4, place) * 0.07
    horizon = step(-0.04, 0.05, np.broadcast_to(frame.rows()[:, None], bow.shape))
    frame.cover(colour.astype(np.float32), (bow * horizon).astype(np.float32))


def birds(frame: Frame) -> None:
    """A loose flock, wings up."""
    rng, sketch = frame.rng("birds"), Sketch(frame)
    middle_x, middle_y = rng.uniform(0.3, 0.7) * frame.width, frame.horizon * rng.uniform(0.4, 0.6)
    for _ in range(11):
        x = middle_x + rng.normal(0, 0.14) * frame.focal
        y = middle_y + rng.normal(0, 0.05) * frame.focal
        span, lift = frame.focal * rng.uniform(0.007, 0.016), rng.uniform(0.3, 0.9)
        wings = [(2.0, 0.45), (1.1, 1.0), (0.0, 0.0), (-1.1, 1.0), (-2.0, 0.45)]
        sketch.line([(x + a * span, y - b * lift * span) for a, b in wings], frame.focal / 560)
    frame.cover(frame.light.ambient * np.float32(0.35), sketch.plane() * 0.9)
