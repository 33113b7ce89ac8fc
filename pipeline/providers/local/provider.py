"""The offline provider: keywords, a painter, simple edits and OpenCV's tools in place of an AI, without key or network."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from gallery import pictures
from gallery.errors import BadInput
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, Refinement, RefineRequest, Wish
from pipeline.providers.local import editor, enlarging, language, painter, replies, scene
from pipeline.providers.local.edits import within
from pipeline.providers.local.sizes import USUAL
from pipeline.providers.local.tool_words import steps_of, style_of


class LocalProvider:
    name = language.PROVIDER

    def __init__(self, ai_is_connected: bool = False) -> None:
        self._ai_is_connected = ai_is_connected  # and reads what people write

    def lacks(self, wish: Wish) -> str | None:
        match wish.intent:
            case Intent.GENERATE if not scene.read(wish.prompt, wish.style).known:
                return replies.able(replies.NOT_UNDERSTOOD, wish.content, has_source=False)
            case Intent.EDIT if not editor.parse(wish.prompt) and not editor.parse(wish.content):
                return replies.needs_ai(replies.WITHIN, wish.content, self._ai_is_connected)
            case Intent.REMOVE_OBJECT if not wish.has_mask:
                return replies.lacking(wish.intent, wish.content, self._ai_is_connected)
            case Intent.STYLE_TRANSFER if style_of(wish.style, wish.prompt, wish.content) is None:
                return replies.lacking(wish.intent, wish.content, self._ai_is_connected)
        return None

    def refine(self, request: RefineRequest) -> Refinement:
        return language.refine(request)

    def size(self, intent: Intent, prompt: str, source: tuple[int, int]) -> tuple[int, int] | None:
        if intent is Intent.ENHANCE:
            return enlarging.size_after(prompt, source)
        return editor.size_after(editor.parse(prompt) if intent is Intent.EDIT else (), source)

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput` for what it `lacks` something for, and for an edit without a picture."""
        with _easel(control):
            data = _MAKERS.get(request.intent, _worked_on)(request, control)
        return Picture(data, self.name, note=_note(request))


def _note(request: PictureRequest) -> str | None:
    """What became of the size, where that is not what was asked for."""
    if not request.intent.needs_source or request.source is None:
        return None
    size = pictures.check(request.source)
    if max(within(size)) < max(size):
        return replies.SHRUNK.to(request.content)
    wished = request.intent is Intent.ENHANCE and "upscale" in steps_of(request.prompt, request.content)
    return replies.KEEPS_ITS_SIZE.to(request.content) if wished and enlarging.kept_size(size) else None


# A picture takes a whole core and up to 830 MB (a painting of 2048 × 2048): one at a time in a process.
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
    edits = editor.parse(request.prompt) or editor.parse(request.content)
    if request.source is None:
        raise BadInput("There is no picture to edit.")
    if not edits:
        raise BadInput("These words name no edit that works without an AI.")
    return editor.apply(request.source, edits, control.progress, request.mask)


def _worked_on(request: PictureRequest, control: Control) -> bytes:
    # Late: OpenCV takes memory that a worker without photographs can spare.
    from pipeline.providers.local import workshop

    return workshop.work(request, control.progress)


_MAKERS: dict[Intent, Callable[[PictureRequest, Control], bytes]] = {Intent.GENERATE: _painted, Intent.EDIT: _edited}
