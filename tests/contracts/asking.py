"""Requests as a pipeline makes them, and somebody who hears of the progress."""

import io
import threading
from typing import Any

from PIL import Image

from gallery.errors import Interrupted
from pipeline.providers.base import Intent, PictureRequest, RefineRequest

MADE: list[Intent] = [intent for intent in Intent if intent is not Intent.REPLY]
WORDS: dict[Intent, str] = dict.fromkeys(MADE, "darker") | {Intent.GENERATE: "a lake at dawn"}
SIZE = (160, 120)


class Listener:
    """Goes on, or has the message cancelled from the start."""

    def __init__(self, cancelled: bool = False) -> None:
        self.cancelled = cancelled
        self.heard: list[float] = []
        self.drafts: list[bytes] = []

    def progress(self, fraction: float) -> None:
        self.heard.append(fraction)
        if self.cancelled:
            raise Interrupted

    billed_progress = progress

    def draft(self, data: bytes) -> None:
        self.drafts.append(data)


class Watched(Listener):
    """`moved`: once some progress was told."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = threading.Event()

    def progress(self, fraction: float) -> None:
        super().progress(fraction)
        if fraction > 0:
            self.moved.set()

    billed_progress = progress


class Patient(Listener):
    """Has enough after some beats."""

    def __init__(self, beats: int) -> None:
        super().__init__()
        self.beats = beats

    def progress(self, fraction: float) -> None:
        super().progress(fraction)
        if len(self.heard) >= self.beats:
            raise Interrupted

    billed_progress = progress


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
