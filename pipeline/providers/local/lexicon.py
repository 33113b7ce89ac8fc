"""Finds the painter's words in a text: any Unicode form, Vietnamese with diacritics or without."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import product

from pipeline.providers.local import words

AMBIGUOUS = frozenset(words.AMBIGUOUS.split(", "))


def key(word: str) -> str:
    """The form in which words are compared: no capitals, composed (NFC)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold())


def bare(text: str) -> str:
    """The text without diacritics: how Vietnamese is often typed."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _phrases(text: str) -> list[tuple[str, ...]]:
    return [tuple(phrase.split()) for phrase in text.split(", ") if phrase]


def _english(phrase: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield phrase
    if not phrase[-1].endswith("s"):
        yield (*phrase[:-1], phrase[-1] + "s")


def _vietnamese(phrase: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every mixture of syllables with and without diacritics, unless the bare phrase means something else too."""
    if bare(" ".join(phrase)) in AMBIGUOUS:
        yield phrase
    else:
        yield from product(*({syllable, bare(syllable)} for syllable in phrase))


def _lexicon() -> dict[tuple[str, ...], str]:
    lexicon: dict[tuple[str, ...], str] = {}
    for group in words.GROUPS:
        for name, (english, vietnamese) in group.items():
            for phrase in _phrases(f"{name}, {english}"):
                lexicon.update(dict.fromkeys(_english(phrase), name))
            for phrase in _phrases(vietnamese):
                lexicon.update(dict.fromkeys(_vietnamese(phrase), name))
                if group is words.COLOURS:  # "màu" before it makes any bare colour plain: "mau do" is red
                    lexicon.update(dict.fromkeys(product(("màu", "mau"), *((s, bare(s)) for s in phrase)), name))
    return lexicon


LEXICON = _lexicon()
LONGEST = max(map(len, LEXICON))


def _tokens(text: str) -> list[tuple[str, str]]:
    """Every word as (the person's spelling, the spelling to look up), both composed (NFC)."""
    spelled = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))
    return [(word, key(word)) for word in spelled]


def match(text: str) -> Iterator[tuple[str, str | None, bool]]:
    """Longest phrases first: (spelling, canonical name or None, does a "no" stand before it?)."""
    tokens = _tokens(text)
    keys = [lookup for _, lookup in tokens]
    at = 0
    while at < len(tokens):
        lengths = range(min(LONGEST, len(tokens) - at), 0, -1)
        length = next((n for n in lengths if tuple(keys[at : at + n]) in LEXICON), 1)
        spelling = " ".join(word for word, _ in tokens[at : at + length])
        negated = at > 0 and keys[at - 1] in words.NEGATIONS
        yield spelling, LEXICON.get(tuple(keys[at : at + length])), negated
        at += length
