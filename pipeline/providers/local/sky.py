"""The sky: its colours from the horizon to the top, the sun or moon with its glow, and the clouds."""

import numpy as np

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.noise import Array, fbm, mix, resized, sample, step


def air(frame: Frame) -> None:
    """The gradient, from the horizon to the top."""
    light, up = frame.light, frame.rows()
    reach = frame.horizon / frame.focal
    height = np.clip(up / reach, 0, 1) ** 0.85
    stops = np.stack([light.horizon, light.lower, light.upper, light.zenith])
    column = np.stack([np.interp(height, (0, 0.22, 0.55, 1), stops[:, c]) for c in range(3)], axis=-1)
    frame.pixels[:] = column[:, None, :].astype(np.float32)


def glow(frame: Frame) -> None:
    """The warmth around the sun; then the colour of the air is known."""
    if frame.light.height > -0.15:
        _glow(frame)
    low = slice(int(frame.horizon - 0.06 * frame.focal), int(frame.horizon))
    frame.air[:] = frame.pixels[low].mean(axis=0)


def _glow(frame: Frame) -> None:
    light = frame.light
    dx = (frame.columns() - (frame.sun[0] - frame.width / 2) / frame.focal)[None, :]
    dy = (frame.rows() - max(light.height, -0.03))[:, None]
    near = np.exp(-(dx**2 + dy**2) / 0.02)
    wide = np.exp(-np.sqrt(dx**2 * 0.5 + dy**2 * 2.4) / 0.2)
    near *= light.height < 0.2
    wide *= 1.0 if light.height < 0.2 else 0.5
    veiled = 0.35 if frame.scene.weather & {"storm", "rain", "fog", "snow"} else 1.0
    frame.cover(light.glow, (0.75 * wide * veiled).astype(np.float32))
    frame.cover(mix(light.glow, light.sun, 0.6), (0.7 * near * veiled).astype(np.float32))


def sun(frame: Frame) -> None:
    """The disc, where it is above the horizon and either asked for or low enough to be in the picture."""
    light, scene = frame.light, frame.scene
    if light.height < 0 or (scene.weather & {"storm", "rain", "fog", "snow"} and "sun" not in scene.sky):
        return
    if scene.time in (None, "day") and "sun" not in scene.sky:
        return
    distance = _distance(frame)
    radius = 0.045 if light.height < 0.2 else 0.034
    frame.cover(light.glow, 0.6 * np.exp(-np.clip(distance - radius, 0, None) / 0.06))
    frame.cover(light.sun, step(radius + 1.2 / frame.focal, radius - 1.2 / frame.focal, distance))


def moon_place(frame: Frame) -> tuple[float, float]:
    """Column and row of the moon: where the sun would be at night, away from it by day."""
    if frame.light.height < -0.1:
        return frame.sun[0], frame.horizon - 0.38 * frame.focal * min(1.0, frame.horizon / frame.focal / 0.55)
    return frame.width - frame.sun[0], frame.horizon - 0.36 * frame.focal


def moon(frame: Frame) -> None:
    """A full moon with its seas; pale by day."""
    at = moon_place(frame)
    distance = _distance(frame, at)
    radius, edge = 0.05, 1.2 / frame.focal
    dark = frame.light.height < 0
    halo = np.exp(-np.clip(distance - radius, 0, None) / 0.05) * 0.45 + np.exp(-distance / 0.28) * 0.3
    frame.cover(mix(frame.light.glow, frame.light.sun, 0.45), (halo * (1.0 if dark else 0.25)).astype(np.float32))
    disc = step(radius + edge, radius - edge, distance)
    top, bottom, left, right = _box(disc)
    seas = fbm(frame.rng("moon"), 128, 3, 5, 0.55)
    face = resized(seas, right - left, bottom - top)
    limb = np.clip(1 - (distance[top:bottom, left:right] / radius) ** 2, 0, 1) ** 0.25
    tone = (0.72 + 0.28 * step(0.3, 0.62, face)) * (0.8 + 0.2 * limb)
    colour = np.clip(mix(np.array([1, 0.985, 0.94], np.float32), frame.light.sun, 0.5) * tone[..., None], 0, 1)
    amount = disc[top:bottom, left:right] * (1.0 if dark else 0.6)
    frame.cover(colour.astype(np.float32), amount, top, left)


def _distance(frame: Frame, at: tuple[float, float] | None = None) -> Array:
    """(height, width): how far every pixel is from the sun (or from another place), in focal lengths."""
    column, row = at or frame.sun
    dx = (np.arange(frame.width, dtype=np.float32) + 0.5 - column) / frame.focal
    dy = (np.arange(frame.height, dtype=np.float32) + 0.5 - row) / frame.focal
    return np.sqrt(dx[None, :] ** 2 + dy[:, None] ** 2).astype(np.float32)


def _box(mask: Array) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is not 0 (of the first pixel, when everything is)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


_COVER = {"clear": 2.0, "clouds": 0.4, "rain": 0.3, "snow": 0.34, "storm": 0.24, "fog": 0.46}
_BEHIND = {"stars", "milky way", "aurora"}  # what clouds would hide: they part for it


def _half(frame: Frame) -> tuple[Array, Array]:
    """Columns and rows above the horizon at half the resolution: clouds are soft."""
    width, height = max(8, frame.width // 2), max(8, int(frame.horizon) // 2)
    across = (np.linspace(-0.5, 0.5, width, dtype=np.float32) * frame.width / frame.focal)[None, :]
    up = (np.linspace(1, 0, height, dtype=np.float32) * frame.horizon / frame.focal)[:, None]
    return across, up


def cirrus(frame: Frame) -> None:
    """High thin streaks, which take the colour of the light."""
    if "clear" in frame.scene.weather:
        return
    strength = 0.15 if frame.scene.sky & _BEHIND else 0.55
    across, up = _half(frame)
    tile = fbm(frame.rng("cirrus"), 256, 4, 6, 0.58)
    distance = 1 / (up + 0.14)
    streaks = sample(tile, across * distance * 0.07 + up * 0.2, distance * 0.16 + across * 0.05)
    amount = step(0.5, 0.85, streaks) * step(0.02, 0.2, up) * strength
    _lay(frame, np.broadcast_to(frame.light.lit, (*amount.shape, 3)), amount)


def cumulus(frame: Frame) -> None:
    """Heaped clouds, bright towards the light, in a layer that runs to the horizon."""
    weather = frame.scene.weather
    threshold = min(
        (_COVER[name] for name in weather if name in _COVER), default=0.66 if frame.scene.sky & _BEHIND else 0.55
    )
    if "clear" in weather and not weather - {"clear"}:
        return
    across, up = _half(frame)
    tile = fbm(frame.rng("clouds"), 512, 5, 7, 0.52)
    shape = fbm(frame.rng("cloud shapes"), 128, 3, 3)
    distance = 1 / (up + 0.16)
    x, z = across * distance * 0.16, distance * 0.22
    toward = frame.side * 0.012
    density = sample(tile, x, z) * 0.75 + sample(shape, x * 0.7, z * 0.7) * 0.25
    shifted = sample(tile, x + toward, z - 0.01) * 0.75 + sample(shape, (x + toward) * 0.7, z * 0.7) * 0.25
    amount = step(threshold, threshold + 0.16, density)
    thick = step(threshold, threshold + 0.4, density)
    bright = np.clip(0.62 + (density - shifted) * 7 - thick * 0.55, 0, 1)
    colour = mix(frame.light.shade, frame.light.lit, bright[..., None])
    amount = amount * step(-0.01, 0.09, up) * 0.94 * _parting(frame, across, up)
    _lay(frame, mix(colour, frame.light.horizon, (step(0.22, 0.0, up) * 0.65)[..., None]), amount)


def _parting(frame: Frame, across: Array, up: Array) -> Array:
    """How much of the clouds is left before the moon that was asked for, and before a low sun; 1 elsewhere."""
    if "moon" in frame.scene.sky:
        place, left = moon_place(frame), 0.1
    elif 0 <= frame.light.height < 0.2 and not frame.scene.weather:
        place, left = frame.sun, 0.35
    else:
        return np.ones_like(across + up)
    dx = across - (place[0] - frame.width / 2) / frame.focal
    dy = up - (frame.horizon - place[1]) / frame.focal
    return np.asarray(1 - (1 - left) * np.exp(-(((dx**2 + dy**2) / 0.009) ** 2)), np.float32)


def _lay(frame: Frame, colour: Array, amount: Array) -> None:
    """Bring a half-size layer to full size and lay it over the sky."""
    rows = int(np.ceil(frame.horizon))
    planes = [resized(np.ascontiguousarray(colour[..., c], dtype=np.float32), frame.width, rows) for c in range(3)]
    opaque = np.clip(resized(np.ascontiguousarray(amount, dtype=np.float32), frame.width, rows), 0, 1)
    frame.cover(np.stack(planes, axis=-1), opaque)
