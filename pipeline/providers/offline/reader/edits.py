import re
from collections.abc import Iterator

from pydantic import TypeAdapter

from pipeline.providers.text import folded

from .. import plan
from .. import vocabulary as words
from ..plan import Edit, Strength, Tone
from ..vocabulary import Lexicon, either, pattern, says, unaccented

_BREAK = re.compile(rf"[,;!?\n]|\.(?!\d)|\b(?:then|{either('rồi, sau đó, và')})\b|(?<!black )\band\b")
_NUMBER = re.compile(r"-?\d{1,4}(?:\.\d{1,2})?")
_EDIT: TypeAdapter[Edit] = TypeAdapter(Edit)
_LOOKS = Lexicon(words.LOOKS)


def parse(text: str) -> tuple[Edit, ...]:
    """In order. A clause holds one change of shape, or looks and tones."""
    found: list[Edit] = []
    for clause in clauses(text):
        if shape := _shape(clause):
            found.append(shape)
        else:
            looks = dict.fromkeys(_LOOKS.named(pattern("greyed").sub("black and white", clause)))
            found += [*(Tone(name=name) for name in looks), *_tones(clause)]
    return tuple(found[: plan.MAX_EDITS])


def clauses(text: str) -> Iterator[str]:
    """Folded, politeness left out."""
    for clause in _BREAK.split(folded(text)):
        yield " ".join(pattern("polite").sub(" ", clause).split())


_TONES = {  # a word, without diacritics → the tone
    unaccented(word): name
    for use, tones in words.TONES.items()
    for name, line in tones.items()
    for word in line.split(", ")
    if use != "opposite"
}


def _rule(uses: str, text: str) -> re.Pattern[str]:
    phrases = ", ".join(line for use in uses.split(", ") for line in words.TONES[use].values())
    return re.compile(rf"\b(?:{words.filled(text).replace('WORD', f'(?P<word>{either(phrases)})')})\b")


_RULES = [(_rule(*rule), kind == "less") for kind in ("less", "more") for rule in words.TONE_RULES[kind]]


def _tones(clause: str) -> list[Tone]:
    strength: Strength = "a bit" if says("a_bit", clause) else "much" if says("much", clause) else ""
    rest = " ".join(pattern("much").sub(" ", pattern("a_bit").sub(" ", clause)).split())
    found: dict[int, str] = {}  # by place in the clause
    for rule, is_less in _RULES:
        for match in rule.finditer(rest):
            name = _TONES[unaccented(match["word"])]
            found[match.start()] = words.TONES["opposite"][name] if is_less else name
        rest = rule.sub(lambda match: "|" * len(match[0]), rest)
    return [Tone(name=found[at], strength=strength) for at in sorted(found)]


def _shape(clause: str) -> Edit | None:
    """Where a rule fits, its edit: a pattern's named numbers are fields, too."""
    if turned := _turned(clause):
        return turned
    for names, fields in words.SHAPES:
        found = [says(name, clause) for name in names]
        if all(found):
            said = {field: number for match in found if match for field, number in match.groupdict().items() if number}
            return _EDIT.validate_python(_allowed(clause, fields | said))
    return None


def _turned(clause: str) -> Edit | None:
    if says("crop", clause) or says("flip", clause):
        return None
    number = float(found[0]) if (found := _NUMBER.search(clause)) else None
    clockwise = -1 if says("leftwards", clause) else 1
    if says("straighten", clause) and number:
        return plan.Straighten(tilt=max(-45.0, min(45.0, clockwise * number)))
    turn = number if number is not None else 180 if says("half_turn", clause) else 90
    degrees = int(clockwise * turn) % 360
    return plan.Rotate(degrees=degrees) if says("rotate", clause) and degrees else None


def _allowed(clause: str, fields: dict[str, str | int]) -> dict[str, str | int]:
    if "width" in fields and "height" in fields:
        fields["width"], fields["height"] = plan.within((int(fields["width"]), int(fields["height"])))
    elif side := fields.keys() & {"width", "height"}:
        return {name: min(max(int(fields[name]), plan.MIN_SIDE), plan.MAX_SIDE) for name in side}
    elif "percent" in fields:
        change = int(fields["percent"])
        by = change if "by" not in fields else 100 - change if says("smaller", clause) else 100 + change
        return {"percent": min(max(by, 1), 1000)}
    return fields
