"""Flowers in the meadow: small dots of a few colours, in drifts, smaller with distance."""

import numpy as np

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.light import PIGMENTS, rgb
from pipeline.providers.local.noise import fbm, sample
from pipeline.providers.local.sketch import Sketch

_PETALS = [rgb(code) for code in ("f6f1e4", "f2c53d", "d9475a", "9a6fd0")]


def flowers(frame: Frame) -> None:
    """Painted last of all that stands on the ground."""
    rng = frame.rng("flowers")
    petals = [PIGMENTS[name] for name in frame.scene.colours] or _PETALS
    drifts = fbm(rng, 128, 6, 3)
    for number, petal in enumerate(petals):
        sketch = Sketch(frame)
        z = np.exp(rng.uniform(np.log(1.25), np.log(5.5), 1600)).astype(np.float32)
        x = (rng.uniform(-0.5, 0.5, 1600) * frame.width / frame.focal * z).astype(np.float32)
        dense = sample(drifts, x * 0.17 + 0.27 * number, z * 0.17)
        columns = np.clip(x / z * frame.focal + frame.width / 2, 0, frame.width - 1).astype(np.int32)
        slices = np.clip(np.searchsorted(frame.ground.z, z), 0, len(frame.ground.z) - 1)
        rows = frame.ground.row[slices, columns]
        grows = (frame.ground.height[slices, columns] > 0.03) & (rows <= frame.ground.skyline[slices, columns] + 1)
        for at in np.flatnonzero(grows & (dense > 0.5)):
            size = frame.focal * 0.0062 / float(z[at])
            sketch.dot(float(columns[at]), float(rows[at]) - size * 2, size, min(1.0, 0.4 + size / 2), 0.7)
        lit = petal * (frame.light.ambient * 0.5 + frame.light.key * 0.72)
        frame.cover(np.clip(lit, 0, 1), sketch.plane() * 0.95)
