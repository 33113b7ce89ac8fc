import numpy as np

from ..noise import Array, fbm, gradient, mix, resized, rgb, sample, step
from .canvas import Canvas, Sketch

STARLIGHT = rgb("ffffff dfe8ff fff1dc c9d8ff ffe2c4")
RAINBOW = rgb("e8483a f5953c f8e25a 62c66a 4a9ce8 5a5ed0 9a5fc8")
WINGS = ((2.0, 0.45), (1.1, 1.0), (0.0, 0.0), (-1.1, 1.0), (-2.0, 0.45))


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
