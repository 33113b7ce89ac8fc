"""The tools, for the offline provider: a picture's bytes in, the changed picture's bytes out. Importing this loads OpenCV."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import BadInput
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.local.edits import within
from pipeline.providers.local.encoding import encoded
from pipeline.providers.local.enlarging import kept_size
from pipeline.providers.local.tool_words import steps_of, style_of
from pipeline.providers.local.tools.background import remove_background
from pipeline.providers.local.tools.bands import part
from pipeline.providers.local.tools.cutout import colours_of
from pipeline.providers.local.tools.enhance import enhance
from pipeline.providers.local.tools.inpaint import remove_object
from pipeline.providers.local.tools.opencv import Pixels, Progress
from pipeline.providers.local.tools.style import restyle

Tool = Callable[[PictureRequest, Pixels, Pixels | None, Progress], Pixels]


def work(request: PictureRequest, progress: Progress) -> bytes:
    """What the tool of the request's intent makes of its source. Where there is a mask, only what is white in it changes.

    Raises `BadInput` for a picture that is missing or cannot be read, or with which the tool can do nothing.
    """
    if request.source is None:
        raise BadInput("There is no picture to work on.")
    progress(0.0)
    image = pictures.decode(request.source)
    image = image.resize(within(image.size), Image.Resampling.LANCZOS) if within(image.size) != image.size else image
    progress(0.02)
    mask = pictures.decode(request.mask).convert("L") if request.mask else None
    where = None if mask is None else np.asarray(mask.resize(image.size))
    # Whoever looks for the background of a cut-out finds it by what is black behind it.
    colours = np.asarray(image.convert("RGB")) if request.intent is Intent.REMOVE_BACKGROUND else colours_of(image)
    made = _TOOLS[request.intent](request, colours, where, part(progress, 0.03, 0.92))
    if where is not None and request.intent in _WHOLE:
        made = _only(made, colours, where)
    result = Image.fromarray(made)
    if image.mode == "RGBA":
        if request.intent is Intent.REMOVE_OBJECT and where is not None:
            result.putalpha(_filled_alpha(image, where, part(progress, 0.92, 0.95)))
        else:
            result.putalpha(_alpha(image, result))
    data = encoded(result, lambda: progress(0.95))
    progress(1.0)
    return data


def _enhanced(request: PictureRequest, colours: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    steps = steps_of(request.prompt, request.content)
    if kept_size((colours.shape[1], colours.shape[0])):
        steps = tuple(step for step in steps if step != "upscale")
    return enhance(colours, steps, progress)


def _cut_out(request: PictureRequest, colours: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    return remove_background(colours, mask, progress)


def _filled_in(request: PictureRequest, colours: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    if mask is None:
        raise BadInput("Paint over what shall go: without an AI nobody else can say where it is.")
    return remove_object(colours, mask, progress)


def _restyled(request: PictureRequest, colours: Pixels, mask: Pixels | None, progress: Progress) -> Pixels:
    style = style_of(request.style, request.prompt, request.content)
    if style is None:
        raise BadInput("These words name no style that works without an AI.")
    return restyle(colours, style, progress)


def _only(made: Pixels, before: Pixels, where: Pixels) -> Pixels:
    size = made.shape[1], made.shape[0]
    old, mask = Image.fromarray(before).resize(size), Image.fromarray(where).resize(size)
    return np.asarray(Image.composite(Image.fromarray(made), old, mask))


def _alpha(before: Image.Image, after: Image.Image) -> Image.Image:
    """What was clear stays clear."""
    old = before.getchannel("A").resize(after.size)
    return ImageChops.darker(old, after.getchannel("A")) if after.mode == "RGBA" else old


def _filled_alpha(before: Image.Image, where: Pixels, progress: Progress) -> Image.Image:
    """Where the thing stood it is as clear as around it."""
    old = before.getchannel("A")
    if old.getextrema() == (255, 255):
        return old
    filled = remove_object(np.asarray(Image.merge("RGB", (old, old, old))), where, progress)
    return Image.fromarray(filled[..., 0])


_TOOLS: dict[Intent, Tool] = {
    Intent.ENHANCE: _enhanced,
    Intent.REMOVE_BACKGROUND: _cut_out,
    Intent.REMOVE_OBJECT: _filled_in,
    Intent.STYLE_TRANSFER: _restyled,
}
_WHOLE = (Intent.ENHANCE, Intent.STYLE_TRANSFER)  # these change everything, unless a mask says where
