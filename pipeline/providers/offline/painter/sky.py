import numpy as np

from ..noise import Array, fbm, mix, resized, sample, step
from .canvas import Canvas

VEILED = frozenset({"storm", "rain", "fog", "snow"})
CLOUDLESS_BELOW = {"clear": 2.0, "clouds": 0.4, "rain": 0.3, "snow": 0.34, "storm": 0.24, "fog": 0.46}
BEHIND_CLOUDS = frozenset({"stars", "milky way", "aurora"})  # clouds part for these


def air(canvas: Canvas) -> None:
    light = canvas.light
    height = np.clip(canvas.rows() / (canvas.horizon / canvas.focal), 0, 1) ** 0.85
    stops = np.stack([light.horizon, light.lower, light.upper, light.zenith])
    column = np.stack([np.interp(height, (0, 0.22, 0.55, 1), stops[:, c]) for c in range(3)], axis=-1)
    canvas.pixels[:] = column[:, None, :].astype(np.float32)


def glow(canvas: Canvas) -> None:
    light = canvas.light
    if light.height > -0.15:
        low = light.height < 0.2
        dx = (canvas.columns() - (canvas.sun[0] - canvas.width / 2) / canvas.focal)[None, :]
        dy = (canvas.rows() - max(light.height, -0.03))[:, None]
        wide = np.exp(-np.sqrt(dx**2 * 0.5 + dy**2 * 2.4) / 0.2) * (1.0 if low else 0.5)
        near = np.exp(-(dx**2 + dy**2) / 0.02) * low
        veiled = 0.35 if canvas.scene.weather & VEILED else 1.0
        canvas.cover(light.glow, 0.75 * wide * veiled)
        canvas.cover(mix(light.glow, light.sun, 0.6), 0.7 * near * veiled)
    above = slice(int(canvas.horizon - 0.06 * canvas.focal), int(canvas.horizon))
    canvas.air[:] = canvas.pixels[above].mean(axis=0)


def sun(canvas: Canvas) -> None:
    """Where it is asked for, or low enough to be in the picture."""
    light, scene = canvas.light, canvas.scene
    if light.height < 0 or ((scene.weather & VEILED or scene.time in (None, "day")) and "sun" not in scene.sky):
        return
    distance = _distance(canvas, canvas.sun)
    radius = 0.045 if light.height < 0.2 else 0.034
    canvas.cover(light.glow, 0.6 * np.exp(-np.clip(distance - radius, 0, None) / 0.06))
    canvas.cover(light.sun, step(radius + 1.2 / canvas.focal, radius - 1.2 / canvas.focal, distance))


def moon_place(canvas: Canvas) -> tuple[float, float]:
    """Where the sun would be at night, away from it by day."""
    if canvas.light.height < -0.1:
        return canvas.sun[0], canvas.horizon - 0.38 * canvas.focal * min(1.0, canvas.horizon / canvas.focal / 0.55)
    return canvas.width - canvas.sun[0], canvas.horizon - 0.36 * canvas.focal


def moon(canvas: Canvas) -> None:
    distance = _distance(canvas, moon_place(canvas))
    radius, edge = 0.05, 1.2 / canvas.focal
    dark = canvas.light.height < 0
    halo = np.exp(-np.clip(distance - radius, 0, None) / 0.05) * 0.45 + np.exp(-distance / 0.28) * 0.3
    canvas.cover(mix(canvas.light.glow, canvas.light.sun, 0.45), halo * (1.0 if dark else 0.25))
    disc = step(radius + edge, radius - edge, distance)
    rows, columns = np.flatnonzero(disc.any(axis=1)), np.flatnonzero(disc.any(axis=0))
    if not rows.size:
        return
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    seas = resized(fbm(canvas.rng("moon"), 128, 3, 5, 0.55), len(columns), len(rows))
    limb = np.clip(1 - (distance[box] / radius) ** 2, 0, 1) ** 0.25
    tone = (0.72 + 0.28 * step(0.3, 0.62, seas)) * (0.8 + 0.2 * limb)
    colour = np.clip(mix(np.array([1, 0.985, 0.94], np.float32), canvas.light.sun, 0.5) * tone[..., None], 0, 1)
    canvas.cover(colour.astype(np.float32), disc[box] * (1.0 if dark else 0.6), rows[0], columns[0])


def _distance(canvas: Canvas, at: tuple[float, float]) -> Array:
    """(height, width), in focal lengths."""
    across = canvas.columns() - (at[0] - canvas.width / 2) / canvas.focal
    up = canvas.rows() - (canvas.horizon - at[1]) / canvas.focal
    return np.asarray(np.hypot(across[None, :], up[:, None]), np.float32)


def _half_size(canvas: Canvas) -> tuple[Array, Array]:
    width, height = max(8, canvas.width // 2), max(8, int(canvas.horizon) // 2)
    across = (np.linspace(-0.5, 0.5, width, dtype=np.float32) * canvas.width / canvas.focal)[None, :]
    up = (np.linspace(1, 0, height, dtype=np.float32) * canvas.horizon / canvas.focal)[:, None]
    return across, up


def cirrus(canvas: Canvas) -> None:
    if "clear" in canvas.scene.weather:
        return
    across, up = _half_size(canvas)
    tile = fbm(canvas.rng("cirrus"), 256, 4, 6, 0.58)
    distance = 1 / (up + 0.14)
    streaks = sample(tile, across * distance * 0.07 + up * 0.2, distance * 0.16 + across * 0.05)
    strength = 0.15 if canvas.scene.sky & BEHIND_CLOUDS else 0.55
    colour = np.broadcast_to(canvas.light.lit, (*streaks.shape, 3))
    _lay(canvas, colour, step(0.5, 0.85, streaks) * step(0.02, 0.2, up) * strength)


def cumulus(canvas: Canvas) -> None:
    weather = canvas.scene.weather
    usual = 0.66 if canvas.scene.sky & BEHIND_CLOUDS else 0.55
    threshold = min((CLOUDLESS_BELOW[name] for name in weather), default=usual)
    if weather == {"clear"}:
        return
    across, up = _half_size(canvas)
    tile = fbm(canvas.rng("clouds"), 512, 5, 7, 0.52)
    shape = fbm(canvas.rng("cloud shapes"), 128, 3, 3)
    distance = 1 / (up + 0.16)
    x, z = across * distance * 0.16, distance * 0.22
    toward = canvas.side * 0.012
    density = sample(tile, x, z) * 0.75 + sample(shape, x * 0.7, z * 0.7) * 0.25
    shifted = sample(tile, x + toward, z - 0.01) * 0.75 + sample(shape, (x + toward) * 0.7, z * 0.7) * 0.25
    amount, thick = step(threshold, threshold + 0.16, density), step(threshold, threshold + 0.4, density)
    bright = np.clip(0.62 + (density - shifted) * 7 - thick * 0.55, 0, 1)
    colour = mix(canvas.light.shade, canvas.light.lit, bright[..., None])
    colour = mix(colour, canvas.light.horizon, (step(0.22, 0.0, up) * 0.65)[..., None])
    _lay(canvas, colour, amount * step(-0.01, 0.09, up) * 0.94 * _parting(canvas, across, up))


def _parting(canvas: Canvas, across: Array, up: Array) -> Array:
    """How much cloud is left before the moon, and before a low sun."""
    if "moon" in canvas.scene.sky:
        place, left = moon_place(canvas), 0.1
    elif 0 <= canvas.light.height < 0.2 and not canvas.scene.weather:
        place, left = canvas.sun, 0.35
    else:
        return np.ones_like(across + up)
    dx = across - (place[0] - canvas.width / 2) / canvas.focal
    dy = up - (canvas.horizon - place[1]) / canvas.focal
    return np.asarray(1 - (1 - left) * np.exp(-(((dx**2 + dy**2) / 0.009) ** 2)), np.float32)


def _lay(canvas: Canvas, colour: Array, amount: Array) -> None:
    rows = int(np.ceil(canvas.horizon))
    canvas.cover(resized(colour, canvas.width, rows), np.clip(resized(amount, canvas.width, rows), 0, 1))
