import re
from typing import Literal

from pipeline.providers.base import STYLES, Intent
from pipeline.providers.offline.plan import Edit
from pipeline.providers.text import folded

from .. import vocabulary as words
from ..vocabulary import Lexicon, listed, pattern
from .edits import clauses, parse
from .scenes import LEXICON, PAINTED

CREATES, OF_IT, SAYS_IT, REDRAWS = map(pattern, ("creates", "of_it", "says_it", "redraws"))
GREETS, ASKS, CHANGES, MAY_CHANGE = map(pattern, ("greets", "asks", "changes", "may_change"))
_ONE_PART, _SUBJECT = pattern("one_part"), pattern("subject")
STYLE_OF = pattern("style_of")
_RESTYLES, _OTHER_STYLE = pattern("restyles"), pattern("other_style")
_DONT, _NOT_TAKEN, _SIZE = map(pattern, ("dont", "not_taken", "size"))
_TOOLS = (Intent.ENHANCE, Intent.REMOVE_BACKGROUND, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER)
_ASKED_FOR = {intent: pattern(intent) for intent in _TOOLS}
_STYLE_WORDS = Lexicon({name: words.STYLES[name] for name in STYLES})
_AROUND_STYLE = listed("around_style")
_STEP_WORDS = Lexicon(words.STEPS)


def tool_asked_for(text: str) -> Intent | None:
    for clause in clauses(text):
        clause = _DONT.sub(" ", clause)
        if not parse(clause):
            for intent, asks in _ASKED_FOR.items():
                if asks.search(clause):
                    return intent
    return None


def seen_in(text: str) -> list[str]:
    return [match.spelling for match in LEXICON.match(text) if match.name in PAINTED]


def style_of(*texts: str | None) -> str | None:
    """The first that is named; None where another is described."""
    for text in filter(None, texts):
        if _OTHER_STYLE.search(folded(text)):
            return None
        if named := _STYLE_WORDS.named(text):
            return named[0]
    return None


def part_of(text: str) -> Literal["background", "subject"] | None:
    if not _ONE_PART.search(folded(text)):
        return None
    return "subject" if _SUBJECT.search(folded(text)) else "background"


def edits_of(text: str) -> tuple[Edit, ...]:
    """Of the whole, or of the part that `part_of` says."""
    return parse(_ONE_PART.sub(" ", folded(text)))


def style_picture(*texts: str | None) -> int | None:
    """ "In the style of picture 2": its number."""
    for text in filter(None, texts):
        if found := STYLE_OF.search(folded(text)):
            return max(2, int(number[0])) if (number := re.search(r"\d+", found[0])) else 2
    return None


def restyles(text: str) -> bool:
    """ "Pop art poster, please" does; "a lake in watercolour" and "a cat sketch" are new pictures."""
    if style_of(text) is None or seen_in(text):
        return False
    others = [match.key for match in _STYLE_WORDS.match(text) if not match.name]
    return bool(_RESTYLES.search(text)) or _AROUND_STYLE.issuperset(others)


def without_left_out(text: str) -> str:
    return _NOT_TAKEN.sub(lambda left: " " if _left_out(left[0]) else left[0], folded(text))


def steps_of(*texts: str | None) -> tuple[str, ...]:
    for text in filter(None, texts):
        named = _STEP_WORDS.named(without_left_out(text))
        left_out = {name for left in _NOT_TAKEN.finditer(folded(text)) for name in _left_out(left[0])}
        if named or left_out:
            return tuple(name for name in words.STEPS if (name in named if named else name not in left_out))
    return ()


def _left_out(text: str) -> list[str]:
    return _STEP_WORDS.named(text) + (["upscale"] if _SIZE.search(text) else [])
