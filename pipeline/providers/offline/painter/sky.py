import numpy as np

from ..noise import Array, fbm, gradient, mix, sample, step
from .canvas import Canvas

VEILED = frozenset({"storm", "rain", "fog", "snow"})
CLOUDLESS_BELOW = {"clear": 2.0, "clouds": 0.4, "rain": 0.3, "snow": 0.34, "storm": 0.24, "fog": 0.46}
BEHIND_CLOUDS = frozenset({"stars", "milky way", "aurora"})  # clouds part for these
Place = tuple[float, float]  # right of the middle and above the horizon, in focal lengths


def air(canvas: Canvas) -> None:
    light = canvas.light
    height = np.clip(canvas.up / (canvas.horizon / canvas.focal), 0, 1) ** 0.85
    stops = np.stack([light.horizon, light.lower, light.upper, light.zenith])
    canvas.pixels[:] = gradient(stops, (0, 0.22, 0.55, 1), height)


def glow(canvas: Canvas) -> None:
    light = canvas.light
    if light.height > -0.15:
        low = light.height < 0.2
        dx, dy = canvas.across - canvas.sun[0], canvas.up - max(light.height, -0.03)
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
    distance, radius = _distance(canvas, canvas.sun), 0.045 if light.height < 0.2 else 0.034
    canvas.cover(light.glow, 0.6 * np.exp(-np.clip(distance - radius, 0, None) / 0.06))
    canvas.cover(light.sun, _disc(canvas, distance, radius))


def moon_place(canvas: Canvas) -> Place:
    """Where the sun would be at night, away from it by day."""
    if canvas.light.height < -0.1:
        return canvas.sun[0], 0.38 * min(1.0, canvas.horizon / canvas.focal / 0.55)
    return -canvas.sun[0], 0.36


def moon(canvas: Canvas) -> None:
    place, radius, light = moon_place(canvas), 0.05, canvas.light
    distance, dark = _distance(canvas, place), light.height < 0
    halo = np.exp(-np.clip(distance - radius, 0, None) / 0.05) * 0.45 + np.exp(-distance / 0.28) * 0.3
    canvas.cover(mix(light.glow, light.sun, 0.45), halo * (1.0 if dark else 0.25))
    tile, twice = fbm(canvas.rng("moon"), 128, 3, 5, 0.55), 2 * radius
    seas = sample(tile, (canvas.across - place[0]) / twice + 0.5, (place[1] - canvas.up) / twice + 0.5)
    limb = np.clip(1 - (distance / radius) ** 2, 0, 1) ** 0.25
    tone = (0.72 + 0.28 * step(0.3, 0.62, seas)) * (0.8 + 0.2 * limb)
    colour = np.clip(mix(np.array([1, 0.985, 0.94], np.float32), light.sun, 0.5) * tone[..., None], 0, 1)
    canvas.cover(colour, _disc(canvas, distance, radius) * (1.0 if dark else 0.6))


def _distance(canvas: Canvas, place: Place) -> Array:
    """(height, width), in focal lengths."""
    return np.asarray(np.hypot(canvas.across - place[0], canvas.up - place[1]))


def _disc(canvas: Canvas, distance: Array, radius: float) -> Array:
    edge = 1.2 / canvas.focal
    return step(radius + edge, radius - edge, distance)


def cirrus(canvas: Canvas) -> None:
    if "clear" in canvas.scene.weather:
        return
    across, up = canvas.across, canvas.up[: int(canvas.horizon)]
    tile = fbm(canvas.rng("cirrus"), 256, 4, 6, 0.58)
    distance = 1 / (up + 0.14)
    streaks = sample(tile, across * distance * 0.07 + up * 0.2, distance * 0.16 + across * 0.05)
    strength = 0.15 if canvas.scene.sky & BEHIND_CLOUDS else 0.55
    canvas.cover(canvas.light.lit, step(0.5, 0.85, streaks) * step(0.02, 0.2, up) * strength)


def cumulus(canvas: Canvas) -> None:
    weather = canvas.scene.weather
    if weather == {"clear"}:
        return
    usual = 0.66 if canvas.scene.sky & BEHIND_CLOUDS else 0.55
    threshold = min((CLOUDLESS_BELOW[name] for name in weather), default=usual)
    tile, shape = fbm(canvas.rng("clouds"), 512, 5, 7, 0.52), fbm(canvas.rng("cloud shapes"), 128, 3, 3)

    def density(x: Array, z: Array) -> Array:
        return sample(tile, x, z) * 0.75 + sample(shape, x * 0.7, z * 0.7) * 0.25

    up = canvas.up[: int(canvas.horizon)]
    distance = 1 / (up + 0.16)
    x, z = canvas.across * distance * 0.16, distance * 0.22
    here, towards_light = density(x, z), density(x + canvas.side * 0.012, z - 0.01)
    amount, thick = step(threshold, threshold + 0.16, here), step(threshold, threshold + 0.4, here)
    bright = np.clip(0.62 + (here - towards_light) * 7 - thick * 0.55, 0, 1)
    colour = mix(canvas.light.shade, canvas.light.lit, bright[..., None])
    colour = mix(colour, canvas.light.horizon, (step(0.22, 0.0, up) * 0.65)[..., None])
    amount *= 0.94 * step(-0.01, 0.09, up)
    if "moon" in canvas.scene.sky or not weather:  # they part for the moon, or the sun
        place, covered = (moon_place(canvas), 0.9) if "moon" in canvas.scene.sky else (canvas.sun, 0.65)
        amount *= 1 - covered * np.exp(-((_distance(canvas, place)[: len(up)] ** 2 / 0.009) ** 2))
    canvas.cover(colour, amount)
