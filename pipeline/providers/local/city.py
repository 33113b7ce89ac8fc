"""A city: three rows of towers on the far shore, hazier with distance, their windows lit when it is dark."""

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.local.frame import CAMERA, Frame
from pipeline.providers.local.land import air_amount
from pipeline.providers.local.light import rgb
from pipeline.providers.local.noise import Array, mix

_WALLS = [rgb(code) for code in ("8c8f99", "a79c8e", "7d8794", "b5aca0", "6d7480", "9a8478")]
_LAMPS = [rgb(code) for code in ("ffd88a", "ffc46a", "ffe2a8", "ffb45a", "ffe9c9", "cfe4ff")]
ROWS = ((8.0, 3.6), (6.4, 2.4), (5.0, 1.3))  # distance and tallest tower of each row, in units

Pixels = NDArray[np.signedinteger]


def city(frame: Frame, z: float, tallest: float) -> None:
    """One row of towers at distance z, the tallest about so many units high."""
    rng = frame.rng(f"towers {z}")
    unit = frame.focal / z
    foot = int(frame.horizon - (0.02 - CAMERA) * unit)
    middle = frame.width / 2 + rng.uniform(-0.15, 0.15) * frame.width
    left = -rng.uniform(0, 0.2) * unit
    while left < frame.width:
        wide = rng.uniform(0.14, 0.36) * unit
        off = (left + wide / 2 - middle) / (0.36 * frame.width)
        tall = tallest * (0.22 + 0.78 * np.exp(-(off**2))) * rng.uniform(0.35, 1.0) * unit
        _tower(frame, rng, z, (int(left), foot, max(3, int(wide)), max(3, int(tall))))
        left += wide * rng.uniform(0.92, 1.25)


def _tower(frame: Frame, rng: np.random.Generator, z: float, place: tuple[int, int, int, int]) -> None:
    """`place`: left, foot, width, height in pixels."""
    left, foot, wide, tall = place
    kind = rng.integers(0, 5)
    wall = _WALLS[rng.integers(0, len(_WALLS))]
    _block(frame, rng, z, wall, place)
    if kind == 0 and wide > 6:  # set back once or twice
        _block(frame, rng, z, wall, (left + wide // 5, foot - tall, wide - 2 * (wide // 5), tall // 6))
    elif kind == 1:  # a spire
        spire = max(1, wide // 14)
        _block(frame, rng, z, wall * 0.8, (left + wide // 2 - spire // 2, foot - tall, spire, tall // 4))
    elif kind == 2 and wide > 6:  # a plant room
        _block(frame, rng, z, wall * 0.85, (left + wide // 4, foot - tall, wide // 3, max(2, tall // 25)))


def _block(frame: Frame, rng: np.random.Generator, z: float, wall: Array, place: tuple[int, int, int, int]) -> None:
    left, foot, wide, tall = place
    x0, x1, y0, y1 = max(left, 0), min(left + wide, frame.width), max(foot - tall, 0), min(foot, frame.height)
    if x0 >= x1 or y0 >= y1:
        return
    light = frame.light
    across = np.arange(x0 - left, x1 - left)
    down = np.arange(y0 - (foot - tall), y1 - (foot - tall))
    towards = 0.55 + 0.45 * frame.side * (2 * (across + 0.5) / wide - 1)  # one edge nearer to the light
    corner = (across > wide * 0.68) if frame.side > 0 else (across < wide * 0.32)
    shine = np.where(corner, 0.85, 0.3) * (0.8 + 0.2 * towards)
    face = wall * (light.ambient * 0.7 + light.key * shine[:, None] * 0.8)
    pixels = np.asarray(face, np.float32)[None].repeat(len(down), axis=0)
    _windows(frame, rng, pixels, down, across, max(3, round(frame.focal / z * 0.024)))
    pixels = mix(pixels, frame.air[x0:x1], air_amount(frame, z))
    frame.pixels[y0:y1, x0:x1] = pixels
    frame.depth[y0:y1, x0:x1] = z


def _windows(frame: Frame, rng: np.random.Generator, pixels: Array, down: Pixels, across: Pixels, pitch: int) -> None:
    """A grid of windows, `pitch` pixels apart: some lit, the others a little darker than the wall, or blue by day."""
    floors, bays = down // (pitch + 1), across // pitch
    glass = ((down % (pitch + 1) > 0) & (down > 1))[:, None] & (across % pitch > 0)[None, :]
    if not glass.size:
        return
    shape = (int(floors[-1]) + 1, int(bays[-1]) + 1)
    lit = rng.uniform(0, 1, shape) < frame.light.lamps * rng.uniform(0.08, 0.75)
    strong = rng.uniform(0.3, 1.0, shape).astype(np.float32)
    lamp = _LAMPS[rng.integers(0, len(_LAMPS))]
    on = (lit[floors][:, bays] & glass).astype(np.float32) * strong[floors][:, bays]
    pane = mix(pixels * 0.72, frame.light.upper, 0.22)
    pixels[:] = mix(mix(pixels, pane, glass[..., None].astype(np.float32)), lamp, on[..., None])
