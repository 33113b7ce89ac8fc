"""The three stages, from values to values. Providers' answers are validated here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gallery import pictures
from gallery.errors import BadInput, ProviderDown, TooLarge
from gallery.pictures import Rendition
from gallery.translation import _
from pipeline.providers.base import (
    Action,
    Answer,
    Control,
    Intent,
    Picture,
    PictureReader,
    PictureRequest,
    Provider,
    Question,
    RefinedRequest,
    Refinement,
    Refiner,
    RefineRequest,
    Suggestion,
    Usage,
)
from pipeline.providers.text import FEWER_PICTURES, NO_RESOLUTION, ONE_PICTURE

MIN_SIDE, MAX_SIDE = 128, 2048  # pixels of a side
MAX_LENGTHS = {"prompt": 4000, "title": 60, "reply": 4000, "style": 40, "label": 120, "content": 2000}  # characters
MAX_SUGGESTIONS = 4


@dataclass(frozen=True)
class Made:
    """A picture as its provider made it. Sides in pixels."""

    data: bytes
    width: int
    height: int
    provider: str
    usage: Usage
    note: str | None
    prompt: str | None  # replaces the refinement's
    suggestions: tuple[Suggestion, ...]
    repeatable: bool


def refine(refiner: Refiner, provider_for: Callable[[Intent], Provider], request: RefineRequest) -> Refinement:
    """A validated refinement, or a reply if no provider can fulfil it."""
    read = _cut(refiner.refine(request), request)
    if read.intent is Intent.REPLY:
        return read
    what = read.intent, read.prompt, read.style, request.content
    refined = RefinedRequest(*what, request.has_mask, read.plan, request.attached, request.resolution)
    reason = _unsupported_reason(provider_for(read.intent), refined)
    if reason is None:
        return read
    nothing = replace(read, intent=Intent.REPLY, prompt="", width=None, height=None, plan=None)
    return replace(nothing, reply=reason, suggestions=read.instead)


def _unsupported_reason(provider: Provider, refined: RefinedRequest) -> str | None:
    if refined.pictures > max(1, provider.max_pictures):
        most = provider.max_pictures
        return _(ONE_PICTURE) if most == 1 else _(FEWER_PICTURES).format(most)
    if refined.resolution and refined.resolution not in provider.resolutions:
        return _(NO_RESOLUTION).format(size=refined.resolution)
    return provider.unsupported_reason(refined)


def _cut(read: Refinement, request: RefineRequest) -> Refinement:
    return replace(
        read,
        prompt=_text(read.prompt, MAX_LENGTHS["prompt"]),
        title=_text(read.title, MAX_LENGTHS["title"]),
        reply=_text(read.reply, MAX_LENGTHS["reply"]) if read.reply else None,
        style=_text(read.style, MAX_LENGTHS["style"]) if read.style else None,
        width=_side(request.width or read.width),
        height=_side(request.height or read.height),
        suggestions=_suggestions(read.suggestions),
        instead=_suggestions(read.instead),
    )


def _suggestions(read: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(_suggestion(suggested) for suggested in read[:MAX_SUGGESTIONS])


def _suggestion(read: Suggestion) -> Suggestion:
    action = Action(read.action) if read.action in tuple(Action) else None
    return Suggestion(_text(read.label, MAX_LENGTHS["label"]), _text(read.content, MAX_LENGTHS["content"]), action)


def generate(provider: Provider, request: PictureRequest, control: Control) -> Made:
    picture = provider.make(request, control)
    width, height = _size(picture)
    note = _text(picture.note, MAX_LENGTHS["reply"]) if picture.note else None
    prompt = _text(picture.prompt, MAX_LENGTHS["prompt"]) if picture.prompt else None
    suggestions = _suggestions(picture.suggestions)
    return Made(
        picture.data, width, height, picture.provider, picture.usage, note, prompt, suggestions, picture.repeatable
    )


def answer(reader: PictureReader, question: Question, control: Control) -> Answer:
    answered = reader.answer(question, control)
    return replace(answered, text=_text(answered.text, MAX_LENGTHS["reply"]))


def upload(data: bytes) -> Rendition:
    """The picture as it is stored: encoded again, with its thumbnail and placeholder."""
    return pictures.rendition(data)


def _size(picture: Picture) -> tuple[int, int]:
    try:
        return pictures.check(picture.data)
    except (BadInput, TooLarge) as error:  # the provider's fault, and so retryable
        fault = ProviderDown(_("The picture service sent something that is not a picture."))
        fault.usage = picture.usage.counted()
        raise fault from error


def _side(pixels: int | None) -> int | None:
    return None if pixels is None else max(MIN_SIDE, min(MAX_SIDE, pixels))


def _text(text: str, longest: int) -> str:
    """Without characters that a database or a page cannot hold."""
    return "".join(ch for ch in text if ch == "\n" or (ch.isprintable() and not "\ud800" <= ch <= "\udfff"))[:longest]
