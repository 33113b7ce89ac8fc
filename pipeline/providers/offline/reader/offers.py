from pipeline.providers.base import Action, RefineRequest, Suggestion
from pipeline.providers.offline.plan import Scene

from .. import vocabulary as words
from . import scenes

_ADDED = {"birds": "add_birds", "boat": "add_boat", "night": "make_night", "snow": "add_snow"}  # in a scene → its offer
MAX_ADDED = 2


def offers(content: str, *names: str) -> tuple[Suggestion, ...]:
    return tuple(_offer(content, name) for name in names)


def _offer(content: str, name: str) -> Suggestion:
    label = words.OFFERS[name].to(content)
    return Suggestion(label, label, Action(name) if name in tuple(Action) else None)


def order(content: str, scene: Scene) -> Suggestion:
    label = words.say(content, "paint_this").format(scenes.landscape_like(scene, content))
    return Suggestion(label, label)


def usual(request: RefineRequest) -> tuple[Suggestion, ...]:
    if request.attached or request.has_mask:
        return offers(request.content, "enhance", "oil", "cutout", "brush")
    return offers(request.content, *(("enhance", "oil", "surprise", "photo") if request.has_source else ()))


def instead_of_left_out(content: str, scene: Scene) -> tuple[Suggestion, ...]:
    shown = scene.land | scene.sky | scene.weather | {scene.time or ""}
    added = [offer for name, offer in _ADDED.items() if name not in shown]
    return offers(content, *added[:MAX_ADDED], "photo")
