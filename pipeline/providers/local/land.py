"""The land: its materials in the light of the hour, and the haze before what is far."""

import numpy as np

from pipeline.providers.local.frame import Frame, View
from pipeline.providers.local.ground import cut, view
from pipeline.providers.local.light import rgb
from pipeline.providers.local.noise import Array, fbm, mix, sample, step

GRASS, MEADOW, MOSS = rgb("5c7833"), rgb("8f9e42"), rgb("38542e")
ROCK, SAND, SNOW, MUD = rgb("80766f"), rgb("ebbd80"), rgb("f2f7ff"), rgb("5c4f40")
_AIR = {"fog": 6.0, "storm": 9.0, "rain": 7.0, "snow": 8.0}  # how far one sees, in units


def survey(frame: Frame) -> None:
    """Raise the land, before anything of it is painted."""
    frame.ground = cut(frame)


def look(frame: Frame) -> None:
    """Find what of the land each pixel shows."""
    frame.seen = view(frame, frame.ground)


def land(frame: Frame) -> None:
    """Paint the land, and note the depth of every pixel."""
    seen = frame.seen
    colour = _lit(frame, seen, _material(frame, seen))
    colour = mix(colour, frame.air, air_amount(frame, seen.z)[..., None])
    part = frame.pixels[seen.top :]
    part += (colour - part) * seen.land[..., None]
    part[:-1] += (part[1:] - part[:-1]) * seen.fringe[:-1, :, None]
    frame.depth[seen.top :] = np.where(seen.land > 0, seen.z, np.inf)


def air_amount(frame: Frame, z: Array | float) -> Array:
    """How much of what lies at distance z the air hides, 0..1."""
    reach = min((_AIR[name] for name in frame.scene.weather if name in _AIR), default=14.0)
    return np.asarray(1 - np.exp(-((np.asarray(z, np.float32) / reach) ** 1.5)), np.float32)


def _material(frame: Frame, seen: View) -> Array:
    """(rows, width, 3): the colour of the ground itself."""
    scene = frame.scene
    tile = fbm(frame.rng("soil grain"), 512, 8, 6, 0.62)
    u, v = seen.x / seen.z, np.log(seen.z)
    grain = sample(tile, u * 1.1, v * 1.3)
    fine = fbm(frame.rng("blades"), 512, 64, 3, 0.8)
    blades = sample(fine, u * 1.9 + 0.3, v * 0.9 + u * 0.2)
    patches = sample(tile, seen.x * 0.09 + 0.5, seen.z * 0.09)
    plain = mix(MEADOW if "meadow" in scene.land else GRASS, MOSS, (step(0.35, 0.75, patches) * 0.75)[..., None])
    colour = plain * (0.5 + 0.3 * grain + 0.75 * blades)[..., None]
    steep = np.sqrt(seen.slope_x**2 + seen.slope_z**2)
    if "mountains" in scene.land:
        high = step(0.5, 1.1, seen.height + (grain - 0.5) * 0.5) * step(6, 7.5, seen.z)
        colour = mix(colour, ROCK * (0.7 + 0.6 * grain[..., None]), high[..., None])
    if "desert" in scene.land:
        sandy = step(9.5, 8.0, seen.z) if "mountains" in scene.land else np.ones_like(seen.z)
        colour = mix(colour, SAND * (0.94 + 0.12 * grain[..., None]), sandy[..., None])
    elif scene.land & {"beach", "sea", "island"}:
        low = step(0.14, 0.05, seen.height + (grain - 0.5) * 0.06)
        if "beach" in scene.land:
            low = np.maximum(low, step(2.9, 2.6, seen.z))
        colour = mix(colour, SAND * (0.9 + 0.2 * grain[..., None]), low[..., None])
    else:
        colour = mix(colour, MUD, (step(0.05, 0.0, seen.height) * 0.8)[..., None])
    return mix(colour, SNOW, _snow(frame, seen, steep, grain)[..., None])


def _snow(frame: Frame, seen: View, steep: Array, grain: Array) -> Array:
    """Where snow lies: on what is high and not too steep; in winter nearly everywhere."""
    rough = (grain - 0.5) * 1.3
    caps = step(1.5, 2.0, seen.height + rough) * step(2.6, 1.2, steep + rough) if "mountains" in frame.scene.land else 0
    if "snow" in frame.scene.weather:
        return np.maximum(caps, step(1.9, 0.9, steep + rough * 0.6) * (0.75 + 0.25 * step(0.3, 0.5, grain)))
    return np.asarray(caps + np.zeros_like(grain), np.float32)


def _lit(frame: Frame, seen: View, colour: Array) -> Array:
    """The material in the light: a low light from the side, and the sky's own from above."""
    rough = fbm(frame.rng("relief"), 512, 8, 6, 0.62)
    u, v = seen.x / seen.z, np.log(seen.z)
    strength = 0.05 + 0.5 * step(0.5, 1.2, seen.height) * ("mountains" in frame.scene.land)
    if "desert" in frame.scene.land:
        strength = strength * 0.4
    bump = sample(rough, u * 0.9, v * 1.1)
    across = (sample(rough, u * 0.9 + 0.004, v * 1.1) - bump) * 18 * strength
    along = (sample(rough, u * 0.9, v * 1.1 + 0.004) - bump) * 18 * strength
    nx, nz = -(seen.slope_x + across), -(seen.slope_z + along)
    towards = np.array([0.82 * frame.side, 0.5, -0.28], np.float32)
    facing = (nx * towards[0] + towards[1] + nz * towards[2]) / np.sqrt(nx**2 + 1 + nz**2)
    sunlit = np.clip(facing, 0, 1)[..., None]
    return np.asarray(colour * (frame.light.ambient * 0.75 + frame.light.key * sunlit * 0.85), np.float32)
