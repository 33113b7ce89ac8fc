import threading
from contextlib import AbstractContextManager
from dataclasses import replace

from gallery.errors import BadInput
from gallery.translation import _
from pipeline.providers.base import (
    Control,
    Intent,
    Picture,
    PictureRequest,
    PlanForm,
    RefinedRequest,
    Refinement,
    RefineRequest,
)
from pipeline.providers.calls import taken
from pipeline.providers.text import ONE_PICTURE, USUAL_SIZE, Size

from . import plan as plans
from .plan import Plan
from .reader import refine as reader
from .reader import word_for_word
from .sentences import beside, say

# One picture at a time in a process: a painting of 2048 × 2048 takes a whole core and 830 MB.
_turn = threading.Semaphore()


class OfflineProvider:
    name = reader.PROVIDER
    max_pictures = 2  # the second for its style
    resolutions: tuple[str, ...] = ()

    def __init__(self, ai_is_connected: bool = False, made_by_models: frozenset[Intent] = frozenset()) -> None:
        self._ai_is_connected = ai_is_connected
        self._made_by_models = made_by_models

    def refine(self, request: RefineRequest) -> Refinement:
        return replace(word_for_word.refine(request, self._made_by_models), repeatable=True)

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        plan = _plan(refined)
        if refined.pictures > 1 and plan.style_of != refined.pictures:
            return _(ONE_PICTURE)
        match refined.intent:
            case Intent.GENERATE if not plan.scene:
                return say("not_understood")
            case Intent.EDIT if not plan.edits:
                return self._needs_ai("within")
            case Intent.REMOVE_OBJECT if not refined.has_mask:
                return self._needs_ai(refined.intent)
            case Intent.STYLE_TRANSFER if not (plan.style or plan.style_of == refined.pictures):
                return self._needs_ai(refined.intent)
        return None

    def _needs_ai(self, sentence: str) -> str:
        return say(sentence, "assigned") if self._ai_is_connected else say(sentence)

    def size(self, intent: Intent, prompt: str, source: Size, plan: PlanForm | None = None) -> Size | None:
        found = plans.restored(plan) or reader.plan_from_words(intent, prompt, None, None)
        if intent is Intent.ENHANCE:
            return plans.enhanced_size(found.steps, source)
        return plans.size_after(found.edits, source)

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput`."""
        plan = _plan(request)
        with one_at_a_time(control):
            if request.intent is Intent.GENERATE:
                return Picture(_painted(request, plan, control), self.name, repeatable=True)
            from .photo.change import change

            data, note = change(request, plan, control.progress)
            picture = Picture(data, self.name, repeatable=True)
            if note is None:
                return picture
            done = reader.enhancing([step for step in plan.steps if step != "upscale"])
            prompt = done if request.intent is Intent.ENHANCE else None
            return replace(picture, note=say(note), prompt=prompt, suggestions=beside(note))


def _plan(asked: RefinedRequest | PictureRequest) -> Plan:
    """An AI's refinement has none stored."""
    found = plans.restored(asked.plan)
    return found or reader.plan_from_words(asked.intent, asked.prompt, asked.style, asked.content)


def one_at_a_time(control: Control) -> AbstractContextManager[None]:
    return taken(_turn, lambda: control.progress(0.0))  # a waiting message can still be cancelled


def _painted(request: PictureRequest, plan: Plan, control: Control) -> bytes:
    from PIL import Image

    from pipeline.providers.encoding import encoded

    from .painter.paint import paint

    if plan.scene is None:
        raise BadInput(say("not_understood"))
    size = request.width or USUAL_SIZE[0], request.height or USUAL_SIZE[1]
    picture = Image.fromarray(paint(plan.scene, *size, request.seed, control.progress))
    return encoded(picture, lambda: control.progress(1.0))
