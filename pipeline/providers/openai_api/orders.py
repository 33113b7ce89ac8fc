"""What a model is told, and in which size. Prompts may hold commands to a server, which nobody who chats may give."""

import json
import math
import re

from gallery import pictures
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.text import Size
from pipeline.providers.wording import LEADS, style

SERVED = frozenset(LEADS)
SEEDS = 2**31  # 32-bit numbers with a sign
STEP = 64  # pixels: every model's sides are multiples of it
MIN_PIXELS = 512 * 512  # below, models make no sensible picture
MIN_SIDE = 256  # pixels
OPENAI_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536))  # of those that take no others
SD_CPP = "sd-cpp-local"  # what stable-diffusion.cpp calls its model: it takes a seed in the prompt alone

_BLOCK = re.compile(r"<(sd_cpp_extra_args)>.*?(?:</\1>|$)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?\w+(?::[^<>]*)?>")  # such as <lora:name:1>


def words(request: PictureRequest) -> str:
    lines = [] if request.intent is Intent.GENERATE else [LEADS[request.intent]]
    lines.append(request.prompt)
    if request.style:
        lines.append(f"The style: {style(request.style)}.")
    return plain("\n\n".join(filter(None, lines)))


def plain(text: str) -> str:
    """Without commands: without stable-diffusion.cpp's options, and without any tag, as no angle bracket stays; LocalAI
    takes what follows a "|" for what the picture shall not show."""
    text = _TAG.sub(" ", _BLOCK.sub(" ", text))
    text = re.sub(r"[<>]", " ", text).replace("|", ",")
    return re.sub(r"[^\S\n]+", " ", text).strip()


def with_seed(said: str, seed: int) -> str:
    return f"{said} <sd_cpp_extra_args>{json.dumps({'seed': seed})}</sd_cpp_extra_args>"


def shape(request: PictureRequest) -> Size:
    """A change keeps its source's shape; what was chosen is cut from it."""
    if request.source is not None:
        return pictures.check(request.source)
    return request.width or 1024, request.height or 1024


def asked_size(wanted: Size, most_pixels: int) -> Size:
    """About as many pixels as wanted, in nearly the same shape, as far as models can."""
    width, height = wanted
    area = min(max(width * height, MIN_PIXELS), most_pixels)
    across = math.sqrt(area * width / height)
    sides = (max(MIN_SIDE, across), max(MIN_SIDE, area / across))
    shrink = min(1.0, math.sqrt(most_pixels / (sides[0] * sides[1])))
    found = [max(STEP, round(side * shrink / STEP) * STEP) for side in sides]
    while found[0] * found[1] > most_pixels and max(found) > STEP:
        found[found.index(max(found))] -= STEP
    return found[0], found[1]


def openai_size(wanted: Size) -> Size:
    ratio = wanted[0] / wanted[1]
    return min(OPENAI_SIZES, key=lambda size: abs(math.log(ratio * size[1] / size[0])))
