"""By keywords, in English and Vietnamese."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.providers.base import Intent, Refinement, RefineRequest
from pipeline.providers.text import Size, choose_size, title

from .. import vocabulary as words
from ..plan import Edit, Plan, Scene, Tone, in_words, restored
from ..sentences import beside, button, offers, say
from ..vocabulary import pattern, says
from . import intents, scenes
from .edits import parse

PROVIDER = "offline"
MAX_NAMED = 8
MAX_ADDED = 2
_ENHANCING = ("sharper", "more contrast")  # steps of enhancing too
_ADDED = {"birds": "add_birds", "boat": "add_boat", "night": "make_night", "snow": "add_snow"}  # in a scene → its offer


def refine(request: RefineRequest) -> Refinement:
    """A button's intent is final."""
    match request.intent:
        case None:
            return _commanded(request) or _understood(request)
        case Intent.GENERATE:
            return _paint(request)
        case Intent.EDIT:
            return _edit(request, intents.edits_of(request.content))
        case Intent.REPLY:
            return _able(request, "hello")
        case intent:
            return _tool(request, intent)


def plan_from_words(intent: Intent, prompt: str, style: str | None, content: str | None) -> Plan:
    """Of a request for a tool; of an AI's prompt, or one from before there were plans."""
    match intent:
        case Intent.GENERATE:
            reading = scenes.read(prompt, style)
            return Plan(scene=reading.scene if reading.has_subject else None)
        case Intent.EDIT:
            return Plan(edits=parse(prompt) or parse(content or ""), part=intents.part_of(prompt))
        case Intent.ENHANCE:
            steps = intents.steps_of(prompt, content)
            return Plan(steps=steps or (tuple(words.STEPS) if content is not None else ()))
        case Intent.STYLE_TRANSFER:
            picture = intents.style_picture(prompt) or intents.style_picture(content or "")
            return Plan(style=intents.style_of(style, prompt, content), style_of=picture)
    return Plan()


def _commanded(request: RefineRequest) -> Refinement | None:
    """A sentence has the name of the command that it answers."""
    match intents.command(request.content):
        case None:
            return None
        case "surprise" | "more" | "delete" if request.has_mask:
            return None
        case "surprise" | "more" if request.attached:
            return None
        case "surprise":
            chosen = words.SURPRISES[request.seed % len(words.SURPRISES)]
            return _painting(request, scenes.read(chosen, request.style).scene, ())
        case "more":
            return _more(request)
        case asked:
            return replace(_answer(request, asked), goes_back=request.has_source and asked == "undo")


def _more(request: RefineRequest) -> Refinement:
    """The last scene with this request's seed; or the last edit, on its result."""
    last = next((turn for turn in reversed(request.turns) if turn.showed_picture or turn.plan), None)
    if last and (painted := scenes.last_painted((last,))):
        scene, turn = painted
        return _painting(request, scene, (), size=turn.size)
    if last and (plan := restored(last.plan)) and plan.edits:
        return _refined(request, Intent.EDIT, in_words(plan.edits), plan)
    return _answer(request, "same_again")


def _understood(request: RefineRequest) -> Refinement:
    """The order matters. Painting over a part never asks for a new picture."""
    asked = intents.without_left_out(request.content)
    text, edits = " ".join(asked.split()), intents.edits_of(asked)
    restyles = request.has_source and intents.restyles(text)
    creates, redraws = says("creates", text), says("redraws", text)
    if request.attached > 1 and intents.style_picture(text) and (redraws or not creates):
        return _tool(request, Intent.STYLE_TRANSFER)
    of_it = ((edits or restyles) and says("of_it", text)) or (redraws and (request.has_source or edits))
    if creates and not of_it and not request.has_mask:
        return _paint(request)
    if says("colouring", text):
        return _answer(request, "colouring")
    tool = intents.tool_asked_for(text)
    # A look with a tool's name ("sepia") is an edit.
    surely = tool in (Intent.ENHANCE, Intent.REMOVE_BACKGROUND) or (tool is Intent.REMOVE_OBJECT and request.has_mask)
    if tool and request.has_source and surely:
        return _tool(request, tool, edits)
    is_look = intents.style_of(text) in words.LOOKS  # "sepia" is an edit, too
    tones_alone = all(isinstance(edit, Tone) for edit in edits)
    if restyles and tool is not Intent.REMOVE_OBJECT and not (edits and (is_look or not tones_alone)):
        return _tool(request, Intent.STYLE_TRANSFER, edits)
    if edits and (request.has_source or says("says_it", text) or not intents.seen_in(text)):
        return _edit(request, edits)
    if not request.has_mask and (changed := _change(request, text, tool)):
        return changed
    if tool and (request.has_source or tool is not Intent.STYLE_TRANSFER):
        return _tool(request, tool)
    if says("insults", text) and not scenes.read(text).known:
        return _able(request, "sorry")
    greeted = says("greets", text) and not scenes.read(pattern("greets").sub(" ", text)).known
    if says("asks", text) or greeted:
        return _able(request, "hello")
    return _within(request, text) if request.attached or request.has_mask else _paint(request)


def _change(request: RefineRequest, text: str, tool: Intent | None) -> Refinement | None:
    """ "Now at night": the last painted scene anew, by the same seed. A photo's content cannot be changed."""
    if not request.has_source:
        return _answer(request, "no_picture") if says("replaces", text) else None
    removes = tool is Intent.REMOVE_OBJECT
    if not (removes or tool is Intent.STYLE_TRANSFER or (tool is None and intents.asks_for_change(text))):
        return None
    _, rest = intents.size_in(text)
    reading = scenes.read(rest, request.style)
    shown = [turn for turn in request.turns if turn.showed_picture]
    painted = scenes.last_painted(shown[-1:] if removes else shown)
    if painted and not request.attached:
        old, turn = painted
        new = scenes.changed(old, rest, request.style)
        if new != old:
            note = say("anew" if turn is shown[-1] else "anew_unedited")
            return replace(_painting(request, new, reading.ignored, note, turn.size), seed=turn.seed)
        if reading.known and not removes:
            return _painting(request, old, reading.ignored, size=turn.size)
    return _answer(request, "within") if tool is None and (reading.known or says("turn", text)) else None


def _within(request: RefineRequest, text: str) -> Refinement:
    means_content = says("changes", text) or says("creates", text) or scenes.read(request.content).known
    if means_content or not request.has_source:
        return _answer(request, "within")
    return _able(request, "not_understood")


def _paint(request: RefineRequest) -> Refinement:
    """Where nothing can be painted, a landscape is offered."""
    _, rest = intents.size_in(request.content)
    reading = scenes.read(rest, request.style)
    if reading.has_subject:
        return _painting(request, reading.scene, reading.ignored)
    if reading.unknown is not None:
        return _able(request, "cannot_draw", reading.offered, reading.unknown)
    return _able(request, "no_subject", reading.offered) if reading.known else _able(request, "not_understood")


def _painting(
    request: RefineRequest,
    scene: Scene,
    ignored: Sequence[str],
    note: str | None = None,
    size: Size | None = None,  # where nothing else is asked for
) -> Refinement:
    said, _ = intents.size_in(request.content)
    width, height = choose_size(request.width, request.height, said or size)
    notes = note, _left_out(ignored)
    refined = _refined(request, Intent.GENERATE, scenes.describe(scene), Plan(scene=scene), *notes)
    shown = scene.land | scene.sky | scene.weather | {scene.time or ""}
    added = [offer for name, offer in _ADDED.items() if name not in shown][:MAX_ADDED]
    suggestions = offers(*added, "photo") if ignored else ()
    return replace(refined, width=width, height=height, style=request.style, suggestions=suggestions)


def _edit(request: RefineRequest, edits: tuple[Edit, ...]) -> Refinement:
    content = request.content
    if not request.has_source:
        return _answer(request, "no_picture")
    if not edits:
        return _able(request, "not_understood")
    part = None if request.has_mask else intents.part_of(content)
    if part and not all(isinstance(edit, Tone) for edit in edits):
        return _answer(request, "one_part")
    tool = intents.tool_asked_for(content)
    reason = say(tool) if tool in (Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER) else None
    seen = intents.seen_in(content)
    prompt = in_words(edits) + (f" in the {part}" if part else "")
    refined = _refined(request, Intent.EDIT, prompt, Plan(edits=edits, part=part), reason, _left_out(seen))
    offered = beside(tool or "")
    if seen and not (offered or request.attached) and scenes.last_painted(request.turns):
        offered = (button(say("with_these").format(", ".join(seen[:MAX_NAMED]))),)  # painted anew
    return replace(refined, suggestions=offered)


def _tool(request: RefineRequest, intent: Intent, edits: Sequence[Edit] = ()) -> Refinement:
    """Its provider says whether it can. `edits`: asked for as well."""
    if not request.has_source:
        return _answer(request, "no_picture")
    plan = plan_from_words(intent, request.content, request.style, request.content)
    prompt = _described(request, intent, plan)
    refined = _refined(request, intent, prompt or " ".join(request.content.split()), plan)
    if intent is Intent.STYLE_TRANSFER:
        refined = replace(refined, style=plan.style or request.style)
    left = [edit for edit in edits if not (plan.steps and isinstance(edit, Tone) and edit.name in _ENHANCING)]
    if left:
        next = in_words(left)
        return replace(refined, reply=say("next").format(next), suggestions=(button(next),))
    return refined if prompt else replace(refined, instead=beside(intent))


def _described(request: RefineRequest, intent: Intent, plan: Plan) -> str | None:
    """In English; None where the person's own words have to describe it."""
    match intent:
        case Intent.ENHANCE:
            return enhancing(plan.steps)
        case Intent.REMOVE_BACKGROUND:
            return "remove the background"
        case Intent.REMOVE_OBJECT if request.has_mask:
            return "remove what is painted over"
        case Intent.STYLE_TRANSFER if plan.style_of and request.attached > 1:
            return f"in the style of picture {plan.style_of}"
    return f"in {plan.style} style" if plan.style else None


def enhancing(steps: Sequence[str]) -> str:
    return f"enhance: {', '.join(steps)}" if steps else "enhance"


def _left_out(spelled: Sequence[str]) -> str | None:
    if not spelled:
        return None
    named = ", ".join(spelled[:MAX_NAMED]) + (", …" if len(spelled) > MAX_NAMED else "")
    return say("left_out").format(named)


def _able(request: RefineRequest, first: str, scene: Scene | None = None, thing: str = "") -> Refinement:
    """A sentence and suggestions: as much of the wanted picture as possible."""
    if scene is None and (request.attached or request.has_mask):
        offered = offers("enhance", "oil", "cutout", "brush")
    elif scene is None and request.has_source:
        offered = offers("enhance", "oil", "surprise", "photo")
    else:
        landscape = button(say("paint_this").format(scenes.landscape_like(scene or Scene(time="sunset"))))
        offered = (landscape, *offers("city", "surprise", "photo"))
    return replace(_reply(request, say(first).format(thing)), suggestions=offered)


def _answer(request: RefineRequest, about_picture: str) -> Refinement:
    sentence = about_picture if request.has_source else "no_picture"
    return replace(_reply(request, say(sentence)), suggestions=beside(sentence))


def _reply(request: RefineRequest, said: str | None) -> Refinement:
    return Refinement(Intent.REPLY, "", title(request.content), said, None, None, None, PROVIDER)


def _refined(request: RefineRequest, intent: Intent, prompt: str, plan: Plan, *notes: str | None) -> Refinement:
    reply = _reply(request, " ".join(filter(None, notes)) or None)
    return replace(reply, intent=intent, prompt=prompt, plan=plan.model_dump(mode="json"))
