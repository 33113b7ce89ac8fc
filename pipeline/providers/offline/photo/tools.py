"""Importing this loads OpenCV."""

import numpy as np
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import BadInput
from pipeline.providers.base import Intent, PictureRequest, Progress, part

from ..arrays import Flags, Pixels, enlarged
from ..networks.style import in_style_of
from ..plan import Plan
from ..sentences import say
from .background import remove_background
from .enhance import enhance
from .inpaint import remove_object, small_without
from .styles import restyle


def apply(
    request: PictureRequest, plan: Plan, image: Image.Image, mask: Image.Image | None, progress: Progress
) -> tuple[Image.Image, str | None]:
    """And the name of a sentence about it. `image`: RGB or RGBA; `mask`: L, as large. Raises `BadInput`."""
    intent, note = request.intent, None
    where = None if mask is None else np.asarray(mask)
    # In a cut-out, the black behind it shows the background.
    pixels = np.asarray(image.convert("RGB")) if intent is Intent.REMOVE_BACKGROUND else _colours(image)
    share = part(progress, 0, 0.95)
    match intent:
        case Intent.ENHANCE:
            changed = enhance(pixels, plan.steps, share)
        case Intent.REMOVE_BACKGROUND:
            changed, note = remove_background(pixels, where, share)
        case Intent.REMOVE_OBJECT if where is not None:
            changed = remove_object(pixels, where, share)
        case Intent.STYLE_TRANSFER if plan.style_of and plan.style_of < len(request.references) + 2:
            example = pictures.decode(request.references[plan.style_of - 2])
            changed = in_style_of(pixels, _colours(example), share)
        case Intent.STYLE_TRANSFER if plan.style:
            changed = restyle(pixels, plan.style, share)
        case _:
            raise BadInput(say(intent))
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


def _colours(image: Image.Image) -> Pixels:
    """Of the nearest opaque pixel, where one is transparent."""
    colours = np.asarray(image.convert("RGB"))
    clear: Flags = np.asarray(image.convert("RGBA").getchannel("A")) == 0
    if not clear.any() or clear.all():
        return colours
    return np.where(clear[..., None], enlarged(small_without(clear, colours, 512), colours), colours)
