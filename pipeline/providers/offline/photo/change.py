"""Changes of a picture that is there. Importing this loads OpenCV."""

import numpy as np
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import BadInput
from pipeline.providers.base import Intent, PictureRequest, Progress, part
from pipeline.providers.encoding import encoded

from ..arrays import Flags, Pixels, enlarged
from ..networks.style import in_style_of
from ..plan import Plan, enhanced_size, within
from ..sentences import say
from . import edits
from .background import part_of, remove_background
from .enhance import enhance
from .inpaint import remove_object
from .patch_match import small_without
from .styles import restyle

Changed = tuple[Image.Image, str | None]  # and the name of a sentence about it


def change(request: PictureRequest, plan: Plan, progress: Progress) -> tuple[bytes, str | None]:
    """And the name of a sentence about what came out otherwise than asked for. Raises `BadInput`."""
    if request.source is None:
        raise BadInput(say("no_picture"))
    progress(0.0)
    image, note = pictures.decode(request.source), None
    if image.size != within(image.size):
        image, note = image.resize(within(image.size), Image.Resampling.LANCZOS), "shrunk"
    if "upscale" in plan.steps and enhanced_size(plan.steps, image.size) == image.size:
        note = note or "keeps_its_size"
        plan = plan.model_copy(update={"steps": tuple(step for step in plan.steps if step != "upscale")})
    mask = pictures.decode(request.mask).convert("L").resize(image.size) if request.mask else None
    progress(0.02)
    share = part(progress, 0.02, 0.95)
    edits_it = request.intent is Intent.EDIT
    changed, about = _edited(plan, image, mask, share) if edits_it else _by_tool(request, plan, image, mask, share)
    data = encoded(changed, lambda: progress(0.95))
    progress(1.0)
    return data, about or note


def _edited(plan: Plan, image: Image.Image, mask: Image.Image | None, progress: Progress) -> Changed:
    if not plan.edits:
        raise BadInput(say("within"))
    note = None
    if plan.part and mask is None:
        mask, note = part_of(image, plan.part, part(progress, 0, 0.8))
        progress = part(progress, 0.8, 1)
    return edits.apply(plan.edits, image, mask, progress), note


def _by_tool(
    request: PictureRequest, plan: Plan, image: Image.Image, mask: Image.Image | None, progress: Progress
) -> Changed:
    """`image`: RGB or RGBA; `mask`: L, as large."""
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
