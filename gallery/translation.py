"""Sentences in the language of whoever reads them, for every layer: no Django here, whose translation the app
`gallery` brings in. How to write one: docs/translations.md."""

from collections.abc import Callable

_translate: Callable[[str], str] | None = None


def install(translate: Callable[[str], str]) -> None:
    global _translate
    _translate = translate


def _(sentence: str) -> str:
    """In the language of this request, socket or message."""
    return _translate(sentence) if _translate else sentence


def N_(sentence: str) -> str:
    """Only marks a sentence of the catalogue, which `_` translates where it is shown."""
    return sentence
