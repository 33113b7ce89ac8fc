"""For models that make pictures while nobody but the keywords reads: they understand a person's own words better than what
the keywords make of them."""

from collections.abc import Set
from dataclasses import replace

from pipeline.providers.base import Intent, Refinement, RefineRequest
from pipeline.providers.text import choose_size

from ..sentences import say
from ..vocabulary import says
from .edits import parse
from .intents import asks_for_change, command, size_in, tool_asked_for
from .refine import refine as refine_by_keywords


def refine(request: RefineRequest, made_by_models: Set[Intent]) -> Refinement:
    read = refine_by_keywords(request)
    intent = _intent(request, read)
    if intent not in made_by_models:
        greeted = Intent.GENERATE in made_by_models and read.reply == say("hello")
        return replace(read, reply=say("hello_by_models")) if greeted else read
    said, without_size = size_in(request.content)
    prompt, width, height = request.content, request.width, request.height
    if intent is Intent.GENERATE:
        width, height = choose_size(width, height, said)
        prompt = read.prompt if command(request.content) else without_size
    own = replace(read, intent=intent, prompt=" ".join(prompt.split()), style=read.style or request.style)
    return replace(own, reply=None, plan=None, seed=None, suggestions=(), instead=(), width=width, height=height)


def _intent(request: RefineRequest, read: Refinement) -> Intent:
    """What the keywords only answer with words, because they do not understand it, is a picture or a change of one."""
    if request.intent:
        return request.intent if request.has_source or not request.intent.needs_source else read.intent
    text = " ".join(request.content.split())
    talks = command(text) or any(says(name, text) for name in ("asks", "greets", "insults"))
    if talks or read.intent not in (Intent.REPLY, Intent.GENERATE):
        return read.intent
    if request.has_source and not (says("creates", text) and not request.has_mask):
        if tool_asked_for(text) is Intent.REMOVE_OBJECT:
            return Intent.REMOVE_OBJECT
        changes = request.attached or request.has_mask or says("says_it", text) or asks_for_change(text)
        return Intent.EDIT if changes else Intent.GENERATE
    needs_source = not request.has_source and (request.has_mask or tool_asked_for(text) or parse(text))
    return read.intent if needs_source else Intent.GENERATE
