from pipeline.providers.base import Action, RefineRequest, Suggestion
from pipeline.providers.offline.plan import Scene

from ..sentences import offered, say
from . import scenes

_ADDED = {"birds": "add_birds", "boat": "add_boat", "night": "make_night", "snow": "add_snow"}  # in a scene → its offer
MAX_ADDED = 2


def offers(*names: str) -> tuple[Suggestion, ...]:
    return tuple(map(_offer, names))


def _offer(name: str) -> Suggestion:
    label = offered(name)
    return Suggestion(label, label, Action(name) if name in tuple(Action) else None)


def order(scene: Scene) -> Suggestion:
    label = say("paint_this").format(scenes.landscape_like(scene))
    return Suggestion(label, label)


def usual(request: RefineRequest) -> tuple[Suggestion, ...]:
    if request.attached or request.has_mask:
        return offers("enhance", "oil", "cutout", "brush")
    return offers(*(("enhance", "oil", "surprise", "photo") if request.has_source else ()))


def instead_of_left_out(scene: Scene) -> tuple[Suggestion, ...]:
    shown = scene.land | scene.sky | scene.weather | {scene.time or ""}
    added = [offer for name, offer in _ADDED.items() if name not in shown]
    return offers(*added[:MAX_ADDED], "photo")
