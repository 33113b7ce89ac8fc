"""What a prompt asks the painter for: read from any text, and said again in plain English."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.providers.local import words
from pipeline.providers.local.lexicon import key, match
from pipeline.providers.local.words import PAINTABLE, PAINTABLE_VI

__all__ = ["PAINTABLE", "PAINTABLE_VI", "STYLES", "Reading", "Scene", "describe", "read"]

STYLES: tuple[str, ...] = tuple(words.STYLE)
USUAL = ("mountains", "hills", "lake")  # the land of a prompt that names none
STOP = frozenset(words.STOP.split())
WATERS = frozenset({"sea", "lake", "river"})


@dataclass(frozen=True)
class Scene:
    """Canonical English names only, as in `words`; everything the painter needs beside size and seed."""

    time: str | None = None  # None: soft light of no particular hour
    sky: frozenset[str] = frozenset()
    weather: frozenset[str] = frozenset()
    land: frozenset[str] = frozenset(USUAL)  # never empty
    colours: tuple[str, ...] = ()  # as they were named; every one once
    tones: frozenset[str] = frozenset()
    styles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    scene: Scene
    known: tuple[str, ...]  # canonical names of the words of the text (not of the style asked beside it), in order
    ignored: tuple[str, ...]  # what else it speaks of, as the person spelled it


def _content(spelling: str) -> bool:
    return key(spelling) not in STOP


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({key(name): name for name in reversed(list(names))}.values())[::-1]


def _land(known: Iterable[str], unwanted: set[str]) -> frozenset[str]:
    """The land that is named, or the usual one; what floats, lies in water or borders on it brings its water."""
    land = {name for name in known if name in words.LAND} or (set(USUAL) - unwanted) or {"meadow"}
    if land & {"island", "boat"} and not land & WATERS:
        land.add("sea" if land & {"island", "beach"} else "lake")
    if "beach" in land and not land & WATERS:
        land.add("sea")
    return frozenset(land)


def _scene(known: tuple[str, ...], unwanted: set[str], styles: frozenset[str]) -> Scene:
    def chosen(group: words.Group) -> tuple[str, ...]:
        return tuple(name for name in known if name in group)

    sky = frozenset(chosen(words.SKY))
    times = chosen(words.TIMES)
    nightly = sky & {"moon", "stars", "milky way", "aurora"}
    return Scene(
        time=times[-1] if times else "night" if nightly else None,
        sky=sky,
        weather=frozenset(chosen(words.WEATHER)),
        land=_land(known, unwanted),
        colours=chosen(words.COLOURS),
        tones=frozenset(chosen(words.TONES)),
        styles=styles or frozenset(chosen(words.STYLE)),
    )


def read(text: str, style: str | None = None) -> Reading:
    """Read any text, English or Vietnamese, with or without diacritics; never raises.

    A `style` that is known stands in place of the styles in the text; one that is not is named among the ignored.
    """
    matches = list(match(text))
    asked = list(match(style or ""))
    known = _unique(name for _, name, negated in matches if name and not negated)
    unwanted = {name for _, name, negated in matches if name and negated}
    styles = frozenset(name for _, name, _ in asked if name in words.STYLE)
    ignored = [spelling for spelling, name, _ in matches if name is None]
    ignored += [spelling for spelling, name, _ in asked if name not in words.STYLE]
    return Reading(_scene(known, unwanted, styles), known, _unique(filter(_content, ignored)))


_ARTICLE = {"mountains": "", "hills": "", "island": "an ", "stars": "", "birds": "", "aurora": "an "}
_WHEN = {"dawn": "at dawn", "day": "in daylight", "sunset": "at sunset", "dusk": "at dusk", "night": "at night"}
_WEATHER = {"clear": "a clear sky", "storm": "a storm"}


def _listed(names: Iterable[str]) -> str:
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def _in_order(group: words.Group, names: frozenset[str]) -> list[str]:
    return [name for name in group if name in names]


def _with_article(name: str) -> str:
    return _ARTICLE.get(name, "the " if name in ("sun", "moon", "milky way") else "a ") + name


def _palette(scene: Scene) -> str:
    tones = " ".join(_in_order(words.TONES, scene.tones))
    colours = _listed(scene.colours).replace("black and white", "black with white") if scene.colours else "tones"
    return f"in {tones} {colours}".replace("  ", " ")


def describe(scene: Scene) -> str:
    """The scene as an English prompt, such as "a sea and mountains at sunset, in warm orange"; `read` gives it back."""
    parts = [_listed(map(_with_article, _in_order(words.LAND, scene.land)))]
    if scene.sky:
        parts.append("under " + _listed(map(_with_article, _in_order(words.SKY, scene.sky))))
    if scene.time:
        parts.append(_WHEN[scene.time])
    if scene.weather:
        parts.append("with " + _listed(_WEATHER.get(w, w) for w in _in_order(words.WEATHER, scene.weather)))
    clauses = [" ".join(parts)]
    if scene.colours or scene.tones:
        clauses.append(_palette(scene))
    return ", ".join(clauses + _in_order(words.STYLE, scene.styles))
