"""A cut-out, for tools that know no alpha: behind what is clear they see the colours of the subject, and no black."""

import numpy as np
from PIL import Image

from pipeline.providers.local.tools.bands import bands, stretched
from pipeline.providers.local.tools.opencv import Pixels, cv2

_SIDE = 512  # pixels: the longest of the copy on which colours are spread


def colours_of(image: Image.Image) -> Pixels:
    """The picture's three channels; where it is clear, the colour of what is nearest and is not."""
    colours = np.array(image.convert("RGB"))
    if image.mode != "RGBA":
        return colours
    clear = np.asarray(image.getchannel("A")) == 0
    if not clear.any() or clear.all():
        return colours
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    spread = _spread(np.asarray(small))
    height, width = clear.shape
    for top, bottom in bands(height, width):
        here = clear[top:bottom]
        colours[top:bottom][here] = stretched(spread, height, width, top, bottom)[here]
    return colours


def _spread(small: Pixels) -> Pixels:
    """Four channels in, three out: for every pixel the colour of the nearest one that is mostly there."""
    alpha = small[..., 3]
    there = (alpha >= min(128, alpha.max())) & (alpha > 0)
    _, nearest = cv2.distanceTransformWithLabels(
        (~there).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[there]] = small[there][:, :3]
    return colours[nearest]
