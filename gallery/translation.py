"""Sentences in the language of whoever reads them, for every layer and without Django: docs/translations.md."""

from collections.abc import Callable

_translate: Callable[[str], str] = str
_language: Callable[[], str | None] = str


def install(translate: Callable[[str], str], language: Callable[[], str | None]) -> None:
    global _translate, _language
    _translate, _language = translate, language


def language() -> str:
    """Of this request, socket or message: "en" or "vi"."""
    return _language() or "en"


def _(sentence: str) -> str:
    """In the language of this request, socket or message."""
    return _translate(sentence)


def number(count: int) -> str:
    """1,000 in English, 1.000 in Vietnamese."""
    return f"{count:,}" if language() == "en" else f"{count:,}".replace(",", ".")


def N_(sentence: str) -> str:
    """Only marks a sentence of the catalogue, which `_` translates where it is shown."""
    return sentence
