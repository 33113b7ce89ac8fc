"""Trees: a few shapes grown from the seed, set on the land from far to near."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.land import SNOW, air_amount
from pipeline.providers.local.noise import Array, fbm, mix, resized, sample

TALL = 160  # pixels of the shape that all sizes are made from
SHORE = 1.8  # units: what stands nearer is painted after the water
_LEAVES = np.array([[0.2, 0.29, 0.17], [0.25, 0.34, 0.16], [0.31, 0.36, 0.16], [0.16, 0.26, 0.19]], np.float32)
Shape = tuple[Array, Array]  # how opaque, and how much light it gets: both (h, w), 0..1


def _conifer(rng: np.random.Generator, side: float) -> Shape:
    """Many thin drooping branches, wider to the foot, with gaps between them."""
    width = 86
    down = np.linspace(0, 1, TALL, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    droop = down * rng.uniform(10, 14) - np.abs(across) * rng.uniform(1.0, 1.8)  # branches hang at their tips
    branch = (droop + np.where(across < 0, 0, rng.uniform(0.3, 0.7))) % 1.0
    ragged = rng.uniform(0.6, 1.1, (16, 2)).astype(np.float32)[np.clip(droop, 0, 15).astype(int)[:, :1], [[0, 1]]]
    reach = (0.05 + 0.8 * down**0.9) * np.where(across < 0, ragged[..., :1], ragged[..., 1:])
    reach = reach.reshape(TALL, width) * (0.55 + 0.45 * branch) * rng.uniform(0.85, 1.1, (TALL, width))
    opaque = (np.abs(across) < reach) & (down < 0.95) | (np.abs(across) < 0.035)
    bright = (
        0.42
        + 0.3 * side * across / np.maximum(reach, 0.15)
        - 0.4 * (1 - branch)
        + rng.uniform(-0.1, 0.2, (TALL, width))
    )
    return opaque.astype(np.float32), np.clip(bright, 0, 1).astype(np.float32)


def _broadleaf(rng: np.random.Generator, side: float) -> Shape:
    """A crown of many tufts on a forked trunk, light above and dark below."""
    width = 136
    y, x = np.mgrid[0:TALL, 0:width].astype(np.float32)
    lean = (TALL - y) * 0.03 * rng.uniform(-1, 1)
    opaque = ((np.abs(x - width / 2 - lean) < 1.7 + 3.2 * (y / TALL) ** 3) & (y > TALL * 0.4)).astype(np.float32)
    bright = np.full_like(opaque, 0.1)
    tufts = rng.uniform(0, 1, (70, 4))
    for angle, out, size, wobble in tufts[np.argsort(-np.sin(tufts[:, 0] * 6.28) * tufts[:, 1])][::-1]:
        far = np.sqrt(out) * (0.88 + 0.24 * wobble)
        middle_x = width * (0.5 + 0.38 * far * np.cos(angle * 6.28))
        middle_y = TALL * (0.4 - 0.33 * far * np.sin(angle * 6.28))
        radius = TALL * (0.036 + 0.054 * size)
        around = np.s_[
            max(0, int(middle_y - radius * 1.1)) : int(middle_y + radius * 1.1) + 1,
            max(0, int(middle_x - radius * 1.1)) : int(middle_x + radius * 1.1) + 1,
        ]
        dx, dy = (x[around] - middle_x) / radius, (y[around] - middle_y) / radius
        inside = dx**2 + dy**2 < rng.uniform(0.45, 1.2, dx.shape)
        tuft = (
            0.42 + 0.16 * side * dx - 0.22 * dy + 0.3 * (0.45 - middle_y / TALL) + 0.1 * side * (middle_x / width - 0.5)
        )
        opaque[around][inside] = 1
        bright[around][inside] = np.clip(tuft + rng.uniform(-0.1, 0.1, dx.shape), 0.03, 1)[inside]
    return opaque, bright


class Grove:
    """Sets trees on the land; keeps the shapes and sizes it has made."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.sizes: dict[tuple[int, int], Shape] = {}
        self.woods = fbm(frame.rng("woods"), 128, 4, 4)

    @cached_property
    def shapes(self) -> list[Shape]:
        """Eight different trees, more of them conifers where it is cold."""
        rng, scene = self.frame.rng("trees"), self.frame.scene
        conifers = 7 if scene.land & {"mountains", "lake"} or "snow" in scene.weather else 3
        return [(_conifer if number < conifers else _broadleaf)(rng, self.frame.side) for number in range(8)]

    def plant(self, far: float, near: float) -> None:
        """Rows of trees from the distance `far` to `near`, in units."""
        rows = np.flatnonzero((self.frame.ground.z < far) & (self.frame.ground.z > near))[::-1]
        distance = np.inf
        for row in rows:
            if self.frame.ground.z[row] < distance * 0.955:
                distance = float(self.frame.ground.z[row])
                self._row(int(row), distance)

    def _row(self, row: int, z: float) -> None:
        rng, frame = self.frame.rng(f"row {row}"), self.frame
        room = frame.width / frame.focal * z
        count = int(room / (0.075 + 0.021 * z))
        x = (rng.uniform(-0.53, 0.53, count) * room).astype(np.float32)
        sizes, shapes = rng.uniform(0.6, 1.15, count), rng.integers(0, 8, count)
        columns = np.clip(x / z * frame.focal + frame.width / 2, 0, frame.width - 1).astype(np.int32)
        grows = self._grows(x, z, row, columns)
        for at, size, shape in zip(x[grows], sizes[grows], shapes[grows], strict=True):
            self._tree(float(at), z, row, 0.42 * float(size), int(shape))

    def _grows(self, x: Array, z: float, row: int, columns: NDArray[np.int32]) -> NDArray[np.bool_]:
        """On dry visible land where the woods are; near ones only at the sides, so that the view stays open."""
        ground = self.frame.ground
        seen = ground.row[row, columns] <= ground.skyline[row, columns] + 1
        dense = sample(self.woods, x * 0.07, np.full_like(x, z * 0.07))
        opening = 0.55 * np.clip(1 - np.abs(x / z) / 0.26, 0, 1) * min(1.0, max(0.0, (4.2 - z) / 2.0))
        return np.asarray(seen & (ground.height[row, columns] > 0.015) & (dense > 0.22 + opening))

    def _tree(self, x: float, z: float, row: int, size: float, shape: int) -> None:
        frame = self.frame
        tall = max(2, round(1.07 ** round(np.log(size * frame.focal / z) / np.log(1.07))))  # few sizes, made once each
        opaque, bright = self._sized(shape, tall)
        column = int(x / z * frame.focal + frame.width / 2)
        foot = int(self.frame.ground.row[row, min(max(column, 0), frame.width - 1)]) + max(1, tall // 40)
        left, top = column - opaque.shape[1] // 2, foot - tall
        x0, x1 = max(left, 0), min(left + opaque.shape[1], frame.width)
        y0, y1 = max(top, 0), min(foot, frame.height)
        if x0 >= x1 or y0 >= y1:
            return
        inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        shine = bright[inside][..., None]
        leaves = _LEAVES[(shape + row + column) % len(_LEAVES)] * 1.35
        if "snow" in frame.scene.weather:
            leaves = mix(leaves, SNOW, np.clip(shine * 2 - 0.5, 0, 1))
        colour = leaves * (frame.light.ambient * 0.55 + frame.light.key * 1.15 * shine)
        colour = mix(colour, frame.air[min(max(column, 0), frame.width - 1)], air_amount(frame, z * 1.15))
        frame.cover(colour, opaque[inside], y0, x0)
        part = frame.depth[y0:y1, x0:x1]
        part[opaque[inside] > 0.5] = z

    def _sized(self, shape: int, tall: int) -> Shape:
        if (shape, tall) not in self.sizes:
            opaque, bright = self.shapes[shape]
            wide = max(2, round(tall * opaque.shape[1] / TALL))
            self.sizes[shape, tall] = (
                np.clip(resized(opaque, wide, tall), 0, 1),
                np.clip(resized(bright, wide, tall), 0, 1),
            )
        return self.sizes[shape, tall]
