"""What a text asks the painter for, and a scene in plain words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gallery.translation import language
from pipeline.providers.base import Turn
from pipeline.providers.text import folded

from .. import vocabulary as words
from ..plan import Scene, in_words, restored
from ..vocabulary import Lexicon, Match
from .edits import parse

LEXICON = Lexicon(*words.SCENE, words.STYLES)
PLACES = words.LAND.keys() | words.SCENERY.keys()
CIRCUMSTANCES = words.TIMES.keys() | words.SKY.keys() | words.WEATHER.keys()
PAINTED = words.LAND.keys() | CIRCUMSTANCES
HUES = words.COLOURS.keys() | words.MOODS.keys()
WATERS = frozenset({"sea", "lake", "river"})
_ORDERS, _PRONOUNS = map(words.listed, ("orders", "pronouns"))


@dataclass(frozen=True)
class Reading:
    scene: Scene
    known: tuple[str, ...]  # of the scene, in order, each once
    ignored: tuple[str, ...]  # as the person spelled it
    has_subject: bool  # not a mere colour or style
    unwanted: frozenset[str]
    unknown: str | None  # that cannot be painted: "a red car"
    offered: Scene  # with the colours of what cannot be painted


def read(text: str, style: str | None = None) -> Reading:
    """A known `style` replaces the text's."""
    found = list(LEXICON.match(text))
    left_out = [match for match in found if match.is_unknown or _belongs_to_unknown(found, match)]
    asked = [match for match in LEXICON.match(style or "") if match.name or match.is_unknown]
    styles = [match.name for match in asked if match.name in words.STYLES]
    unwanted = frozenset(match.name for match in found if match.name and match.negated)
    wanted = [match for match in found if match.name and not match.negated]
    known = _names(match for match in wanted if match not in left_out)
    ignored = [match.spelling for match in (*left_out, *asked) if match.name not in words.STYLES]
    return Reading(
        scene=_scene(known, unwanted, styles),
        known=known,
        ignored=tuple({folded(spelling): spelling for spelling in reversed(ignored)}.values())[::-1],
        has_subject=_has_subject(found, known),
        unwanted=unwanted,
        unknown=_first_unknown(found, left_out),
        offered=_scene(_names(wanted), unwanted, styles),
    )


def _names(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.name for match in matches if match.name))


def _belongs_to_unknown(found: Sequence[Match], hue: Match) -> bool:
    """A colour of the next word or, after "in", of the one before; in Vietnamese always of the one before."""
    if hue.name not in HUES:
        return False
    before, after = found[: found.index(hue)], found[found.index(hue) + 1 :]
    owners = [other for other in after if hue.is_english and _is_thing(other) and other.phrase == hue.phrase]
    worn = any(other.key == "in" and other.phrase == hue.phrase for other in before)
    if worn or not hue.is_english:
        owners += [other for other in before[::-1] if _is_thing(other) and other.clause == hue.clause]
    return bool(owners) and owners[0].is_unknown


def _is_thing(match: Match) -> bool:
    return match.is_unknown or bool(match.name and match.name not in HUES)


def _has_subject(found: Sequence[Match], known: Collection[str]) -> bool:
    """A land; or an hour, a weather, a star that is not only the place of something unknown, which Vietnamese puts
    before it."""
    unknown_in: int | None = None  # since the last order
    for match in found:
        if match.key in _ORDERS:
            unknown_in = None
        elif match.is_unknown and unknown_in is None:
            unknown_in = match.phrase
        elif unknown_in is not None and not (match.is_english and match.phrase == unknown_in):
            continue
        elif match.name in CIRCUMSTANCES and not match.negated:
            return True
    return not PLACES.isdisjoint(known)


def _first_unknown(found: Sequence[Match], left_out: Collection[Match]) -> str | None:
    """With article and colours, without a verb."""
    alike = groupby(found, lambda match: (match in left_out, match.phrase))
    groups = [[], *(list(group) for _, group in alike), []]
    for before, group, after in zip(groups, groups[1:], groups[2:], strict=False):
        is_order = bool(after) and after[0].key in _PRONOUNS
        if group[0] not in left_out or is_order:
            continue
        spelled = [match.spelling for match in group]
        while len(spelled) > 1 and spelled[-1].endswith("ing"):
            spelled.pop()
        has_article = bool(before) and before[-1].key in words.ARTICLES
        return f"{before[-1].key} {' '.join(spelled)}" if has_article else f"“{' '.join(spelled)}”"
    return None


def _scene(known: Sequence[str], unwanted: Collection[str], styles: Collection[str | None]) -> Scene:
    named = {field: [name for name in known if name in group] for field, group in words.FIELDS.items()}
    land = set(named["land"]) or {name for name in words.USUAL_LAND if name not in unwanted} or {"meadow"}
    if land & {"island", "boat", "beach"} and not land & WATERS:  # these bring their water
        land.add("sea" if land & {"island", "beach"} else "lake")
    nightly = ["night"] if {"moon", "stars", "milky way", "aurora"}.intersection(named["sky"]) else [None]
    time = [*nightly, *named.pop("time")][-1]
    return Scene.model_validate(named | {"time": time, "land": land, "styles": set(styles) or named["styles"]})


def describe(scene: Scene) -> str:
    """`read` gives the scene back."""
    land = _listed(words.SAID.get(name, f"a {name}") for name in _in_order(words.LAND, scene.land))
    tinted = ""
    if scene.colours or scene.moods:
        colours = _listed(scene.colours).replace("black and white", "black with white") or "tones"
        tinted = ", in " + " ".join([*_in_order(words.MOODS, scene.moods), colours])
    return land + _around(scene) + tinted + _in_style(scene)


def landscape_like(scene: Scene) -> str:
    """ "A red landscape at night", in the language of the answer."""
    if language() != "vi":
        colours = _listed(scene.colours).replace("black and white", "white and black")
        like = " ".join(filter(None, [*_in_order(words.MOODS, scene.moods), colours, "landscape"]))
        return f"{'an' if like[0] in 'aeiou' else 'a'} {like}{_around(scene)}{_in_style(scene)}"
    parts = ["phong cảnh"]
    for before, group, names in (
        ("màu", words.COLOURS, scene.colours),
        ("tông", words.MOODS, scene.moods),
        ("lúc", words.TIMES, filter(None, [scene.time])),
        ("có", words.SKY, scene.sky),
        ("với", words.WEATHER, scene.weather),
        ("kiểu", words.STYLES, scene.styles),
    ):
        called = [group[name].partition("|")[2].split(",")[0].strip() for name in names]
        parts += [f"{before} {' và '.join(called)}"] if called else []
    return " ".join(parts)


def _around(scene: Scene) -> str:
    sky = _listed(words.SAID.get(name, f"a {name}") for name in _in_order(words.SKY, scene.sky))
    weather = _listed(words.SAID[name] for name in _in_order(words.WEATHER, scene.weather))
    when = f" {words.SAID[scene.time]}" if scene.time else ""
    return (f" under {sky}" if sky else "") + when + (f" with {weather}" if weather else "")


def _in_style(scene: Scene) -> str:
    return "".join(f", {words.SAID.get(name, name)}" for name in _in_order(words.STYLES, scene.styles))


def _listed(names: Iterable[str]) -> str:
    *rest, last = list(names) or [""]
    return f"{', '.join(rest)} and {last}" if rest else last


def _in_order(group: words.Group, names: Collection[str]) -> list[str]:
    return [name for name in group if name in names]


def last_scene(turns: Sequence[Turn]) -> Scene | None:
    for turn in reversed(turns):
        prompt, plan = turn.refined_prompt if turn.showed_picture else None, restored(turn.plan)
        if prompt and plan and plan.scene:
            return plan.scene
        if prompt and not plan and in_words(parse(prompt)) != prompt:
            reading = read(prompt)
            return reading.scene if reading.has_subject else None
    return None


def changed(old: Scene, text: str, style: str | None) -> Scene:
    """Where both cannot be, the text wins."""
    reading = read(text, style)
    named = [*reading.known, *filter(None, [reading.scene.time])]
    gone = reading.unwanted.union(*(words.CLASHES.get(name, ()) for name in named))
    for group in (words.COLOURS, words.LAND) if words.says("instead", text) else (words.COLOURS,):
        gone |= frozenset() if group.keys().isdisjoint(named) else group.keys()
    kept = [name for name in (*filter(None, [old.time]), *old.sky, *old.weather, *old.land) if name not in gone]
    kept += [name for name in (*old.colours, *old.moods, *old.styles) if name not in gone]
    return _scene([*kept, *named], gone, reading.scene.styles)
