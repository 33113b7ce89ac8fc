"""What the offline reader says, and what it offers to be pressed."""

from gallery.translation import _
from pipeline.providers.base import Action, Suggestion

from .vocabulary import BESIDE, OFFERS, SENTENCES


def say(*names: str) -> str:
    return " ".join(_(SENTENCES[name]) for name in names)


def offers(*names: str) -> tuple[Suggestion, ...]:
    return tuple(map(_offer, names))


def _offer(name: str) -> Suggestion:
    label = _(OFFERS[name])
    return Suggestion(label, label, Action(name) if name in tuple(Action) else None)


def beside(sentence: str) -> tuple[Suggestion, ...]:
    return offers(*BESIDE.get(sentence, ()))
