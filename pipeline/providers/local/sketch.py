"""Lines and shapes drawn by Pillow, smooth at their edges."""

import numpy as np
from PIL import Image, ImageDraw

from pipeline.providers.local.frame import Frame
from pipeline.providers.local.noise import Array


class Sketch:
    """A mask of the frame's size; coordinates and widths are the frame's pixels, in fractions too."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width, frame.height)
        self._image = Image.new("L", (frame.width * 2, frame.height * 2))  # made small at the end: that smooths it
        self._draw = ImageDraw.Draw(self._image)

    def line(self, points: list[tuple[float, float]], width: float, strength: float = 1.0) -> None:
        doubled = [(2 * x, 2 * y) for x, y in points]
        self._draw.line(doubled, fill=round(255 * strength), width=max(1, round(2 * width)), joint="curve")

    def polygon(self, points: list[tuple[float, float]]) -> None:
        self._draw.polygon([(2 * x, 2 * y) for x, y in points], fill=255)

    def dot(self, x: float, y: float, radius: float, strength: float = 1.0, flat: float = 1.0) -> None:
        """A disc, or with `flat` below 1 an ellipse that is less high than wide."""
        radius = max(radius, 0.45)
        box = [2 * (x - radius), 2 * (y - radius * flat), 2 * (x + radius), 2 * (y + radius * flat)]
        self._draw.ellipse(box, fill=round(255 * strength))

    def plane(self) -> Array:
        """(height, width), 0..1."""
        small = self._image.resize(self._size, Image.Resampling.BOX)
        return np.asarray(small, dtype=np.float32) / 255
