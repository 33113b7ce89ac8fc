"""Requests as a pipeline makes them."""

import io
from typing import Any

from PIL import Image

from pipeline.providers.base import Intent, PictureRequest, RefineRequest

MADE: list[Intent] = [intent for intent in Intent if intent is not Intent.REPLY]
WORDS: dict[Intent, str] = dict.fromkeys(MADE, "darker") | {Intent.GENERATE: "a lake at dawn"}
SIZE = (160, 120)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def photo() -> bytes:
    return png(Image.linear_gradient("L").resize(SIZE).convert("RGB"))


def to_make(intent: Intent, **values: Any) -> PictureRequest:
    source = photo() if intent.needs_source else None
    usual = {"prompt": WORDS[intent], "content": WORDS[intent], "width": None, "height": None, "style": "oil"}
    return PictureRequest(intent, **{**usual, "seed": 2**53 - 1, "source": source, "mask": None, **values})


def to_read(content: str, **values: Any) -> RefineRequest:
    nothing = {"intent": None, "style": None, "width": None, "height": None, "has_source": False}
    return RefineRequest(content, **{**nothing, "attached": 0, "has_mask": False, "turns": (), **values})
