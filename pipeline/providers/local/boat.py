"""A sailing boat on the water, with its reflection."""

import numpy as np

from pipeline.providers.local.frame import CAMERA, Frame
from pipeline.providers.local.light import rgb
from pipeline.providers.local.noise import mix
from pipeline.providers.local.sketch import Sketch
from pipeline.providers.local.water import wetness

_HULL = [(-0.5, 0.0), (0.55, 0.0), (0.4, -0.13), (-0.42, -0.13)]  # in lengths of the boat, up is positive
_MAIN = [(0.0, 1.18), (0.0, 0.1), (-0.46, 0.1)]
_JIB = [(0.05, 1.0), (0.05, 0.12), (0.46, 0.08)]
_MAST = [(-0.012, 1.22), (0.018, 1.22), (0.018, 0.0), (-0.012, 0.0)]
DISTANCE = 3.3  # units


def boat(frame: Frame) -> None:
    """Painted after the water: the mirror of the boat is its own."""
    size = 0.36 * frame.focal / DISTANCE
    column = frame.width / 2 + (0.14 + 0.08 * frame.rng("boat").uniform()) * frame.width * -frame.side
    foot = frame.horizon + CAMERA * frame.focal / DISTANCE - 0.1 * size
    light, wet = frame.light, wetness(frame)
    sail = rgb("fbf4e6") * (light.ambient * 0.5 + light.key * 0.65)
    jib = rgb("e8d9c2") * (light.ambient * 0.55 + light.key * 0.45)
    hull = rgb("7a4a34") * (light.ambient * 0.7 + light.key * 0.5)
    for up, opaque in ((-1.0, 0.4), (1.0, 1.0)):
        for shape, colour in ((_MAST, hull * 0.6), (_MAIN, sail), (_JIB, jib), (_HULL, hull)):
            points = [(column + x * size, foot - y * size * up + (0.26 * size if up < 0 else 0)) for x, y in shape]
            sketch = Sketch(frame)
            sketch.polygon(points)
            frame.cover(mix(colour, light.horizon, 0.08), sketch.plane() * opaque * np.where(up < 0, wet, 1))
