from dataclasses import dataclass
from zlib import crc32

import numpy as np
from PIL import Image, ImageDraw

from ..arrays import Array
from ..plan import Scene
from .light import light_of

CAMERA = 0.5  # height of the eye above the water, in units


@dataclass(frozen=True, eq=False)
class Ground:
    """The land in slices, near to far. All (slices, width) but `z`."""

    z: Array  # (slices,): distance
    height: Array  # below 0: water
    row: Array  # of the surface in the picture
    skyline: Array  # the highest row (smallest number) of this slice and all nearer ones


@dataclass(frozen=True, eq=False)
class View:
    """What the pixels from row `top` on show. All (height - top, width)."""

    top: int
    land: Array  # 1 where there is land or water, 0 in the sky
    x: Array
    z: Array
    height: Array  # below 0: water
    slope_x: Array
    slope_z: Array
    fringe: Array  # 0..1: how much of the pixel the nearer land below it covers


class Canvas:
    ground: Ground  # set by `survey`
    seen: View

    def __init__(self, scene: Scene, width: int, height: int, seed: int) -> None:
        self.scene, self.width, self.height, self._seed = scene, width, height, seed
        self.light = light_of(scene)
        self.pixels: Array = np.zeros((height, width, 3), np.float32)  # 0..1
        self.depth: Array = np.full((height, width), np.inf, np.float32)  # distance in units, infinite in the sky
        self.air: Array = np.zeros((width, 3), np.float32)  # above the horizon; far land fades into it
        self.focal = 0.95 * float(np.sqrt(width * height))  # pixels that one unit covers at distance one
        self.horizon = height * 0.6  # row
        # How far each column looks right of the middle (1, width), and each row above the horizon (height, 1), in focal
        # lengths; the same of the sun or, at night, of the moon.
        self.across = ((np.arange(width, dtype=np.float32) + 0.5 - width / 2) / self.focal)[None, :]
        self.up = ((self.horizon - np.arange(height, dtype=np.float32) - 0.5) / self.focal)[:, None]
        aside = self.rng("sun").uniform(-0.28, 0.28)
        if abs(aside) < 0.1:  # not in the very middle
            aside += 0.14
        rises = scene.land & {"mountains", "hills", "forest", "desert", "city"}
        lift = 0.055 if rises and self.light.height > 0 else 0.0  # above the relief on the horizon
        self.sun = (aside * width / self.focal, self.light.height + lift)
        self.side = -1.0 if aside < 0 else 1.0  # the light comes from the left, right

    def rng(self, name: str) -> np.random.Generator:
        """For each layer: another one changes none."""
        return np.random.Generator(np.random.PCG64([self._seed, crc32(name.encode())]))

    def cover(self, colour: Array, amount: Array, top: int = 0, left: int = 0, z: float | None = None) -> None:
        """Lays a colour (3,) or a picture (h, w, 3), opaque by `amount` (h, w), over what is inside of the canvas. `z`:
        its distance."""
        y, x = max(top, 0), max(left, 0)
        part = self.pixels[y : max(top + len(amount), 0), x : max(left + amount.shape[1], 0)]
        inside = np.s_[y - top : y - top + len(part), x - left : x - left + part.shape[1]]
        amount = amount[inside].astype(np.float32)
        part += ((colour if colour.ndim == 1 else colour[inside]) - part) * amount[..., None]
        if z is not None:
            self.depth[y : y + len(part), x : x + part.shape[1]][amount > 0.5] = z


class Sketch:
    """Drawn at twice the canvas's size, which smooths it."""

    def __init__(self, canvas: Canvas) -> None:
        self._size = (canvas.width, canvas.height)
        self._image = Image.new("L", (canvas.width * 2, canvas.height * 2))
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: list[tuple[float, float]], width: float, strength: float = 1.0) -> None:
        doubled = [(2 * x, 2 * y) for x, y in points]
        self._draw.line(doubled, fill=round(255 * strength), width=max(1, round(2 * width)), joint="curve")

    def polygon(self, points: list[tuple[float, float]]) -> None:
        self._draw.polygon([(2 * x, 2 * y) for x, y in points], fill=255)

    def dot(self, x: float, y: float, radius: float, strength: float = 1.0, flat: float = 1.0) -> None:
        """An ellipse with `flat` below 1."""
        across, down = 2 * max(radius, 0.45), 2 * max(radius, 0.45) * flat
        box = [2 * x - across, 2 * y - down, 2 * x + across, 2 * y + down]
        self._draw.ellipse(box, fill=round(255 * strength))

    def plane(self) -> Array:
        return np.asarray(self._image.resize(self._size, Image.Resampling.BOX), np.float32) / 255
