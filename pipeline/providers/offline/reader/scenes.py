"""What a text asks the painter for, and a scene in plain words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from textwrap import shorten

from gallery.translation import language
from pipeline.providers.base import Turn
from pipeline.providers.text import folded

from .. import vocabulary as words
from ..plan import Scene, in_words, restored
from ..vocabulary import Lexicon, Match
from .edits import parse

LEXICON = Lexicon(*words.SCENE.values(), words.SCENERY)
PLACES = words.LAND.keys() | words.SCENERY.keys()
CIRCUMSTANCES = words.TIMES.keys() | words.SKY.keys() | words.WEATHER.keys() | {"autumn"}
PAINTED = words.LAND.keys() | CIRCUMSTANCES
WATERS = frozenset({"sea", "lake", "river"})
MAX_NAME = 60  # characters, of what cannot be painted
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
    found = list(LEXICON.match(_with_negations(text)))
    left_out = [match for match in found if match.is_unknown or _belongs_to_unknown(found, match)]
    asked = list(LEXICON.match(style or ""))
    styles = [match.name for match in asked if match.name in words.STYLES]
    no_styles = [match for match in asked if match.is_unknown or (match.name and match.name not in words.STYLES)]
    groups = _neighbours(found, left_out)
    ignored = [_spelled(group) for group in (*groups, *_neighbours(asked, no_styles))]
    unwanted = frozenset(m.name for m in found if m.name and m.negated and not _is_part_of_next(found, m))
    wanted = [match for match in found if match.name and not match.negated]
    known = _names(match for match in wanted if match not in left_out)
    return Reading(
        scene=_scene(known, unwanted, styles),
        known=known,
        ignored=tuple({folded(spelling): spelling for spelling in reversed(ignored)}.values())[::-1],
        has_subject=_has_subject(found, left_out, known),
        unwanted=unwanted,
        unknown=_first_unknown(found, groups),
        offered=_scene(_names(wanted), unwanted, styles),
    )


def _with_negations(text: str) -> str:
    """ "Replace the lake with a sea" is "without the lake, a sea"; "remove the boat" is "without the boat"."""
    text = words.pattern("remove_object").sub("without", words.pattern("instead_of").sub("without", text))
    return words.pattern("replaced").sub(r"without \g<gone>,", text)


def _names(matches: Iterable[Match]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.name for match in matches if match.name))


def _neighbours(found: Sequence[Match], chosen: Sequence[Match]) -> list[list[Match]]:
    """The chosen ones: those together that nothing parts, no preposition either."""
    alike = groupby(found, lambda match: (match in chosen, match.phrase))
    return [list(group) for (is_chosen, _), group in alike if is_chosen]


def _spelled(group: Iterable[Match]) -> str:
    return shorten(" ".join(match.spelling for match in group), MAX_NAME, placeholder="…")


def _belongs_to_unknown(found: Sequence[Match], match: Match) -> bool:
    """A colour or an adjective of the next word or, after "in", of the one before; in Vietnamese always of the one
    before."""
    if not match.describes:
        return False
    before, after = found[: found.index(match)], found[found.index(match) + 1 :]
    owners = [other for other in after if match.is_english and _is_thing(other) and other.phrase == match.phrase]
    worn = any(other.key == "in" and other.phrase == match.phrase for other in before)
    if worn or not match.is_english:
        owners += [other for other in before[::-1] if _is_thing(other) and other.clause == match.clause]
    return bool(owners) and owners[0].is_unknown


def _is_part_of_next(found: Sequence[Match], match: Match) -> bool:
    """ "Lake" in "no lake house", "red" in "no red boat"."""
    after = [other for other in found[found.index(match) + 1 :][:1] if other.phrase == match.phrase]
    return match.is_english and any(other.is_unknown or (match.describes and other.name) for other in after)


def _is_thing(match: Match) -> bool:
    return match.is_unknown or bool(match.name and not match.describes)


def _has_subject(found: Sequence[Match], left_out: Collection[Match], known: Collection[str]) -> bool:
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
        elif match.name in CIRCUMSTANCES and match not in left_out and not match.negated:
            return True
    return not PLACES.isdisjoint(known)


def _first_unknown(found: Sequence[Match], groups: Iterable[Sequence[Match]]) -> str | None:
    """With article and colours, without a verb."""
    for group in groups:
        start = found.index(group[0])
        before, after = found[max(0, start - 1) : start], found[start + len(group) :]
        if after and after[0].key in _PRONOUNS:  # an order
            continue
        verbs = list(takewhile(lambda match: match.spelling.endswith("ing"), reversed(group[1:])))
        thing = _spelled(group[: len(group) - len(verbs)])
        has_article = bool(before) and before[0].key in words.ARTICLES
        return f"{before[0].key} {thing}" if has_article else f"“{thing}”"
    return None


def _scene(known: Sequence[str], unwanted: Collection[str], styles: Collection[str | None]) -> Scene:
    named = {field: [name for name in known if name in group] for field, group in words.SCENE.items()}
    if "clouds" in unwanted and not named["weather"]:
        named["weather"] = ["clear"]
    land = set(named["land"]) or {name for name in words.USUAL_LAND if name not in unwanted} or {"meadow"}
    if "autumn" in known and not named["land"]:
        land.add("forest")
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


def last_painted(turns: Sequence[Turn]) -> tuple[Scene, Turn] | None:
    for turn in reversed(turns):
        prompt, plan = turn.refined_prompt if turn.showed_picture else None, restored(turn.plan)
        if prompt and plan and plan.scene:
            return plan.scene, turn
        if prompt and not plan and in_words(parse(prompt)) != prompt:
            reading = read(prompt)
            return (reading.scene, turn) if reading.has_subject else None
    return None


def changed(old: Scene, text: str, style: str | None) -> Scene:
    """Where both cannot be, the text wins."""
    reading = read(text, style)
    named = [*reading.known, *filter(None, [reading.scene.time])]
    gone = reading.unwanted.union(*(words.CLASHES.get(name, ()) for name in named))
    replaces_land = words.says("instead", text) and not words.says("instead_of", text)
    for group in (words.COLOURS, words.LAND) if replaces_land else (words.COLOURS,):
        gone |= frozenset() if group.keys().isdisjoint(named) else group.keys()
    kept = [name for name in (*filter(None, [old.time]), *old.sky, *old.weather, *old.land) if name not in gone]
    kept += [name for name in (*old.colours, *old.moods, *old.styles) if name not in gone]
    return _scene([*kept, *named], gone, reading.scene.styles)
