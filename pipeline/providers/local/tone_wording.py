"""Reads looks and tones out of a clause."""

import re
from collections.abc import Iterator

from pipeline.providers.local.edits import Look, Strength, Tone
from pipeline.providers.local.lexicon import bare
from pipeline.providers.local.phrases import TURN, either, spoken
from pipeline.providers.local.tone_words import CALLED

_A_BIT = spoken(
    "(?:just )?(?:(?:a )?(?:little )?bit|a little|a touch|a tad|slightly|somewhat)",
    "một chút, một tí, một ít, chút xíu, hơi, nhẹ",
)
_MUCH = spoken(
    "a lot|lots|much|very|way|far|really|significantly|strongly|extremely|super", "rất nhiều, nhiều, rất, hẳn, cực kỳ"
)
_LOOKS = {
    "black and white": spoken(
        rf"black (?:and|&|n) white|b ?[&/]? ?w|monochrome|gr[ae]y ?scale|{TURN} gr[ae]y",
        "đen trắng, trắng đen, đơn sắc",
    ),
    "sepia": spoken("sepia|vintage|old photo", "hoài cổ, ảnh cũ"),
    "inverted": spoken("invert|inverted|negative", "đảo màu, đảo ngược màu, âm bản"),
}


def read_looks(clause: str) -> Iterator[Look]:
    """The looks that the clause names."""
    return (Look(name) for name, pattern in _LOOKS.items() if pattern.search(clause))


def _names(field: str) -> dict[str, str]:
    """Phrase, with diacritics and without → the tone's name."""
    phrases = {phrase: name for name, called in CALLED.items() for phrase in getattr(called, field).split(", ")}
    return {spelled: name for phrase, name in phrases.items() if phrase for spelled in (phrase, bare(phrase))}


_MORE, _ADJECTIVE, _NOUN, _VIETNAMESE = map(_names, ("more", "adjectives", "nouns", "vietnamese"))
_NAMED = _MORE | _ADJECTIVE | _NOUN | _VIETNAMESE


def _rule(pattern: str, *words: dict[str, str]) -> re.Pattern[str]:
    """`pattern` with WORD standing for any of the words; `_END` and `_END_VI` keep "more red flowers" out."""
    phrases = sorted((phrase for names in words for phrase in names), key=len, reverse=True)
    named = pattern.replace("WORD", f"(?P<word>{'|'.join(phrases)})")
    return re.compile(rf"\b(?:{named})\b")


_END = r"(?! (?!tints?\b|tones?\b|colou?rs?\b|than\b|less\b|more\b)\w)"
_END_VI = rf"(?! (?!{either('hơn, lên, lại, đi, ảnh, hình, nó, bức, tấm, này')}\b)\w)"
_VI_IT = rf"(?: {either('ảnh, nó, hình, bức, tấm, tranh, màu, độ, này, cho')})*"
_LESS_RULES = (
    _rule(f"(?:less|too|not so) WORD{_END}", _ADJECTIVE, _NOUN),
    _rule("(?:reduce|lower|decrease|remove)(?: the)? WORD", _NOUN),
    _rule(f"{either('bớt, giảm, quá')}{_VI_IT} WORD{_END_VI}", _VIETNAMESE),
    _rule(f"WORD {either('quá')}", _VIETNAMESE),
    _rule(f"{either('ít')} WORD {either('hơn')}", _VIETNAMESE),
)
_MORE_RULES = (
    _rule(f"(?:more|increase|raise|boost|add|enhance|improve)(?: the| some| more)? WORD{_END}", _NOUN),
    _rule(f"(?:more|{TURN}) WORD{_END}", _ADJECTIVE),
    _rule("^WORD$", _NOUN),
    _rule("WORD", _MORE),
    _rule(f"WORD(?: {either('màu')})? {either('hơn, lên, lại')}", _VIETNAMESE),
    _rule(f"{either('làm, cho, chỉnh, tăng, thêm')}{_VI_IT} WORD{_END_VI}", _VIETNAMESE),
)


def read_tones(clause: str) -> Iterator[Tone]:
    """The tones that the clause asks for, in its order, all of one strength."""
    strength: Strength = "a bit" if _A_BIT.search(clause) else "much" if _MUCH.search(clause) else ""
    rest = " ".join(_MUCH.sub(" ", _A_BIT.sub(" ", clause)).split())
    found: dict[int, str] = {}  # where in the clause → the tone

    for rules, less in ((_LESS_RULES, True), (_MORE_RULES, False)):
        for rule in rules:
            for match in rule.finditer(rest):
                name = _NAMED[match["word"]]
                found[match.start()] = CALLED[name].opposite if less else name
            rest = rule.sub(lambda match: "|" * len(match[0]), rest)  # what is read is not read twice
    return (Tone(found[at], strength) for at in sorted(found))
