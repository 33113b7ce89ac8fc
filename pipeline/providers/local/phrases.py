"""Patterns for what people say."""

from pipeline.providers.local.lexicon import bare


def either(phrases: str) -> str:
    """A pattern for any of the phrases (longest first), each syllable with its diacritics or without."""

    def syllable(spelled: str) -> str:
        return spelled if bare(spelled) == spelled else f"(?:{spelled}|{bare(spelled)})"

    found = sorted(filter(None, phrases.split(", ")), key=len, reverse=True)
    return "(?:" + "|".join(" ".join(map(syllable, phrase.split())) for phrase in found) + ")"


# How an order speaks of the whole picture, in English
IT = r"(?:it|this|that|them|(?:the|this|that|my) (?:whole )?(?:picture|image|photo))"
TURN = rf"\b(?:make|turn|render) {IT}(?: all)?(?: look)?(?: in| into)?"
