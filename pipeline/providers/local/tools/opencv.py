"""OpenCV, on one core: a worker shares its machine with others. It takes 50 MB and a quarter of a second to import, so
nothing imports this before a tool is asked for."""

from collections.abc import Callable
from typing import Any

import cv2
from numpy.typing import NDArray

__all__ = ["Array", "Flags", "Floats", "Pixels", "Places", "Progress", "cv2"]

cv2.setNumThreads(1)

# Names for the reader. OpenCV's own types call everything it gives back "integers or floats".
Array = NDArray[Any]
Pixels = Array  # uint8
Floats = Array  # float32
Flags = Array  # bool
Places = Array  # int32: rows and columns
Progress = Callable[[float], None]
