"""The picture while it is painted: its pixels, its geometry, and what the layers need to know of each other."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.providers.local.light import Light, light_of
from pipeline.providers.local.noise import Array, stream
from pipeline.providers.local.scene import Scene

CAMERA = 0.5  # height of the eye above the water, in units; the mountains stand some ten units away


@dataclass(frozen=True, eq=False)
class Ground:
    """The land cut into slices, near to far. All (slices, width) but `z`."""

    z: Array  # (slices,): distance of each slice
    x: Array
    height: Array  # below 0: water
    row: Array  # where the surface appears in the picture
    skyline: Array  # the highest row (smallest number) of this slice and all nearer ones


@dataclass(frozen=True, eq=False)
class View:
    """What the pixels from row `top` on show. All (height - top, width)."""

    top: int
    land: Array  # 1 where there is land or water, 0 in the sky, between at the edge
    x: Array
    z: Array
    height: Array  # below 0: water
    slope_x: Array
    slope_z: Array
    fringe: Array  # 0..1: how much of the pixel the nearer land below it covers


@dataclass
class Frame:
    scene: Scene
    width: int
    height: int
    seed: int
    light: Light = field(init=False)
    pixels: Array = field(init=False)  # (height, width, 3), 0..1
    depth: Array = field(init=False)  # (height, width): distance in units, infinite in the sky
    ground: Ground = field(init=False)  # the land, once it is surveyed
    seen: View = field(init=False)  # and what each pixel shows of it
    grain: float = field(init=False, default=1.6)  # of the film, in steps of 1/255
    focal: float = field(init=False)  # pixels that one unit covers at distance one
    horizon: float = field(init=False)  # row
    sun: tuple[float, float] = field(init=False)  # column and row of the sun or, at night, of the moon
    air: Array = field(init=False)  # (width, 3): the colour of the air above the horizon; far land fades into it

    def __post_init__(self) -> None:
        self.light = light_of(self.scene)
        self.pixels = np.zeros((self.height, self.width, 3), np.float32)
        self.air = np.zeros((self.width, 3), np.float32)
        self.depth = np.full((self.height, self.width), np.inf, np.float32)
        self.focal = 0.95 * float(np.sqrt(self.width * self.height))
        self.horizon = self.height * 0.6
        across = self.rng("sun").uniform(0.22, 0.78)
        if abs(across - 0.5) < 0.1:  # never in the very middle
            across += 0.14
        rises = self.scene.land & {"mountains", "hills", "forest", "desert", "city"}
        lift = 0.055 if rises and self.light.height > 0 else 0.0  # above what stands on the horizon
        self.sun = (across * self.width, self.horizon - (self.light.height + lift) * self.focal)

    def rng(self, name: str) -> np.random.Generator:
        """The random numbers of one layer."""
        return stream(self.seed, name)

    @property
    def side(self) -> float:
        """-1 where the light comes from the left, 1 from the right."""
        return -1.0 if self.sun[0] < self.width / 2 else 1.0

    def columns(self) -> Array:
        """(width,): how far right of the middle each column looks, in focal lengths."""
        return ((np.arange(self.width, dtype=np.float32) + 0.5 - self.width / 2) / self.focal).astype(np.float32)

    def rows(self) -> Array:
        """(height,): how far above the horizon each row looks, in focal lengths."""
        return ((self.horizon - np.arange(self.height, dtype=np.float32) - 0.5) / self.focal).astype(np.float32)

    def cover(self, colour: Array, amount: Array, top: int = 0, left: int = 0) -> None:
        """Lay a colour (3,) or a picture (h, w, 3) over the pixels from `top`, `left` on, opaque by `amount` (h, w)."""
        height, width = amount.shape
        part = self.pixels[top : top + height, left : left + width]
        part += (colour - part) * amount[..., None]
