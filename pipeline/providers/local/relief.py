"""Where the land rises and where water lies: the height field of a scene."""

import numpy as np

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.noise import Array, fbm, mix, ridges, sample, step


def relief(frame: Frame, x: Array, z: Array) -> Array:
    """Height of the land at x, z in units; below 0 lies water."""
    land = frame.scene.land
    soft = fbm(frame.rng("soil"), 512, 5, 6, 0.45)
    height = 0.05 + 0.10 * sample(soft, x * 0.13, z * 0.13)
    gap = _gap(frame, x, z)
    if "hills" in land:
        rolls = sample(soft, x * 0.05 + 0.3, z * 0.06)
        height = height + 1.5 * step(1.8, 5.5, z) * step(12, 7.5, z) * step(0.25, 0.95, rolls) * gap
    if "forest" in land:
        height = height + 0.75 * step(2.2, 8.0, z) * step(14, 9, z) * sample(soft, x * 0.06 + 0.7, z * 0.05)
    if "desert" in land:
        height = height + _dunes(frame, x, z)
    if "mountains" in land:
        chain = ridges(frame.rng("mountains"), 768, 4, 8)
        bend = sample(soft, x * 0.03, z * 0.03) * 0.25
        peaks = sample(chain, x * 0.055 + bend, z * 0.055 + bend)
        middle = -frame.side * frame.rng("summit").uniform(0.05, 0.3) * frame.width / frame.focal * 11
        massif = 0.5 + 0.5 * sample(soft, x * 0.025 + 0.6, z * 0.02) + 0.5 * np.exp(-(((x - middle) / 2.8) ** 2))
        height = height + step(6.2, 11.0, z) * step(17, 13, z) * massif * gap * (0.2 + peaks) * 3.9
    return _flooded(frame, soft, height, x, z)


def _gap(frame: Frame, x: Array, z: Array) -> Array:
    """Lower land under a low sun, so that it is seen; 1 elsewhere."""
    if not 0 <= frame.light.height < 0.2:
        return np.ones_like(x)
    aside = x / z - (frame.sun[0] - frame.width / 2) / frame.focal
    return np.asarray(1 - 0.72 * np.exp(-((aside / 0.17) ** 2)), np.float32)


def _dunes(frame: Frame, x: Array, z: Array) -> Array:
    soft = fbm(frame.rng("dunes"), 256, 3, 4, 0.4)
    warp = sample(soft, x * 0.05, z * 0.05) * 3.2
    phase = (z * 0.42 + x * 0.16 * frame.side + warp) % 1.0
    rise, fall = (phase / 0.72) ** 1.6, ((1 - phase) / 0.28) ** 1.1  # long windward, steep lee
    crest = -np.log(np.exp(-5 * rise) + np.exp(-5 * fall)) / 5 + 0.1  # the lower of the two, rounded at the edge
    size = 0.35 + 0.9 * sample(soft, x * 0.04 + 0.5, z * 0.04)
    return np.asarray(crest * size * np.minimum(0.12 * z, 0.85) * step(15, 8, z), np.float32)


def _flooded(frame: Frame, soft: Array, height: Array, x: Array, z: Array) -> Array:
    """The height field with the waters of the scene cut into it."""
    land = frame.scene.land
    wave = sample(soft, x * 0.21 + 0.2, z * 0.17) - 0.5
    if "sea" in land:
        coast = frame.side * x / z  # land to the side of the sun would hide its path
        shore: Array = (1.9 if land & {"beach", "meadow", "forest"} else 0.5) + wave * 0.7
        far: Array = step(-0.05, 0.25, -coast + wave * 0.35 - 0.02) * step(5.5, 7.0, z)
        if "city" in land:
            far = step(4.5, 4.7, z)
        height = np.maximum(mix(np.full_like(height, -0.1), height, far), _sloped(height, shore - z))
    elif "lake" in land:
        shore = np.maximum(1.85 - wave * 0.8 - z, z - 4.6 - wave * 2.6)  # units from the lake
        height = _sloped(height, shore)
    elif "city" in land and "river" not in land:  # a harbour
        height = _sloped(height, z - 4.5 - wave * 0.2)
    if "river" in land:
        bend = frame.rng("river").uniform(0, 6.28)
        course = np.sin(z * 1.05 + bend) * (0.22 + 0.09 * z) * 0.9
        bank = np.abs(x - course) - 0.13 - 0.04 * z + wave * 0.12
        height = _sloped(height, np.maximum(bank, (z - 9) * 0.3))
    if "island" in land:
        height = np.maximum(height, _island(frame, wave, x, z))
    return np.asarray(height, np.float32)


def _sloped(height: Array, away: Array) -> Array:
    """The land falling gently to a water from which it is so many units away (below 0: in it)."""
    return np.asarray(np.minimum(height, np.maximum(0.3 * away, -0.1)), np.float32)


def _island(frame: Frame, wave: Array, x: Array, z: Array) -> Array:
    middle = (frame.width / 2 - frame.sun[0]) / frame.focal * 0.75 * 4.4
    distance = np.sqrt((x - middle) ** 2 + ((z - 4.4) * 1.2) ** 2)
    return ((0.75 - distance + wave * 0.7) * 0.75).astype(np.float32)
