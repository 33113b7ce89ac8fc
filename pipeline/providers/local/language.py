"""Reads a request by keywords, in English and Vietnamese, in place of an AI: what is wished, and in which words."""

from collections.abc import Iterable

from pipeline.providers.base import STYLES, Intent, Refinement, RefineRequest
from pipeline.providers.local import intents, replies, scene, sizes, tool_words, words
from pipeline.providers.local.edits import Edit
from pipeline.providers.local.lexicon import key, match
from pipeline.providers.local.repaint import changed, last_scene
from pipeline.providers.local.scene import Scene
from pipeline.providers.local.titles import title
from pipeline.providers.local.wording import describe, parse

PROVIDER = "offline"
_ENHANCING = ("sharper", "more contrast")  # edits that are steps of enhancing too
# What the painter's word list takes for things to be seen, but only leads over to them.
_LEADING = """
    now instead again same change turn keep more less set bây giờ thì thay đổi bay gio thi doi
"""


def refine(request: RefineRequest) -> Refinement:
    """What the person wishes, as an intent with canonical English words, or a reply. A button's intent is final."""
    match request.intent:
        case None:
            return _understood(request)
        case Intent.GENERATE:
            return _paint(request)
        case Intent.EDIT:
            return _edit(request, parse(request.content))
        case Intent.REPLY:
            return _hello(request)
        case intent:
            return _tool(request, intent)


def _understood(request: RefineRequest) -> Refinement:
    """The order matters: a plain order to paint, then the tools, then simple edits, then changes of a scene. Whoever
    paints over a part of a picture means that part, and never a new picture."""
    asked = tool_words.wanted(request.content)
    text, edits = " ".join(asked.split()), parse(asked)
    restyles = request.has_source and intents.restyles(text)
    of_it = ((edits or restyles) and intents.OF_IT.search(text)) or (restyles and intents.REDRAWS.search(text))
    if intents.CREATES.search(text) and not of_it and not request.has_mask:
        return _paint(request)
    wish = intents.wish(text)
    if request.has_source and (tool := _surely(wish, edits, restyles, request.has_mask)):
        return _tool(request, tool, edits)
    if edits and (request.has_source or intents.SAYS_IT.search(text) or not _seen(text)):
        return _edit(request, edits)
    if not request.has_mask and (changed_scene := _change(request, text, wish)):
        return changed_scene
    if wish and (request.has_source or wish is not Intent.STYLE_TRANSFER):
        return _tool(request, wish)
    if _asks(text):
        return _hello(request)
    return _within(request, text) if request.attached or request.has_mask else _paint(request)


def _surely(wish: Intent | None, edits: tuple[Edit, ...], restyles: bool, has_mask: bool) -> Intent | None:
    """The tool that can fulfil what is wished, as far as words can tell; a look with the same name ("sepia") is an edit."""
    if wish in (Intent.ENHANCE, Intent.REMOVE_BACKGROUND) or (wish is Intent.REMOVE_OBJECT and has_mask):
        return wish
    return Intent.STYLE_TRANSFER if restyles and not edits and wish is not Intent.REMOVE_OBJECT else None


def _seen(text: str) -> list[str]:
    """The words for what can be seen in a picture, as they are spelled; colours and styles are none."""
    return [spelling for spelling, name, _ in match(text) if name in intents.PAINTED]


def _asks(text: str) -> bool:
    """A question, or a greeting with nothing to paint in it."""
    return bool(intents.ASKS.search(text)) or (
        bool(intents.GREETS.search(text)) and not scene.read(intents.GREETS.sub(" ", text)).known
    )


def _change(request: RefineRequest, text: str, wish: Intent | None) -> Refinement | None:
    """After a picture, "now at night": the last painted scene anew. A photo's content the painter cannot change."""
    if not request.has_source or wish not in (None, Intent.STYLE_TRANSFER):
        return None
    names_land = any(name in words.LAND for _, name, _ in match(text))
    surely = bool(intents.CHANGES.search(text)) or wish is not None
    if not surely and (names_land or not intents.MAY_CHANGE.search(text)):
        return None
    _, rest = sizes.read(text)
    reading = scene.read(rest, request.style)
    old = None if request.attached else last_scene(request.turns)
    if old:
        new = changed(old, rest, request.style)
        note = replies.ANEW.to(request.content)
        return _painting(request, new, reading.ignored, note) if reading.known or new != old else None
    if wish is None and reading.known:
        return _reply(request, replies.needs_ai(replies.WITHIN, request.content))
    return None


def _within(request: RefineRequest, text: str) -> Refinement:
    """For a picture that has just been attached or painted over: not even a scene is a wish for another one."""
    if not request.has_source:
        return _reply(request, replies.NO_PICTURE.to(request.content))
    if intents.CHANGES.search(text) or intents.CREATES.search(text) or scene.read(request.content).known:
        return _reply(request, replies.needs_ai(replies.WITHIN, request.content))
    return _not_understood(request)


def _paint(request: RefineRequest) -> Refinement:
    _, rest = sizes.read(request.content)
    reading = scene.read(rest, request.style)
    if not reading.known:
        return _not_understood(request)
    return _painting(request, reading.scene, reading.ignored)


def _painting(request: RefineRequest, wanted: Scene, ignored: Iterable[str], note: str | None = None) -> Refinement:
    said, _ = sizes.read(request.content)
    width, height = sizes.choose(request.width, request.height, said)
    left_out = replies.left_out([word for word in ignored if key(word) not in _LEADING.split()], request.content)
    return Refinement(
        intent=Intent.GENERATE,
        prompt=scene.describe(wanted),
        title=title(request.content),
        reply=" ".join(filter(None, (note, left_out))) or None,
        width=width,
        height=height,
        style=request.style,
        provider=PROVIDER,
    )


def _edit(request: RefineRequest, edits: tuple[Edit, ...]) -> Refinement:
    content = request.content
    if not request.has_source:
        return _reply(request, replies.NO_PICTURE.to(content))
    if not edits:
        return _not_understood(request)
    if intents.ONE_PART.search(key(content)) and not request.has_mask:
        return _reply(request, replies.needs_ai(replies.ONE_PART, content))
    wish = intents.wish(content)
    notes = (
        replies.NEEDS_AI[wish].to(content) if wish in replies.NEEDS_AI else None,
        replies.left_out(_seen(content), content),
    )
    return Refinement(
        intent=Intent.EDIT,
        prompt=describe(edits),
        title=title(content),
        reply=" ".join(filter(None, notes)) or None,
        width=None,
        height=None,
        style=None,
        provider=PROVIDER,
    )


def _tool(request: RefineRequest, intent: Intent, edits: tuple[Edit, ...] = ()) -> Refinement:
    """A wish for one of the tools; whether its provider can fulfil it, the provider says. `edits`: asked for as well."""
    content = request.content
    if not request.has_source:
        return _reply(request, replies.NO_PICTURE.to(content))
    steps = tool_words.steps_of(content) if intent is Intent.ENHANCE else ()
    left = tuple(edit for edit in edits if not (steps and edit.words() in _ENHANCING))
    style = tool_words.style_of(request.style, content) or request.style
    return Refinement(
        intent=intent,
        prompt=_order(request, intent, steps, style),
        title=title(content),
        reply=replies.later(describe(left), content) if left else None,
        width=None,
        height=None,
        style=style if intent is Intent.STYLE_TRANSFER else None,
        provider=PROVIDER,
    )


def _order(request: RefineRequest, intent: Intent, steps: Iterable[str], style: str | None) -> str:
    """In plain English, which `tool_words` reads back; where only a description will do, the person's own."""
    match intent:
        case Intent.ENHANCE:
            return f"enhance: {', '.join(steps)}"
        case Intent.REMOVE_BACKGROUND:
            return "remove the background"
        case Intent.REMOVE_OBJECT if request.has_mask:
            return "remove what is painted over"
        case Intent.STYLE_TRANSFER if style in STYLES:
            return f"in {style} style"
        case _:
            return " ".join(request.content.split())


def _not_understood(request: RefineRequest) -> Refinement:
    return _reply(request, replies.able(replies.NOT_UNDERSTOOD, request.content, request.has_source))


def _hello(request: RefineRequest) -> Refinement:
    return _reply(request, replies.able(replies.HELLO, request.content, request.has_source))


def _reply(request: RefineRequest, words: str) -> Refinement:
    """An answer without a picture."""
    return Refinement(
        intent=Intent.REPLY,
        prompt="",
        title=title(request.content),
        reply=words,
        width=None,
        height=None,
        style=None,
        provider=PROVIDER,
    )
