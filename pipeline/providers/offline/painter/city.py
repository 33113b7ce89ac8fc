import numpy as np

from ..arrays import Array, mix, rgb
from .canvas import CAMERA, Canvas
from .land import air_amount

WALLS = rgb("8c8f99 a79c8e 7d8794 b5aca0 6d7480 9a8478")
LAMPS = rgb("ffd88a ffc46a ffe2a8 ffb45a ffe9c9 cfe4ff")
TOPS = ((0.6, 0.17, 1.0), (0.07, 0.25, 0.8), (0.33, 0.04, 0.85))  # width and height of what is on a roof, and its shade
ROWS = ((8.0, 3.6), (6.4, 2.4), (5.0, 1.3))  # distance and tallest tower of each row, in units


def towers(canvas: Canvas, z: float, tallest: float) -> None:
    rng = canvas.rng(f"towers {z}")
    unit = canvas.focal / z
    foot = int(canvas.horizon - (0.02 - CAMERA) * unit)
    middle = canvas.width / 2 + rng.uniform(-0.15, 0.15) * canvas.width
    start = -rng.uniform(0, 0.2) * unit
    while start < canvas.width:
        width = rng.uniform(0.14, 0.36) * unit
        off = (start + width / 2 - middle) / (0.36 * canvas.width)
        height = tallest * (0.22 + 0.78 * np.exp(-(off**2))) * rng.uniform(0.35, 1.0) * unit
        left, wide, tall = int(start), max(3, int(width)), max(3, int(height))
        top, wall = rng.integers(0, 5), WALLS[rng.integers(0, len(WALLS))]
        _block(canvas, rng, z, wall, (left, foot, wide, tall))
        if top < len(TOPS):
            across, up, shade = TOPS[top]
            narrow, high = max(1, round(wide * across)), max(2, round(tall * up))
            _block(canvas, rng, z, wall * shade, (left + (wide - narrow) // 2, foot - tall, narrow, high))
        start += width * rng.uniform(0.92, 1.25)


def _block(canvas: Canvas, rng: np.random.Generator, z: float, wall: Array, place: tuple[int, int, int, int]) -> None:
    left, foot, wide, tall = place
    light, across, down = canvas.light, np.arange(wide), np.arange(tall)
    towards = 0.55 + 0.45 * canvas.side * (2 * (across + 0.5) / wide - 1)  # one edge nearer to the light
    corner = (across > wide * 0.68) if canvas.side > 0 else (across < wide * 0.32)
    shine = np.where(corner, 0.85, 0.3) * (0.8 + 0.2 * towards)
    face = np.asarray(wall * (light.ambient * 0.7 + light.key * shine[:, None] * 0.8), np.float32)
    # Windows in a grid of `pitch` pixels: some lit, the others darker than the wall, or blue by day.
    pitch = max(3, round(canvas.focal / z * 0.024))
    floors, bays = down // (pitch + 1), across // pitch
    glass = ((down % (pitch + 1) > 0) & (down > 1))[:, None] & (across % pitch > 0)[None, :]
    shape = (int(floors[-1]) + 1, int(bays[-1]) + 1)
    lit = rng.uniform(0, 1, shape) < light.lamps * rng.uniform(0.08, 0.75)
    strong = rng.uniform(0.3, 1.0, shape).astype(np.float32)
    lamp = LAMPS[rng.integers(0, len(LAMPS))]
    on = (lit[floors][:, bays] & glass).astype(np.float32) * strong[floors][:, bays]
    pane = mix(face * 0.72, light.upper, 0.22)
    pixels = mix(np.where(glass[..., None], pane, face), lamp, on[..., None])
    air = canvas.air[np.clip(across + left, 0, canvas.width - 1)]
    canvas.cover(mix(pixels, air, air_amount(canvas, z)), np.ones((tall, wide)), foot - tall, left, z)
