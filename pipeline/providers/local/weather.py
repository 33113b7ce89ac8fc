"""Weather before the land: fog by distance, rain, snow, lightning."""

from itertools import pairwise

import numpy as np

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.noise import Array, blurred, fbm, mix, sample, step
from pipeline.providers.local.sketch import Sketch


def fog(frame: Frame) -> None:
    """Thicker with distance and near the ground, in drifting banks; far things vanish, the sky pales."""
    drift = fbm(frame.rng("fog"), 256, 3, 5, 0.5)
    across, up = frame.columns()[None, :], frame.rows()[:, None]
    banks = sample(drift, across * 0.35 + up * 0.1, up * 1.3)
    distance = np.minimum(frame.depth, 14.0)
    thick = 1 - np.exp(-((distance / 5.2) ** 1.5) * (0.45 + 1.1 * banks))
    thick *= 0.14 + 0.86 * step(0.36, 0.02, np.broadcast_to(up, thick.shape) - (banks - 0.5) * 0.35)
    colour = mix(mix(frame.light.horizon, frame.light.lit, 0.35), frame.light.ambient, 0.15)
    frame.cover(colour, (thick * 0.93).astype(np.float32))


def rain(frame: Frame) -> None:
    """Slanting streaks in three distances, and a veil over what is far."""
    veil = 1 - np.exp(-np.minimum(frame.depth, 16.0) / (26 if "rain" in frame.scene.weather else 90))
    frame.cover(mix(frame.light.horizon, frame.light.shade, 0.4), veil.astype(np.float32))
    rng = frame.rng("rain")
    slant = 0.16 * frame.side
    for count, length, strength in ((900, 0.04, 0.16), (500, 0.08, 0.22), (160, 0.15, 0.26)):
        sketch = Sketch(frame)
        for x, y, size in rng.uniform(0, 1, (count, 3)):
            left, top = (x * 1.3 - 0.15) * frame.width, (y * 1.2 - 0.15) * frame.height
            fall = length * (0.6 + 0.8 * size) * frame.focal
            width = frame.focal / 1500 * (1 + 6 * length)
            sketch.line([(left, top), (left + fall * slant, top + fall)], width, 0.6 + 0.4 * size)
        frame.cover(frame.light.lit, sketch.plane() * strength)


def snow(frame: Frame) -> None:
    """Flakes in three distances, the near ones large and out of focus."""
    rng = frame.rng("snow")
    for count, size, strength in ((1500, 0.0016, 0.75), (380, 0.0034, 0.8), (60, 0.009, 0.5)):
        sketch = Sketch(frame)
        for x, y, scale in rng.uniform(0, 1, (count, 3)):
            radius = size * frame.focal * (0.6 + 0.8 * scale)
            sketch.dot(x * frame.width, y * frame.height, radius, 0.5 + 0.5 * scale)
        flakes = sketch.plane()
        frame.cover(mix(frame.light.lit, np.ones(3, np.float32), 0.6), _soft(flakes, size * frame.focal) * strength)


def lightning(frame: Frame) -> None:
    """One forked bolt with its glow in the clouds."""
    rng, sketch = frame.rng("lightning"), Sketch(frame)
    start = (frame.width - frame.sun[0], 0.0)
    end = (start[0] + rng.normal(0, 0.12) * frame.focal, frame.horizon)
    trunk = _bolt(rng, start, end, 7)
    width = frame.focal / 400
    sketch.line(trunk, width)
    for at in rng.integers(len(trunk) // 5, len(trunk) * 4 // 5, 4):
        x, y = trunk[at]
        tip = (x + rng.normal(0, 0.2) * frame.focal, y + rng.uniform(0.08, 0.2) * frame.focal)
        sketch.line(_bolt(rng, (x, y), tip, 5), width / 2, 0.7)
    bolt = sketch.plane()
    glow = blurred(bolt, frame.focal * 0.03) * 2.5 + blurred(bolt, frame.focal * 0.16) * 6
    frame.cover(np.array([0.72, 0.74, 1.0], np.float32), np.clip(glow, 0, 0.7).astype(np.float32))
    frame.cover(np.array([0.98, 0.97, 1.0], np.float32), np.clip(bolt * 1.2, 0, 1))


Point = tuple[float, float]


def _bolt(rng: np.random.Generator, start: Point, end: Point, turns: int) -> list[Point]:
    """A jagged line: halved again and again, every middle pushed aside."""
    points = [start, end]
    for _ in range(turns):
        halved = [points[0]]
        for (x0, y0), (x1, y1) in pairwise(points):
            push = rng.normal(0, 0.16) * (abs(y1 - y0) + abs(x1 - x0))
            halved += [((x0 + x1) / 2 + push, (y0 + y1) / 2), (x1, y1)]
        points = halved
    return points


def _soft(plane: Array, radius: float) -> Array:
    return np.clip(blurred(plane, radius) if radius > 2 else plane, 0, 1)
