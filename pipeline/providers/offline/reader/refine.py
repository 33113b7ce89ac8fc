"""By keywords, in English and Vietnamese."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.providers.base import Intent, Refinement, RefineRequest, Suggestion
from pipeline.providers.offline.plan import Edit, Plan, Scene, Tone, in_words, restored
from pipeline.providers.text import MAX_SIDE, Size, allowed_side, choose_size, title

from .. import vocabulary as words
from ..sentences import say
from ..vocabulary import pattern
from . import intents, offers, scenes
from .commands import INSULTS, Command, command
from .edits import parse

PROVIDER = "offline"
MAX_NAMED = 8
_ENHANCING = ("sharper", "more contrast")  # steps of enhancing too
ALL_STEPS = tuple(words.STEPS)
EXAMPLE = Scene(time="sunset")


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
    """For an AI's prompt, or one from before there were plans."""
    match intent:
        case Intent.GENERATE:
            reading = scenes.read(prompt, style)
            return Plan(scene=reading.scene if reading.has_subject else None)
        case Intent.EDIT:
            return Plan(edits=parse(prompt) or parse(content or ""), part=intents.part_of(prompt))
        case Intent.ENHANCE:
            steps = intents.steps_of(prompt, content)
            return Plan(steps=steps or (ALL_STEPS if content is not None else ()))
        case Intent.STYLE_TRANSFER:
            return Plan(style=intents.style_of(style, prompt, content), style_of=intents.style_picture(prompt, content))
    return Plan()


def _commanded(request: RefineRequest) -> Refinement | None:
    match command(request.content):
        case Command.SURPRISE if not (request.attached or request.has_mask):
            chosen = words.SURPRISES[request.seed % len(words.SURPRISES)]
            return _painting(request, scenes.read(chosen, request.style).scene, ())
        case Command.MORE if not (request.attached or request.has_mask):
            return _more(request)
        case Command.UNDO | Command.DOWNLOAD | Command.DELETE | Command.MORE if not request.has_source:
            return _no_picture(request)
        case Command.UNDO:
            return replace(_answer(request, "went_back", "look", "undo"), goes_back=True)
        case Command.DOWNLOAD:
            return _answer(request, "download_this", "download")
        case Command.DELETE if not request.has_mask:
            return _answer(request, "delete_this", "delete", "brush")
    return None


def _more(request: RefineRequest) -> Refinement:
    """The last scene with this request's seed; or the last edit, on its result."""
    last = next((turn for turn in reversed(request.turns) if turn.showed_picture or turn.plan), None)
    scene, plan = (scenes.last_scene((last,)), restored(last.plan)) if last else (None, None)
    if last and scene:
        width, height = last.size or (None, None)
        return _painting(replace(request, width=request.width or width, height=request.height or height), scene, ())
    if plan and plan.edits:
        return _refined(request, Intent.EDIT, in_words(plan.edits), plan)
    if not request.has_source:
        return _no_picture(request)
    return _answer(request, "same_again", "warmer", "contrast", "oil", "watercolour")


def _understood(request: RefineRequest) -> Refinement:
    """The order matters. Painting over a part never asks for a new picture."""
    asked = intents.without_left_out(request.content)
    text, edits = " ".join(asked.split()), intents.edits_of(asked)
    restyles = request.has_source and intents.restyles(text)
    creates, redraws = intents.CREATES.search(text), intents.REDRAWS.search(text)
    if request.attached > 1 and intents.style_picture(text) and (redraws or not creates):
        return _tool(request, Intent.STYLE_TRANSFER)
    of_it = ((edits or restyles) and intents.OF_IT.search(text)) or (restyles and redraws)
    if creates and not of_it and not request.has_mask:
        return _paint(request)
    tool = intents.tool_asked_for(text)
    # A look with a tool's name ("sepia") is an edit.
    surely = tool in (Intent.ENHANCE, Intent.REMOVE_BACKGROUND) or (tool is Intent.REMOVE_OBJECT and request.has_mask)
    if tool and request.has_source and surely:
        return _tool(request, tool, edits)
    if restyles and not edits and tool is not Intent.REMOVE_OBJECT:
        return _tool(request, Intent.STYLE_TRANSFER)
    if edits and (request.has_source or intents.SAYS_IT.search(text) or not intents.seen_in(text)):
        return _edit(request, edits)
    if not request.has_mask and (changed := _change(request, text, tool)):
        return changed
    if tool and (request.has_source or tool is not Intent.STYLE_TRANSFER):
        return _tool(request, tool)
    greeted = intents.GREETS.search(text) and not scenes.read(intents.GREETS.sub(" ", text)).known
    if INSULTS.search(text) and not scenes.read(text).known:
        return _able(request, "sorry")
    if intents.ASKS.search(text) or greeted:
        return _able(request, "hello")
    return _within(request, text) if request.attached or request.has_mask else _paint(request)


def _change(request: RefineRequest, text: str, tool: Intent | None) -> Refinement | None:
    """ "Now at night": the last painted scene anew. A photo's content cannot be changed."""
    if not request.has_source or tool not in (None, Intent.STYLE_TRANSFER):
        return None
    if tool is None and not asks_for_change(text):
        return None
    _, rest = size_in(text)
    reading = scenes.read(rest, request.style)
    old = None if request.attached else scenes.last_scene(request.turns)
    if old:
        new = scenes.changed(old, rest, request.style)
        note = say("anew")
        return _painting(request, new, reading.ignored, note) if reading.known or new != old else None
    if tool is None and reading.known:
        return _needs_ai(request, "within")
    return None


def asks_for_change(text: str) -> bool:
    names_land = any(match.name in words.LAND for match in scenes.LEXICON.match(text))
    return bool(intents.CHANGES.search(text) or (intents.MAY_CHANGE.search(text) and not names_land))


def _within(request: RefineRequest, text: str) -> Refinement:
    if not request.has_source:
        return _no_picture(request)
    if intents.CHANGES.search(text) or intents.CREATES.search(text) or scenes.read(request.content).known:
        return _needs_ai(request, "within")
    return _able(request, "not_understood")


def _paint(request: RefineRequest) -> Refinement:
    """Where nothing can be painted, a landscape is offered."""
    _, rest = size_in(request.content)
    reading = scenes.read(rest, request.style)
    if reading.has_subject:
        return _painting(request, reading.scene, reading.ignored)
    if reading.unknown is not None:
        return _able(request, "cannot_draw", reading.offered, reading.unknown)
    return _able(request, "no_subject", reading.offered) if reading.known else _able(request, "not_understood")


def _painting(request: RefineRequest, scene: Scene, ignored: Sequence[str], note: str | None = None) -> Refinement:
    said, _ = size_in(request.content)
    width, height = choose_size(request.width, request.height, said)
    notes = note, _left_out(ignored)
    refined = _refined(request, Intent.GENERATE, scenes.describe(scene), Plan(scene=scene), *notes)
    offered = offers.instead_of_left_out(scene) if ignored else ()
    return replace(refined, width=width, height=height, style=request.style, suggestions=offered)


def _edit(request: RefineRequest, edits: tuple[Edit, ...]) -> Refinement:
    content = request.content
    if not request.has_source:
        return _no_picture(request)
    if not edits:
        return _able(request, "not_understood")
    part = None if request.has_mask else intents.part_of(content)
    if part and not all(isinstance(edit, Tone) for edit in edits):
        return _needs_ai(request, "one_part")
    tool = intents.tool_asked_for(content)
    reason = say(tool) if tool in (Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER) else None
    seen = intents.seen_in(content)
    prompt = in_words(edits) + (f" in the {part}" if part else "")
    refined = _refined(request, Intent.EDIT, prompt, Plan(edits=edits, part=part), reason, _left_out(seen))
    return replace(refined, suggestions=_instead_of(tool) or _in_the_scene(request, seen))


def _instead_of(tool: Intent | None) -> tuple[Suggestion, ...]:
    """Where a thing must be found by its name, or a style is only described."""
    match tool:
        case Intent.REMOVE_OBJECT:
            return offers.offers("brush")
        case Intent.STYLE_TRANSFER:
            return offers.offers("watercolour", "oil", "pencil")
    return ()


def _in_the_scene(request: RefineRequest, seen: Sequence[str]) -> tuple[Suggestion, ...]:
    """Paints anew what no edit can bring in."""
    if not seen or request.attached or not scenes.last_scene(request.turns):
        return ()
    asked = say("with_these").format(", ".join(seen[:MAX_NAMED]))
    return (Suggestion(asked, asked),)


def _tool(request: RefineRequest, intent: Intent, edits: Sequence[Edit] = ()) -> Refinement:
    """Its provider says whether it can. `edits`: asked for as well."""
    content = request.content
    if not request.has_source:
        return _no_picture(request)
    named = intents.style_of(request.style, content) if intent is Intent.STYLE_TRANSFER else None
    number = intents.style_picture(content) if intent is Intent.STYLE_TRANSFER and request.attached > 1 else None
    steps = (intents.steps_of(content) or ALL_STEPS) if intent is Intent.ENHANCE else ()
    plan = Plan(steps=steps, style=None if number else named, style_of=number)
    match intent:  # in English, but for descriptions
        case Intent.ENHANCE:
            prompt = enhancing(plan.steps)
        case Intent.REMOVE_BACKGROUND:
            prompt = "remove the background"
        case Intent.REMOVE_OBJECT if request.has_mask:
            prompt = "remove what is painted over"
        case Intent.STYLE_TRANSFER if number:
            prompt = f"in the style of picture {number}"
        case _:
            prompt = f"in {named} style" if named else " ".join(content.split())
    refined = _refined(request, intent, prompt, plan)
    if not (named or number or (request.has_mask and intent is Intent.REMOVE_OBJECT)):
        refined = replace(refined, instead=_instead_of(intent))
    if intent is Intent.STYLE_TRANSFER:
        refined = replace(refined, style=named or request.style)
    left = [edit for edit in edits if not (plan.steps and isinstance(edit, Tone) and edit.name in _ENHANCING)]
    if not left:
        return refined
    next = in_words(left)
    return replace(refined, reply=say("next").format(next), suggestions=(Suggestion(next, next),))


def enhancing(steps: Sequence[str]) -> str:
    return f"enhance: {', '.join(steps)}" if steps else "enhance"


def needs_ai(reason: str, *, ai_is_connected: bool = False) -> str:
    return say(reason, *(("assigned",) if ai_is_connected else ()))


def _needs_ai(request: RefineRequest, reason: str) -> Refinement:
    return _answer(request, reason, "brush", "cutout", "enhance", "oil")


def _no_picture(request: RefineRequest) -> Refinement:
    return _answer(request, "no_picture", "photo", "sunset", "surprise")


def _answer(request: RefineRequest, sentence: str, *offered: str) -> Refinement:
    reply = _reply(request, say(sentence))
    return replace(reply, suggestions=offers.offers(*offered))


def _left_out(spelled: Sequence[str]) -> str | None:
    if not spelled:
        return None
    named = ", ".join(spelled[:MAX_NAMED]) + (", …" if len(spelled) > MAX_NAMED else "")
    return say("left_out").format(named)


def _able(request: RefineRequest, first: str, scene: Scene | None = None, thing: str = "") -> Refinement:
    """A sentence and suggestions: as much of the wanted picture as possible."""
    offered = () if scene else offers.usual(request)
    if not offered:
        offered = (
            offers.order(scene or EXAMPLE),
            *offers.offers("city", "surprise", "photo"),
        )
    return replace(_reply(request, say(first).format(thing)), suggestions=offered)


def _reply(request: RefineRequest, said: str | None) -> Refinement:
    return Refinement(Intent.REPLY, "", title(request.content), said, None, None, None, PROVIDER)


def _refined(request: RefineRequest, intent: Intent, prompt: str, plan: Plan, *notes: str | None) -> Refinement:
    reply = _reply(request, " ".join(filter(None, notes)) or None)
    return replace(reply, intent=intent, prompt=prompt, plan=plan.model_dump(mode="json"))


_PIXELS = re.compile(r"(?<!\w)(\d{2,5}) ?(?:px)? ?(?:x|×|\*|by) ?(\d{2,5})(?: ?(?:px|pixels?))?(?!\w)", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\d:])(16:9|9:16|4:3|3:4|3:2|2:3|5:4|4:5|1:1|21:9)(?![\d:])")
_SHAPES = {"square": (1024, 1024), "portrait": (768, 1024), "panorama": (1536, 640), "wide": (1280, 720)}


def size_in(text: str) -> tuple[Size | None, str]:
    for spoken, longest in ((_PIXELS, None), (_RATIO, 1024)):
        if found := spoken.search(text):
            across, down = map(int, re.findall(r"\d+", found[0]))
            factor = longest / max(across, down) if longest else min(1, MAX_SIDE / max(across, down, 1))
            return (allowed_side(across * factor), allowed_side(down * factor)), spoken.sub(" ", text)
    for name, size in _SHAPES.items():
        if (shape := pattern(name, re.IGNORECASE)).search(text):
            return size, shape.sub(" ", text)
    return None, text
