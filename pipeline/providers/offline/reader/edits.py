import re
from collections.abc import Iterator

from pipeline.providers.offline import plan
from pipeline.providers.offline.plan import Edit, Strength, Tone
from pipeline.providers.text import folded

from .. import vocabulary as words
from ..vocabulary import Lexicon, either, pattern, says, unaccented

_BREAK = re.compile(rf"[,;!?\n]|\.(?!\d)|\b(?:then|{either('rồi, sau đó, và')})\b|(?<!black )\band\b")
_NUMBER = re.compile(r"-?\d{1,4}(?:\.\d{1,2})?")
_OPPOSITE_HALF = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
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
    if says("crop", clause):
        return _crop(clause)
    if says("flip", clause):
        return plan.Flip(axis="vertically" if says("vertical", clause) else "horizontally")
    number = float(found[0]) if (found := _NUMBER.search(clause)) else None
    clockwise = -1 if says("leftwards", clause) else 1
    if says("straighten", clause) and number:
        return plan.Straighten(tilt=max(-45.0, min(45.0, clockwise * number)))
    if says("rotate", clause):
        turn = number if number is not None else 180 if says("half_turn", clause) else 90
        degrees = int(clockwise * turn) % 360
        return plan.Rotate(degrees=degrees) if degrees else None
    return _resize(clause) if says("resize", clause) else None


def _crop(clause: str) -> Edit:
    if pixels := _pixels(clause):
        return pixels
    if ratio := says("ratio", clause):
        return plan.CropRatio(across=int(ratio[1]), down=int(ratio[2]))
    if says("squared", clause):
        return plan.CropRatio(across=1, down=1)
    side = next((side for side in _OPPOSITE_HALF if says(side, clause)), None)
    if side is None:
        return plan.CropTo(part="the centre")
    return plan.CropTo(part=f"the {_OPPOSITE_HALF[side] if says('cut_off', clause) else side} half")


def _pixels(clause: str) -> Edit | None:
    if not (pixels := says("pixels", clause)):
        return None
    width, height = plan.within((int(pixels[1]), int(pixels[2])))
    return plan.Resize(width=width, height=height)


def _resize(clause: str) -> Edit | None:
    if pixels := _pixels(clause):
        return pixels
    for side in ("width", "height"):
        if found := says(side, clause):
            return plan.Resize(**{side: min(max(int(found[1] or found[2]), plan.MIN_SIDE), plan.MAX_SIDE)})
    percent = 50 if says("half", clause) or says("smaller", clause) else 200 if says("twice", clause) else None
    if found := says("percent", clause):
        change = int(found[2])
        if found[1]:
            change = 100 - change if says("smaller", clause) else 100 + change
        percent = min(max(change, 1), 1000)
    return plan.Resize(percent=percent) if percent else None
