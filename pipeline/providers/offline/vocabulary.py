"""The words of `words.toml`, in any Unicode form, Vietnamese also without diacritics."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product, takewhile
from pathlib import Path

from pipeline.providers.text import folded

Group = dict[str, str]  # name → "English phrases | Vietnamese phrases"


_WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
FIELDS = ("time", "sky", "weather", "land", "colours", "moods", "styles")  # of a scene
SCENE: dict[str, Group] = {field: _WORDS[field] for field in FIELDS}
TIMES, SKY, WEATHER, LAND, COLOURS, MOODS, STYLES = SCENE.values()
SCENERY, STEPS = _WORDS["scenery"], _WORDS["steps"]
LOOKS = {name: STYLES[name] for name in ("black and white", "sepia")} | _WORDS["looks"]
TONES: dict[str, Group] = _WORDS["tones"]  # how a phrase is used → the tone's name → phrases, without Vietnamese ones
TONE_RULES: dict[str, list[list[str]]] = _WORDS["tone_rules"]
SHAPES: list[tuple[list[str], dict[str, str | int]]] = _WORDS["shapes"]["rules"]
SAID: dict[str, str] = _WORDS["said"]
CLASHES: dict[str, list[str]] = _WORDS["clashes"]
SURPRISES: list[str] = _WORDS["surprises"]["scenes"]
SENTENCES: dict[str, str] = _WORDS["sentences"]
BESIDE: dict[str, list[str]] = _WORDS["beside"]
OFFERS: dict[str, str] = _WORDS["offers"]
USUAL_LAND = ("mountains", "hills", "lake")


def _phrases(line: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in line.split(",") if phrase.strip()]


def listed(name: str) -> frozenset[str]:
    return frozenset(_phrases(_WORDS["lists"][name]))


def unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def either(phrases: str) -> str:
    def syllable(spelled: str) -> str:
        return spelled if unaccented(spelled) == spelled else f"(?:{spelled}|{unaccented(spelled)})"

    found = sorted(_phrases(phrases), key=len, reverse=True)
    return "(?:" + "|".join(" ".join(map(syllable, phrase.split())) for phrase in found) + ")"


def filled(text: str) -> str:
    def fill(hole: re.Match[str]) -> str:
        return f"(?:{_source(hole[1].lower())})" if hole[1].isupper() else either(hole[1])

    return re.sub(r"(?<!\?P)<([^<>!=]+)>", fill, text)


def _source(name: str) -> str:
    *english, vietnamese = _WORDS["patterns"][name]
    return filled("|".join(english)) + (f"|{either(vietnamese)}" if vietnamese else "")


@cache
def pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_source(name)})\b", re.IGNORECASE)


def says(name: str, text: str) -> re.Match[str] | None:
    return pattern(name).search(text)


AMBIGUOUS, STOP, THINGS = map(listed, ("ambiguous", "stop", "things"))
NEGATIONS, PREPOSITIONS, ARTICLES, INDEFINITE = map(listed, ("negations", "prepositions", "articles", "indefinite"))
OR, AND, ADJECTIVES = map(listed, ("or", "and", "adjectives"))
HUES = COLOURS.keys() | MOODS.keys()
_BEFORE_NEGATED = ARTICLES | listed("before_negated")
_TOKEN = re.compile(r"[^\W_]+|[,;:.!?\n]")


@dataclass(frozen=True, eq=False)
class Match:
    spelling: str  # the person's
    key: str  # folded
    name: str | None  # the vocabulary's
    is_english: bool
    negated: bool  # by a "no"
    clause: int  # between two marks of punctuation, from 0
    phrase: int  # and between two prepositions
    is_unknown: bool  # neither a name nor one of STOP

    @property
    def describes(self) -> bool:
        return self.name in HUES or self.key in ADJECTIVES


class Lexicon:
    def __init__(self, *groups: Group) -> None:
        self._names: dict[str, str | None] = dict.fromkeys(STOP | THINGS)
        self._english: set[str] = set()
        for group in groups:
            for name, line in group.items():
                english, vietnamese = (_phrases(half) for half in f"{name}, {line}|".split("|")[:2])
                english += [f"{phrase}s" for phrase in english if not phrase.endswith("s")]
                self._english.update(english)
                spelled = [form for phrase in vietnamese for form in _spellings(phrase, group is COLOURS)]
                self._names |= dict.fromkeys([*english, *spelled], name)
        self._longest = max(len(phrase.split()) for phrase in self._names)

    def match(self, text: str) -> Iterator[Match]:
        """The longest phrase wins; none across punctuation."""
        tokens = _TOKEN.findall(unicodedata.normalize("NFC", text))
        keys = [folded(token) for token in tokens]
        at = clause = phrase = 0
        last: Match | None = None  # of this clause, that is a name or unknown
        while at < len(tokens):
            lengths = range(min(self._longest, len(tokens) - at), 0, -1)
            length = next((n for n in lengths if " ".join(keys[at : at + n]) in self._names), 1)
            key = " ".join(keys[at : at + length])
            if key.isalnum() or length > 1:
                phrase += key in PREPOSITIONS
                negated, spelling = _is_negated(keys[:at], last), " ".join(tokens[at : at + length])
                name, is_english = self._names.get(key), key in self._english
                is_unknown = not (name or key in STOP or key.isdecimal())
                match = Match(spelling, key, name, is_english, negated, clause, phrase, is_unknown)
                yield match
                last = match if name or is_unknown else last
            else:
                clause, phrase, last = clause + 1, phrase + 1, None
            at += length

    def named(self, text: str) -> list[str]:
        return [match.name for match in self.match(text) if match.name]


def _is_negated(before: list[str], last: Match | None) -> bool:
    """In "no dark clouds or birds" both are; in "no clouds and a boat" the boat is not."""
    between = list(takewhile(_BEFORE_NEGATED.__contains__, reversed(before)))
    word = before[-len(between) - 1] if len(before) > len(between) else ""
    if last is None or not last.negated or word in NEGATIONS:
        return word in NEGATIONS
    joins = OR if INDEFINITE.intersection(between) else OR | AND
    described = last.describes and last.is_english and word == last.key.split()[-1]
    return ARTICLES.issuperset(between) and (word in joins or described)


def _spellings(phrase: str, is_colour: bool) -> Iterator[str]:
    """Without diacritics too, unless that means something else; "mau do" is plainly a colour."""
    syllables = [{syllable, unaccented(syllable)} for syllable in phrase.split()]
    yield phrase
    if unaccented(phrase) not in AMBIGUOUS:
        yield from map(" ".join, product(*syllables))
    if is_colour:
        yield from map(" ".join, product(("màu", "mau"), *syllables))
