"""What kind of request it is, and the parts of it that are no scene."""

import re
from typing import Literal, get_args

from pipeline.providers.base import STYLES, Intent
from pipeline.providers.text import MAX_SIDE, Size, allowed_side, folded

from .. import vocabulary as words
from ..plan import Edit
from ..vocabulary import Lexicon, listed, pattern, says
from .edits import clauses, parse
from .scenes import LEXICON, PAINTED

Command = Literal["undo", "more", "delete", "download", "surprise"]
_TOOLS = (Intent.ENHANCE, Intent.REMOVE_BACKGROUND, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER)
_SHAPES = {"square": (1024, 1024), "portrait": (768, 1024), "panorama": (1536, 640), "wide": (1280, 720)}
_STYLE_WORDS = Lexicon({name: words.STYLES[name] for name in STYLES})
_AROUND_STYLE = listed("around_style")
_STEP_WORDS = Lexicon(words.STEPS)


def command(text: str) -> Command | None:
    """About the studio, not about a picture. Only where nothing else is said: "more blue" is another request."""
    said = " ".join(pattern("courtesy").sub(" ", folded(text)).split()).strip(" .,;!?…")
    return next((name for name in get_args(Command) if pattern(name).fullmatch(said)), None)


def tool_asked_for(text: str) -> Intent | None:
    for clause in clauses(text):
        clause = pattern("dont").sub(" ", clause)
        if not parse(clause):
            for intent in _TOOLS:
                if says(intent, clause):
                    return intent
    return None


def seen_in(text: str) -> list[str]:
    return [match.spelling for match in LEXICON.match(text) if match.name in PAINTED]


def asks_for_change(text: str) -> bool:
    names_land = any(match.name in words.LAND for match in LEXICON.match(text))
    return bool(says("changes", text) or (says("may_change", text) and not names_land))


def style_of(*texts: str | None) -> str | None:
    """The first that is named; None where another is described."""
    for text in filter(None, texts):
        if says("other_style", folded(text)):
            return None
        if named := _STYLE_WORDS.named(text):
            return named[0]
    return None


def style_picture(text: str) -> int | None:
    """ "In the style of picture 2": its number."""
    found = says("style_of", folded(text))
    return max(2, *map(int, re.findall(r"\d+", found[0]))) if found else None


def restyles(text: str) -> bool:
    """ "Pop art poster, please" does; "a lake in watercolour" and "a cat sketch" are new pictures."""
    if style_of(text) is None or seen_in(text):
        return False
    others = [match.key for match in _STYLE_WORDS.match(text) if not match.name]
    return bool(says("restyles", text)) or _AROUND_STYLE.issuperset(others)


def part_of(text: str) -> Literal["background", "subject"] | None:
    if not says("one_part", folded(text)):
        return None
    return "subject" if says("subject", folded(text)) else "background"


def edits_of(text: str) -> tuple[Edit, ...]:
    """Of the whole, or of the part that `part_of` says."""
    return parse(pattern("one_part").sub(" ", folded(text)))


def without_left_out(text: str) -> str:
    return pattern("not_taken").sub(lambda left: " " if _left_out(left[0]) else left[0], folded(text))


def steps_of(*texts: str | None) -> tuple[str, ...]:
    for text in filter(None, texts):
        named = _STEP_WORDS.named(without_left_out(text))
        left_out = {name for left in pattern("not_taken").finditer(folded(text)) for name in _left_out(left[0])}
        if named or left_out:
            return tuple(name for name in words.STEPS if (name in named if named else name not in left_out))
    return ()


def _left_out(text: str) -> list[str]:
    return _STEP_WORDS.named(text) + (["upscale"] if says("size", text) else [])


def size_in(text: str) -> tuple[Size | None, str]:
    """Of a new picture, and the rest of the words."""
    for name, longest in (("pixels", None), ("proportions", 1024)):
        if found := says(name, text):
            across, down = map(int, re.findall(r"\d+", found[0]))
            factor = longest / max(across, down) if longest else min(1, MAX_SIDE / max(across, down, 1))
            return (allowed_side(across * factor), allowed_side(down * factor)), pattern(name).sub(" ", text)
    for name, size in _SHAPES.items():
        if says(name, text):
            return size, pattern(name).sub(" ", text)
    return None, text
