"""What each provider's adapter can do, without importing it. `tests/contracts/test_abilities.py` compares the two."""

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import TypedDict

from gallery.translation import _
from pipeline.providers.base import RESOLUTIONS, STYLES, Intent
from pipeline.providers.table import CLOUDINARY, DIFFUSERS, GEMINI, IMAGES, OFFLINE, SPOKEN

_MADE: frozenset[Intent] = frozenset(intent for intent in Intent if intent is not Intent.REPLY)
_OPAQUE = _MADE - {Intent.REMOVE_BACKGROUND}


@dataclass(frozen=True)
class Abilities:
    intents: frozenset[Intent] = _OPAQUE
    masked: frozenset[Intent] = _OPAQUE  # the intents for which it respects a mask
    pictures: int = 1  # in one request
    in_words: bool = True  # whether requests may refer to them; otherwise the second picture only gives a style
    resolutions: tuple[str, ...] = ()
    styles: tuple[str, ...] = STYLES  # named styles


OF: Mapping[str, Abilities] = {
    OFFLINE: Abilities(_MADE, _MADE, pictures=2, in_words=False),
    GEMINI: Abilities(pictures=10, resolutions=RESOLUTIONS),
    IMAGES: Abilities(),
    DIFFUSERS: Abilities(),
    CLOUDINARY: Abilities(
        _MADE - {Intent.GENERATE, Intent.EDIT}, frozenset(), styles=("oil", "cartoon", "pixel", "sepia")
    ),
}


def paints_after_pictures(provider: str) -> bool:
    """Whether a new picture may be made after attached ones."""
    able = OF.get(provider)
    return able is not None and able.pictures > 1 and able.in_words


TOOLS = (Intent.ENHANCE, Intent.REMOVE_BACKGROUND, Intent.REMOVE_OBJECT)


class ForPage(TypedDict):
    tools: list[str]  # intents of the quick actions
    styles: list[str]
    part: bool  # whether a change can be limited by a mask
    pictures: int  # in one request
    together: bool  # whether several may be attached to one request
    resolutions: list[str]
    pixels: int | None  # of a new picture, at most; None: no limit but that of sizes
    makers: dict[str, str]  # what people call each provider, by its name


def for_page(providers: Mapping[str, str], pixels: Mapping[str, int]) -> ForPage:
    """`providers`: by intent. `pixels`: the most that a provider's model makes well."""
    of: dict[Intent, Abilities] = {intent: OF[providers[intent]] for intent in _MADE}
    paints, changes, styles = of[Intent.GENERATE], of[Intent.EDIT], of[Intent.STYLE_TRANSFER]
    in_words = min(each.pictures if each.in_words else 1 for each in (paints, changes))
    return {
        "tools": [tool.value for tool in TOOLS if _serves(tool, of[tool])],
        "styles": list(styles.styles) if Intent.STYLE_TRANSFER in styles.intents else [],
        "part": Intent.EDIT in changes.masked,
        "pictures": max(in_words, styles.pictures),
        "together": in_words > 1,
        "resolutions": [size for size in paints.resolutions if size in changes.resolutions],
        "pixels": pixels.get(providers[Intent.GENERATE]),
        "makers": {name: _(spoken) for name, spoken in SPOKEN.items()},
    }


def _serves(tool: Intent, abilities: Abilities) -> bool:
    """Removing an object needs a mask on the page."""
    return tool in (abilities.masked if tool is Intent.REMOVE_OBJECT else abilities.intents)
