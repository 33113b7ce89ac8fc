"""The offline provider: keywords, a painter and simple edits in place of an AI. It needs no key and no network."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from gallery.errors import BadInput
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, Refinement, RefineRequest, Wish
from pipeline.providers.local import editor, language, painter, replies, scene
from pipeline.providers.local.sizes import USUAL

_MADE = (Intent.GENERATE, Intent.EDIT)


class LocalProvider:
    name = language.PROVIDER

    def __init__(self, ai_is_connected: bool = False) -> None:
        self._ai_is_connected = ai_is_connected  # and reads what people write

    def lacks(self, wish: Wish) -> str | None:
        if wish.intent is Intent.EDIT and not editor.parse(wish.prompt):
            reason = replies.WITHIN
        elif wish.intent in _MADE:
            return None
        else:
            reason = replies.NEEDS_AI[wish.intent]
        return replies.needs_ai(reason, wish.content, self._ai_is_connected)

    def refine(self, request: RefineRequest) -> Refinement:
        return language.refine(request)

    def size(self, intent: Intent, prompt: str, source: tuple[int, int]) -> tuple[int, int]:
        return editor.size_after(editor.parse(prompt), source)

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for an intent it does not serve, and for an edit without a picture or words for it."""
        if request.intent not in _MADE:
            raise BadInput("This needs an AI, and none is connected.")
        with _easel(control):
            picture = _painted(request, control) if request.intent is Intent.GENERATE else _edited(request, control)
        return Picture(picture, self.name)


# A picture takes a whole core and, at 2048 × 2048, up to 830 MB: one at a time in a process.
_turn = threading.Lock()


@contextmanager
def _easel(control: Control) -> Iterator[None]:
    """Wait for one's turn, and hear meanwhile that the message was cancelled."""
    while not _turn.acquire(timeout=0.2):
        control.progress(0.0)
    try:
        yield
    finally:
        _turn.release()


def _painted(request: PictureRequest, control: Control) -> bytes:
    reading = scene.read(request.prompt, request.style)
    width, height = request.width or USUAL[0], request.height or USUAL[1]
    pixels = painter.paint(reading.scene, width, height, request.seed, control.progress)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)  # encoded again, and well, when it is stored
    return buffer.getvalue()


def _edited(request: PictureRequest, control: Control) -> bytes:
    edits = editor.parse(request.prompt)
    if request.source is None:
        raise BadInput("There is no picture to edit.")
    if not edits:
        raise BadInput("These words name no edit that works without an AI.")
    return editor.apply(request.source, edits, control.progress, request.mask)
