"""Water: a mirror of what stands behind it, broken by waves, with a path of light under the sun or moon."""

import numpy as np

from pipeline.providers.local.frame import CAMERA, Frame, View
from pipeline.providers.local.land import air_amount
from pipeline.providers.local.noise import Array, fbm, mix, sample, step
from pipeline.providers.local.sky import moon_place

_DEEP = np.array([0.1, 0.3, 0.36], np.float32)


def wetness(frame: Frame) -> Array:
    """(height, width): 1 where there is water."""
    wet = np.zeros((frame.height, frame.width), np.float32)
    wet[frame.seen.top :] = step(0.004, -0.004, frame.seen.height) * frame.seen.land
    return wet


def water(frame: Frame) -> None:
    """Lay the water of the scene over the pixels whose ground lies below it. What stands behind is painted already."""
    seen = frame.seen
    wet = wetness(frame)[seen.top :]
    if not wet.any():
        return
    waves = _waves(frame, seen)
    colour = _mirrored(frame, seen, wet, waves)
    grazing = np.clip(1.02 - 1.25 * (np.arange(len(wet)) + seen.top - frame.horizon) / frame.focal, 0.35, 0.95)
    deep = mix(_DEEP * (frame.light.ambient + frame.light.key * 0.5), frame.light.zenith, 0.35)
    colour = mix(deep, colour, (grazing[:, None, None] * (1 - 0.25 * step(0.55, 0.8, waves)[..., None])))
    colour = mix(colour, frame.air, air_amount(frame, seen.z * 0.55)[..., None])
    colour = mix(colour, frame.light.lit, (_foam(frame, seen, waves) * 0.6)[..., None])
    frame.cover(colour, wet, seen.top)
    _glitter(frame, seen, wet, waves)


def _waves(frame: Frame, seen: View) -> Array:
    """Height of the surface, 0..1: long swell at sea, small ripples on a lake."""
    tile = fbm(frame.rng("waves"), 512, 8, 6, 0.62)
    rough = 0.8 if "sea" in frame.scene.land else 1.3
    swell = sample(tile, seen.x * rough * 0.16, seen.z * rough * 0.6 + seen.x * 0.03)
    ripples = sample(tile, seen.x / seen.z * 0.5 + 0.3, np.log(seen.z) * 2.2)  # as fine near the eye as far away
    return (0.55 * swell + 0.45 * ripples).astype(np.float32)


def _mirrored(frame: Frame, seen: View, wet: Array, waves: Array) -> Array:
    """What is seen in the water: each pixel looks as far above the shore as it lies below it, shaken by the waves."""
    rows = np.arange(seen.top, frame.height, dtype=np.float32)[:, None]
    shore = np.maximum.accumulate(np.where(wet < 0.5, rows, frame.horizon), axis=0)
    wild = 1.9 if "storm" in frame.scene.weather else 1.0 if "sea" in frame.scene.land else 0.4
    shake = (waves - 0.5) * wild * frame.focal * 0.16 / np.maximum(seen.z, 0.8)
    columns = np.clip(np.arange(frame.width) + shake * 0.4, 0, frame.width - 1).astype(np.int32)
    source = 2 * shore - rows
    for _ in range(2):  # what is farther away is mirrored higher up: look how far it is, and look again
        at = np.clip(np.minimum(source, shore - 1), 0, frame.height - 1).astype(np.int32)
        source = 2 * (frame.horizon + frame.focal * CAMERA / frame.depth[at, columns]) - rows
    at = np.clip(np.minimum(source + shake * 2, shore - 1), 0, frame.height - 1).astype(np.int32)
    return np.asarray(frame.pixels[at, columns])


def _foam(frame: Frame, seen: View, waves: Array) -> Array:
    """Breakers where the sea meets the land, and white crests in a storm."""
    if "sea" not in frame.scene.land:
        return np.zeros_like(waves)
    surf = step(-0.1, -0.01, seen.height) * step(0.42, 0.6, waves)
    crests = step(0.66, 0.78, waves) * ("storm" in frame.scene.weather) * 0.7
    return np.asarray(np.maximum(surf, crests), np.float32)


def _glitter(frame: Frame, seen: View, wet: Array, waves: Array) -> None:
    """The path of light towards the sun, or towards the moon when it is in the picture."""
    light, scene = frame.light, frame.scene
    moonlit = light.height < 0 and "moon" in scene.sky
    if scene.weather & {"storm", "fog", "rain"} or (not moonlit and not 0 <= light.height < 0.2):
        return
    middle = ((moon_place(frame)[0] if moonlit else frame.sun[0]) - frame.width / 2) / frame.focal
    aside = np.abs(frame.columns()[None, :] - middle + (waves - 0.5) * 0.08)
    width = 0.03 + 0.12 / np.maximum(seen.z, 1)
    sparks = step(0.5, 0.6, waves) * 0.9 + 0.1
    path = np.exp(-((aside / width) ** 2)) * sparks * (0.55 if moonlit else 0.8)
    frame.cover(light.sun, (path * wet).astype(np.float32), seen.top)
