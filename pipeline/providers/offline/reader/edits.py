import re
from collections.abc import Iterator

from pipeline.providers.offline import plan
from pipeline.providers.offline.plan import Edit, Strength, Tone
from pipeline.providers.text import folded

from .. import vocabulary as words
from ..vocabulary import Lexicon, either, pattern, unaccented

_BREAK = re.compile(rf"[,;!?\n]|\.(?!\d)|\b(?:then|{either('rồi, sau đó, và')})\b|(?<!black )\band\b")
_POLITE, _GREYED, _A_BIT, _MUCH = map(pattern, ("polite", "greyed", "a_bit", "much"))
_CROP, _CUT_OFF, _SQUARED, _FLIP, _VERTICAL = map(pattern, ("crop", "cut_off", "squared", "flip", "vertical"))
_STRAIGHTEN, _ROTATE, _LEFTWARDS, _HALF_TURN = map(pattern, ("straighten", "rotate", "leftwards", "half_turn"))
_RESIZE, _SMALLER, _HALF, _TWICE = map(pattern, ("resize", "smaller", "half", "twice"))
_OPPOSITE_HALF = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
_SIDES = {side: pattern(side) for side in _OPPOSITE_HALF}
_LOOKS = Lexicon(words.LOOKS)
_PIXELS = re.compile(r"(?<!\d)(\d{2,5}) ?(?:px)? ?(?:x|×|\*|by) ?(\d{2,5})(?!\d)")
_RATIO = re.compile(r"(?<!\d)([1-9]\d?) ?: ?([1-9]\d?)(?!\d)")
_DEGREES, _TILT = re.compile(r"-?\d{1,4}"), re.compile(r"-?\d{1,2}(?:\.\d{1,2})?")
_PERCENT = re.compile(rf"(\bby )?(?<![\d.])(\d{{1,4}})(?:\.\d+)? ?(?:%|percent\b|{either('phần trăm')}\b)")
_WIDE, _HIGH = (
    re.compile(rf"(\d{{2,5}}) ?(?:px|pixels?)? (?:{after})\b|\b(?:{before})(?: of| to)? (\d{{2,5}})")
    for after, before in (("wide", f"width|{either('rộng')}"), ("high|tall", f"height|{either('cao')}"))
)


def parse(text: str) -> tuple[Edit, ...]:
    """In order. A clause holds one change of shape, or looks and tones."""
    found: list[Edit] = []
    for clause in clauses(text):
        if shape := _shape(clause):
            found.append(shape)
        else:
            looks = dict.fromkeys(_LOOKS.named(_GREYED.sub("black and white", clause)))
            found += [*(Tone(name=name) for name in looks), *_tones(clause)]
    return tuple(found[: plan.MAX_EDITS])


def clauses(text: str) -> Iterator[str]:
    """Folded, politeness left out."""
    for clause in _BREAK.split(folded(text)):
        yield " ".join(_POLITE.sub(" ", clause).split())


_NAMES = {  # use of a word → the word, with diacritics and without → the tone
    use: {
        spelled: name
        for name, line in tones.items()
        for word in line.split(", ")
        for spelled in (word, unaccented(word))
    }
    for use, tones in words.TONES.items()
    if use != "opposite"
}


def _rule(uses: str, text: str) -> re.Pattern[str]:
    phrases = sorted((phrase for use in uses.split(", ") for phrase in _NAMES[use]), key=len, reverse=True)
    named = words.filled(text).replace("WORD", f"(?P<word>{'|'.join(phrases)})")
    return re.compile(rf"\b(?:{named})\b")


_RULES = [(_rule(*rule), kind == "less") for kind in ("less", "more") for rule in words.TONE_RULES[kind]]
_NAMED = _NAMES["more"] | _NAMES["adjectives"] | _NAMES["nouns"] | _NAMES["vietnamese"]


def _tones(clause: str) -> list[Tone]:
    strength: Strength = "a bit" if _A_BIT.search(clause) else "much" if _MUCH.search(clause) else ""
    rest = " ".join(_MUCH.sub(" ", _A_BIT.sub(" ", clause)).split())
    found: dict[int, str] = {}  # by place in the clause
    for rule, is_less in _RULES:
        for match in rule.finditer(rest):
            name = _NAMED[match["word"]]
            found[match.start()] = words.TONES["opposite"][name] if is_less else name
        rest = rule.sub(lambda match: "|" * len(match[0]), rest)
    return [Tone(name=found[at], strength=strength) for at in sorted(found)]


def _shape(clause: str) -> Edit | None:
    if _CROP.search(clause):
        return _crop(clause)
    if _FLIP.search(clause):
        return plan.Flip(axis="vertically" if _VERTICAL.search(clause) else "horizontally")
    if _STRAIGHTEN.search(clause) and (tilt := _TILT.search(clause)):
        degrees = float(tilt[0]) * (-1 if _LEFTWARDS.search(clause) else 1)
        return plan.Straighten(tilt=max(-45.0, min(45.0, degrees))) if degrees else None
    if _ROTATE.search(clause):
        number = _DEGREES.search(clause)
        turn = int(number[0]) if number else 180 if _HALF_TURN.search(clause) else 90
        clockwise = (-turn if _LEFTWARDS.search(clause) else turn) % 360
        return plan.Rotate(degrees=clockwise) if clockwise else None
    return _resize(clause) if _RESIZE.search(clause) else None


def _crop(clause: str) -> Edit:
    if pixels := _PIXELS.search(clause):
        return _to_pixels(pixels)
    if ratio := _RATIO.search(clause):
        return plan.CropRatio(across=int(ratio[1]), down=int(ratio[2]))
    if _SQUARED.search(clause):
        return plan.CropRatio(across=1, down=1)
    side = next((side for side, pattern in _SIDES.items() if pattern.search(clause)), None)
    if side is None:
        return plan.CropTo(part="the centre")
    return plan.CropTo(part=f"the {_OPPOSITE_HALF[side] if _CUT_OFF.search(clause) else side} half")


def _to_pixels(match: re.Match[str]) -> Edit:
    width, height = plan.within((int(match[1]), int(match[2])))
    return plan.Resize(width=width, height=height)


def _resize(clause: str) -> Edit | None:
    if pixels := _PIXELS.search(clause):
        return _to_pixels(pixels)
    if wide := _WIDE.search(clause):
        return plan.Resize(width=plan.within((int(wide[1] or wide[2]), 16))[0])
    if high := _HIGH.search(clause):
        return plan.Resize(height=plan.within((16, int(high[1] or high[2])))[1])
    if percent := _PERCENT.search(clause):
        change = int(percent[2])
        if percent[1]:
            change = 100 - change if _SMALLER.search(clause) else 100 + change
        return plan.Resize(percent=min(max(change, 1), 1000))
    if _HALF.search(clause) or _SMALLER.search(clause):
        return plan.Resize(percent=50)
    return plan.Resize(percent=200) if _TWICE.search(clause) else None
