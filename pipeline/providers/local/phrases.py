"""Patterns for what people say."""

import re

from pipeline.providers.local.lexicon import bare

# How an order speaks of the whole picture, in English
IT = r"(?:it|this|that|them|(?:the|this|that|my) (?:whole )?(?:picture|image|photo))"
TURN = rf"\b(?:make|turn|render) {IT}(?: all)?(?: look)?(?: in| into)?"


def either(phrases: str) -> str:
    """A pattern for any of the phrases (longest first), each syllable with its diacritics or without."""

    def syllable(spelled: str) -> str:
        return spelled if bare(spelled) == spelled else f"(?:{spelled}|{bare(spelled)})"

    found = sorted(filter(None, phrases.split(", ")), key=len, reverse=True)
    return "(?:" + "|".join(" ".join(map(syllable, phrase.split())) for phrase in found) + ")"


def spoken(english: str, vietnamese: str) -> re.Pattern[str]:
    """Finds whole words: `english` is a pattern, `vietnamese` a list of phrases as for `either`."""
    return re.compile(rf"\b(?:{english}|{either(vietnamese)})\b")
