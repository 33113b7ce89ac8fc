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
    refinement = _cut(refiner.refine(request), request)
    if refinement.intent is Intent.REPLY:
        return refinement
    what = refinement.intent, refinement.prompt, refinement.style, request.content
    refined = RefinedRequest(*what, request.has_mask, refinement.plan, request.attached, request.resolution)
    reason = _unsupported_reason(provider_for(refinement.intent), refined)
    if reason is None:
        return refinement
    nothing = replace(refinement, intent=Intent.REPLY, prompt="", width=None, height=None, plan=None)
    return replace(nothing, reply=reason, suggestions=refinement.instead)


def _unsupported_reason(provider: Provider, refined: RefinedRequest) -> str | None:
    if refined.pictures > max(1, provider.max_pictures):
        most = provider.max_pictures
        return _(ONE_PICTURE) if most == 1 else _(FEWER_PICTURES).format(most)
    if refined.resolution and refined.resolution not in provider.resolutions:
        return _(NO_RESOLUTION).format(size=refined.resolution)
    return provider.unsupported_reason(refined)


def _cut(refinement: Refinement, request: RefineRequest) -> Refinement:
    return replace(
        refinement,
        prompt=_text(refinement.prompt, MAX_LENGTHS["prompt"]),
        title=_text(refinement.title, MAX_LENGTHS["title"]),
        reply=_text(refinement.reply, MAX_LENGTHS["reply"]) if refinement.reply else None,
        style=_text(refinement.style, MAX_LENGTHS["style"]) if refinement.style else None,
        width=_side(request.width or refinement.width),
        height=_side(request.height or refinement.height),
        suggestions=_suggestions(refinement.suggestions),
        instead=_suggestions(refinement.instead),
    )


def _suggestions(suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(_suggestion(each) for each in suggestions[:MAX_SUGGESTIONS])


def _suggestion(suggestion: Suggestion) -> Suggestion:
    action = Action(suggestion.action) if suggestion.action in tuple(Action) else None
    return Suggestion(
        _text(suggestion.label, MAX_LENGTHS["label"]), _text(suggestion.content, MAX_LENGTHS["content"]), action
    )


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
