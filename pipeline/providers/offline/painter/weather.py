"""Painted before the land."""

import numpy as np

from ..arrays import blurred, fbm, mix, sample, step
from .canvas import Canvas, Sketch

Point = tuple[float, float]


def fog(canvas: Canvas) -> None:
    drift = fbm(canvas.rng("fog"), 256, 3, 5, 0.5)
    banks = sample(drift, canvas.across * 0.35 + canvas.up * 0.1, canvas.up * 1.3)
    thick = 1 - np.exp(-((np.minimum(canvas.depth, 14.0) / 5.2) ** 1.5) * (0.45 + 1.1 * banks))
    thick *= 0.14 + 0.86 * step(0.36, 0.02, canvas.up - (banks - 0.5) * 0.35)
    colour = mix(mix(canvas.light.horizon, canvas.light.lit, 0.35), canvas.light.ambient, 0.15)
    canvas.cover(colour, thick * 0.93)


def rain(canvas: Canvas) -> None:
    veil = 1 - np.exp(-np.minimum(canvas.depth, 16.0) / (26 if "rain" in canvas.scene.weather else 90))
    canvas.cover(mix(canvas.light.horizon, canvas.light.shade, 0.4), veil)
    rng, slant = canvas.rng("rain"), 0.16 * canvas.side
    for count, length, strength in ((900, 0.04, 0.16), (500, 0.08, 0.22), (160, 0.15, 0.26)):
        sketch = Sketch(canvas)
        for x, y, size in rng.uniform(0, 1, (count, 3)):
            left, top = (x * 1.3 - 0.15) * canvas.width, (y * 1.2 - 0.15) * canvas.height
            fall = length * (0.6 + 0.8 * size) * canvas.focal
            width = canvas.focal / 1500 * (1 + 6 * length)
            sketch.line([(left, top), (left + fall * slant, top + fall)], width, 0.6 + 0.4 * size)
        canvas.cover(canvas.light.lit, sketch.plane() * strength)


def snow(canvas: Canvas) -> None:
    rng = canvas.rng("snow")
    for count, size, strength in ((1500, 0.0016, 0.75), (380, 0.0034, 0.8), (60, 0.009, 0.5)):
        sketch = Sketch(canvas)
        for x, y, scale in rng.uniform(0, 1, (count, 3)):
            radius = size * canvas.focal * (0.6 + 0.8 * scale)
            sketch.dot(x * canvas.width, y * canvas.height, radius, 0.5 + 0.5 * scale)
        flakes, soft = sketch.plane(), size * canvas.focal
        flakes = np.clip(blurred(flakes, soft), 0, 1) if soft > 2 else flakes
        canvas.cover(mix(canvas.light.lit, np.ones(3, np.float32), 0.6), flakes * strength)


def lightning(canvas: Canvas) -> None:
    rng, sketch = canvas.rng("lightning"), Sketch(canvas)
    start = (canvas.width / 2 - canvas.sun[0] * canvas.focal, 0.0)
    trunk = _bolt(rng, start, (start[0] + rng.normal(0, 0.12) * canvas.focal, canvas.horizon), 7)
    width = canvas.focal / 400
    sketch.line(trunk, width)
    for at in rng.integers(len(trunk) // 5, len(trunk) * 4 // 5, 4):
        x, y = trunk[at]
        tip = (x + rng.normal(0, 0.2) * canvas.focal, y + rng.uniform(0.08, 0.2) * canvas.focal)
        sketch.line(_bolt(rng, (x, y), tip, 5), width / 2, 0.7)
    bolt = sketch.plane()
    glow = blurred(bolt, canvas.focal * 0.03) * 2.5 + blurred(bolt, canvas.focal * 0.16) * 6
    canvas.cover(np.array([0.72, 0.74, 1.0], np.float32), np.clip(glow, 0, 0.7))
    canvas.cover(np.array([0.98, 0.97, 1.0], np.float32), np.clip(bolt * 1.2, 0, 1))


def _bolt(rng: np.random.Generator, start: Point, end: Point, turns: int) -> list[Point]:
    points = np.array([start, end])
    for _ in range(turns):
        middles = (points[:-1] + points[1:]) / 2
        middles[:, 0] += rng.normal(0, 0.16, len(middles)) * np.abs(np.diff(points, axis=0)).sum(axis=1)
        points = np.insert(points, range(1, len(points)), middles, axis=0)
    return [(x, y) for x, y in points.tolist()]
