"""Importing this loads OpenCV."""

import numpy as np
from PIL import Image, ImageChops

from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import Intent, Progress, part
from pipeline.providers.offline.plan import Plan, fits_twice

from ..networks.style import in_style_of
from ..tiles import Flags, Pixels, shrunk, stretched, tiles, to_bytes
from .background import remove_background
from .enhance import enhance
from .inpaint import remove_object
from .patch_match import diffused, reduced
from .styles import restyle


def apply(
    intent: Intent,
    plan: Plan,
    image: Image.Image,
    mask: Image.Image | None,
    example: Image.Image | None,
    progress: Progress,
) -> tuple[Image.Image, str | None]:
    """And the name of a sentence about it. `image`: RGB or RGBA; `mask`: L, as large; `example`: of a style. Raises
    `BadInput`."""
    where = None if mask is None else np.asarray(mask)
    # In a cut-out, the black behind it shows the background.
    pixels = np.asarray(image.convert("RGB")) if intent is Intent.REMOVE_BACKGROUND else _colours(image)
    if example is not None and plan.style_of:
        changed, note = _like(pixels, _colours(example), part(progress, 0, 0.95)), None
    else:
        changed, note = _made(intent, plan, pixels, where, part(progress, 0, 0.95))
    made = Image.fromarray(changed)
    if mask and intent in (Intent.ENHANCE, Intent.STYLE_TRANSFER):  # these change everything
        old = Image.fromarray(pixels).resize(made.size)
        made = Image.composite(made, old, mask.resize(made.size))
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        if intent is Intent.REMOVE_OBJECT and where is not None and alpha.getextrema() != (255, 255):
            planes = np.asarray(Image.merge("RGB", (alpha, alpha, alpha)))
            alpha = Image.fromarray(remove_object(planes, where, part(progress, 0.95, 1))[..., 0])
        alpha = alpha.resize(made.size)
        made.putalpha(ImageChops.darker(alpha, made.getchannel("A")) if made.mode == "RGBA" else alpha)
    return made, note


def _made(
    intent: Intent, plan: Plan, pixels: Pixels, mask: Pixels | None, progress: Progress
) -> tuple[Pixels, str | None]:
    match intent:
        case Intent.ENHANCE:
            doubles = fits_twice(pixels.shape[:2])
            return enhance(pixels, [step for step in plan.steps if step != "upscale" or doubles], progress), None
        case Intent.REMOVE_BACKGROUND:
            return remove_background(pixels, mask, progress)
        case Intent.REMOVE_OBJECT if mask is not None:
            return remove_object(pixels, mask, progress), None
        case Intent.REMOVE_OBJECT:
            raise BadInput(_("Paint over what shall go: without an AI nobody else can say where it is."))
        case _ if plan.style:
            return restyle(pixels, plan.style, progress), None
    raise BadInput(_("These words name no style that works without an AI."))


def _like(pixels: Pixels, example: Pixels, progress: Progress) -> Pixels:
    made = in_style_of(pixels, example, progress)
    if made is None:
        raise BadInput(_("The small neural network that paints in another picture's style is not installed here."))
    return made


def _colours(image: Image.Image) -> Pixels:
    """Of the nearest opaque pixel, where one is transparent."""
    colours = np.array(image.convert("RGB"))
    if image.mode != "RGBA":
        return colours
    clear: Flags = np.asarray(image.getchannel("A")) == 0
    if not clear.any() or clear.all():
        return colours
    height, width = clear.shape
    filled = diffused(*reduced(colours, clear, shrunk(colours, 512).shape[:2]))
    for top, bottom in tiles(height, width):
        here = clear[top:bottom]
        colours[top:bottom][here] = to_bytes(stretched(filled, height, width, top, bottom))[here]
    return colours
