""" "Now at night": the last painted scene, read from its prompt, with what the new words say in place of the old."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.providers.base import Turn
from pipeline.providers.local import scene, words
from pipeline.providers.local.lexicon import match
from pipeline.providers.local.phrases import either
from pipeline.providers.local.scene import Scene
from pipeline.providers.local.wording import describe, parse

_CLASHES = {  # with an hour, or a tone: what goes when it comes
    "night": {"sun", "rainbow"},
    "day": {"moon", "stars", "milky way", "aurora"},
    "warm": {"cold"},
    "cold": {"warm"},
    "dark": {"bright"},
    "bright": {"dark"},
    "pastel": {"vivid"},
    "vivid": {"pastel"},
}
_INSTEAD = re.compile(rf"\binstead\b|\b{either('thay vì, thay vào đó, thay bằng')}\b")


def last_scene(turns: Sequence[Turn]) -> Scene | None:
    """The scene of the last painted picture; edits since then are passed over, for they changed nothing in it."""
    for turn in reversed(turns):
        prompt = turn.refined_prompt if turn.showed_picture else None
        if prompt and describe(parse(prompt)) != prompt:
            reading = scene.read(prompt)
            return reading.scene if reading.known else None
    return None


def changed(old: Scene, text: str, style: str | None) -> Scene:
    """`old` with what the text says; where both cannot be, the text wins, and what it does not want goes."""
    new = scene.read(text, style).scene
    named = {name for _, name, negated in match(text) if name and not negated}
    unwanted = {name for _, name, negated in match(text) if name and negated}
    gone = unwanted.union(*(_CLASHES.get(name, set()) for name in named | {new.time or ""}))
    land = frozenset(named & words.LAND.keys())
    kept = frozenset() if land and _INSTEAD.search(text.casefold()) else old.land - gone
    return replace(
        old,
        time=new.time or (None if old.time in gone else old.time),
        sky=(old.sky - gone) | new.sky,
        weather=_weather(old.weather - gone, new.weather),
        land=kept | land or new.land,
        colours=new.colours or tuple(colour for colour in old.colours if colour not in gone),
        tones=(old.tones - gone) | new.tones,
        styles=new.styles or old.styles - gone,
    )


def _weather(old: frozenset[str], new: frozenset[str]) -> frozenset[str]:
    return new if "clear" in new else (old - {"clear"} if new else old) | new
