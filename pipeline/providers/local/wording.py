"""Reads edits out of what a person says, in English or Vietnamese (with diacritics or, mostly, without)."""

import re
from collections.abc import Iterator

from pipeline.providers.local.edits import Edit
from pipeline.providers.local.lexicon import key
from pipeline.providers.local.phrases import either, spoken
from pipeline.providers.local.shape_wording import read_shape
from pipeline.providers.local.tone_wording import read_looks, read_tones

MAX_EDITS = 12  # what a person says in one breath


def parse(text: str) -> tuple[Edit, ...]:
    """The edits that the text asks for, in its order, at most MAX_EDITS; none where it asks for none. Never raises."""
    return tuple(edit for clause in clauses(text) for edit in _edits(clause))[:MAX_EDITS]


def describe(edits: tuple[Edit, ...]) -> str:
    """The edits in plain English, such as "bluer, rotate 90"; `parse` gives them back."""
    return ", ".join(edit.words() for edit in edits)


_BREAK = re.compile(rf"[,;!?\n]|\.(?!\d)|\b(?:then|{either('rồi, sau đó, và')})\b|(?<!black )\band\b")
_POLITE = spoken("please|now|again|overall", "nhé, nha, giúp tôi, giúp, hãy")


def clauses(text: str) -> Iterator[str]:
    """What is said between two breaths, in the form in which words are compared, politeness left out."""
    for clause in _BREAK.split(key(text)):
        yield " ".join(_POLITE.sub(" ", clause).split())


def _edits(clause: str) -> Iterator[Edit]:
    """A clause holds one change of shape, or looks and tones."""
    if shape := read_shape(clause):
        yield shape
    else:
        yield from read_looks(clause)
        yield from read_tones(clause)
