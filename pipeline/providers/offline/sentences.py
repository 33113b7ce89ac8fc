"""What the offline reader says, and what it offers to be pressed."""

from gallery.translation import _
from pipeline.providers.base import Action, Suggestion

from .vocabulary import BESIDE, OFFERS, SENTENCES


def say(*names: str) -> str:
    return " ".join(_(SENTENCES[name]) for name in names)


def button(words: str, action: Action | None = None) -> Suggestion:
    return Suggestion(words, words, action)


def offers(*names: str) -> tuple[Suggestion, ...]:
    return tuple(button(_(OFFERS[name]), Action(name) if name in tuple(Action) else None) for name in names)


def beside(sentence: str) -> tuple[Suggestion, ...]:
    return offers(*BESIDE.get(sentence, ()))
