import numpy as np

from ..arrays import Array, fbm, gradient, mix, resized, rgb, sample, step
from .canvas import Canvas, Sketch

VEILED = frozenset({"storm", "rain", "fog", "snow"})
CLOUDLESS_BELOW = {"clear": 2.0, "clouds": 0.4, "rain": 0.3, "snow": 0.34, "storm": 0.24, "fog": 0.46}
BEHIND_CLOUDS = frozenset({"stars", "milky way", "aurora"})  # clouds part for these
STARLIGHT = rgb("ffffff dfe8ff fff1dc c9d8ff ffe2c4")
RAINBOW = rgb("e8483a f5953c f8e25a 62c66a 4a9ce8 5a5ed0 9a5fc8")
WINGS = ((2.0, 0.45), (1.1, 1.0), (0.0, 0.0), (-1.1, 1.0), (-2.0, 0.45))
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
    return np.hypot(canvas.across - place[0], canvas.up - place[1])


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


def stars(canvas: Canvas) -> None:
    rng, count = canvas.rng("stars"), 1500 if "stars" in canvas.scene.sky else 350
    x, y = rng.uniform(0, 1, (2, count))
    strength = np.clip(0.16 * rng.pareto(1.6, count) + 0.12, 0, 1.6) * canvas.light.stars
    strength *= np.clip((1 - y) * 3.2, 0.15, 1)
    _points(canvas, x * canvas.width, y * canvas.horizon, strength)


def _points(canvas: Canvas, x: Array, y: Array, strength: Array) -> None:
    sketch, size = Sketch(canvas), max(0.62, canvas.focal / 1100)
    for column, row, shine in zip(x, y, strength, strict=True):
        sketch.dot(column, row, size * (0.6 + shine), min(1.0, shine))
    colours = STARLIGHT[canvas.rng("starlight").integers(0, len(STARLIGHT), (40, 40))]
    canvas.cover(resized(colours, canvas.width, canvas.height), sketch.plane())


def milky_way(canvas: Canvas) -> None:
    rng = canvas.rng("milky way")
    lean = rng.uniform(0.75, 1.15) * (1 if rng.uniform() < 0.5 else -1)
    across, up = canvas.across, np.clip(canvas.up, 0, None)
    clouds = fbm(rng, 512, 5, 7, 0.58)
    u, v = across + up * 0.3, up - across * 0.3
    texture, lanes = sample(clouds, u * 0.5, v * 0.5), sample(clouds, u * 0.8 + 0.4, v * 0.8)
    middle = rng.uniform(-0.15, 0.15)
    off = (across - middle - (up - 0.3) / lean) / np.sqrt(1 + 1 / lean**2) + (texture - 0.5) * 0.08
    band, core = np.exp(-((off / 0.12) ** 2)), np.exp(-((off / 0.05) ** 2))
    shine = band * (0.15 + 1.0 * texture) * (1 - 0.7 * core * step(0.4, 0.6, lanes)) * step(0.0, 0.16, up)
    colour = mix(rgb("8494d8"), rgb("e8d8e4"), (core * texture)[..., None])
    canvas.cover(colour, np.clip(shine * 0.52 * canvas.light.stars**0.5, 0, 0.9))
    along, beside = rng.uniform(0, 0.7, 2600), rng.normal(0, 0.07, 2600)
    x = (middle + (along - 0.3) / lean + beside) * canvas.focal + canvas.width / 2
    _points(canvas, x, canvas.horizon - along * canvas.focal, rng.uniform(0.05, 0.42, 2600) * canvas.light.stars)


def aurora(canvas: Canvas) -> None:
    rng = canvas.rng("aurora")
    tile = fbm(rng, 256, 4, 5, 0.55)
    across, up = canvas.across, canvas.up
    for curtain in range(3):
        shift = np.full_like(across, rng.uniform(0, 1))
        fold = sample(tile, across * 0.3 + shift, shift) - 0.5 + 0.16 * (sample(tile, across * 1.4, shift) - 0.5)
        above = up - 0.13 - 0.09 * curtain - 0.42 * fold
        fine, broad = sample(tile, across * 4.0 + shift, shift + 0.3), sample(tile, across * 0.8, shift + 0.6)
        rays = (0.25 + fine) * (0.4 + broad)
        fade = np.exp(-np.clip(above, 0, None) / (0.1 + 0.12 * rays)) * step(-0.015, 0.02, above)
        colour = mix(rgb("5cf2a0"), rgb("a070f0"), step(0.06, 0.34, above)[..., None])
        canvas.cover(colour, np.clip(fade * rays * 0.85 * canvas.light.stars**0.4, 0, 0.92) * step(0.0, 0.05, up))


def rainbow(canvas: Canvas) -> None:
    reach = 0.78 * min(canvas.width / canvas.focal * 0.55, canvas.horizon / canvas.focal)
    distance = np.hypot(canvas.across + canvas.sun[0] / 2, canvas.up + 0.06)
    place = (reach + 0.04 - distance) / 0.055  # 0 at the red edge, 1 at the violet one
    bow = step(-0.08, 0.18, place) * step(1.1, 0.8, place) * 0.5 + step(0.9, 1.4, place) * 0.07
    canvas.cover(gradient(RAINBOW, np.linspace(0, 1, 7), place), bow * step(-0.04, 0.05, canvas.up))


def birds(canvas: Canvas) -> None:
    rng, sketch = canvas.rng("birds"), Sketch(canvas)
    middle_x, middle_y = rng.uniform(0.3, 0.7) * canvas.width, canvas.horizon * rng.uniform(0.4, 0.6)
    for _ in range(11):
        x, y = (middle_x, middle_y) + rng.normal(0, (0.14, 0.05)) * canvas.focal
        span, lift = canvas.focal * rng.uniform(0.007, 0.016), rng.uniform(0.3, 0.9)
        sketch.line([(x + across * span, y - up * lift * span) for across, up in WINGS], canvas.focal / 560)
    canvas.cover(canvas.light.ambient * np.float32(0.35), sketch.plane() * 0.9)
