"""The first stage: finds out what a message asks for."""

from typing import cast

from gallery.translation import _
from pipeline.message import SEEDS, Message, Stage
from pipeline.message_parts import SuggestionForm
from pipeline.providers import registry
from pipeline.providers.base import Intent, Refinement, Suggestion
from pipeline.providers.text import NOTHING_BEFORE
from pipeline.store import messages, sessions
from pipeline.store.messages import Job
from pipeline.transitions import Details
from pipeline.worker import choices, sources, stages
from pipeline.worker.checkpoints import Checkpoint
from pipeline.worker.lease import Lease

REUSED_OPTIONS = ("width", "height", "resolution", "adjust")


def refine(job: Job, lease: Lease) -> Job | None:
    message = job.message
    if message.intent is not None:  # refined and requeued by a worker of the release before
        return lease.advance(Checkpoint(Stage.UPLOADING if message.artifact else Stage.GENERATING, {}))
    original = sources.original(message)
    if original is not None and original.intent is not None:
        return _reuse_refinement(lease, original, original.intent)
    turns = sources.turns_before(message)
    source = sources.resolve_source(message, turns)
    request = sources.refine_request(message, source, turns)
    if request.adjust is None:
        refinement = stages.refine(choices.refiner(), choices.provider_for, request)
    else:
        refinement = stages.refine(registry.by_hand(), lambda intent: registry.by_hand(), request)
    if refinement.title:
        sessions.name(message.session_id, refinement.title)
    if refinement.looks and source != sources.Source():
        looks: Details = {"intent": Intent.REPLY.value, "provider": refinement.provider}
        where: Details = {"source_id": source.image_id, "waits_for": source.waits_for}
        return lease.advance(Checkpoint(Stage.GENERATING, {**looks, **where}), refinement.usage)
    if refinement.intent is Intent.REPLY:
        messages.finish(job, {"intent": Intent.REPLY.value, **_replied(message, source, refinement)}, refinement.usage)
        return None
    waits_for = source.waits_for if refinement.intent.needs_source else None
    source_id = source.image_id if refinement.intent.needs_source else None
    checkpoint: Details = {**_checkpoint(refinement, source_id), "source_id": source_id, "waits_for": waits_for}
    if refinement.seed is not None and "seed" not in message.options:
        checkpoint = {**checkpoint, **_seeded(refinement.seed)}
    return lease.advance(Checkpoint(Stage.GENERATING, checkpoint), refinement.usage, repeatable=refinement.repeatable)


def _checkpoint(refinement: Refinement, source_id: str | None) -> Details:
    values: Details = {
        "intent": refinement.intent.value,
        "refined_prompt": refinement.prompt,
        "style": refinement.style,
        "plan": refinement.plan,
        **_answer(refinement, source_id),
    }
    if refinement.width and refinement.height:
        values["options.width"], values["options.height"] = refinement.width, refinement.height
    return values


def _seeded(seed: int) -> Details:
    return {"seed": seed, "options.seed": seed}


def _answer(refinement: Refinement, image_id: str | None) -> Details:
    suggestions = [suggestion_form(each, image_id) for each in refinement.suggestions]
    return {"reply": refinement.reply, "suggestions": suggestions, "provider": refinement.provider}


def suggestion_form(suggestion: Suggestion, image_id: str | None) -> SuggestionForm:
    """With the picture that it was offered for."""
    return {
        "label": suggestion.label,
        "content": suggestion.content,
        "action": suggestion.action.value if suggestion.action else None,
        "image_id": image_id if suggestion.action else None,
    }


def _replied(message: Message, source: sources.Source, refinement: Refinement) -> Details:
    """After "go back" the earlier version is attached, so that later messages refer to it."""
    if not refinement.goes_back:
        return _answer(refinement, source.image_id)
    before = sources.version_before(message, source)
    if before is None:
        return {**_answer(refinement, None), "reply": _(NOTHING_BEFORE), "suggestions": []}
    return {**_answer(refinement, before), "source_image_id": before, "further_image_ids": None}


def _reuse_refinement(lease: Lease, original: Message, intent: str) -> Job | None:
    """A variation's refinement is its original's; its seed is the original's plus its number."""
    job = lease.job
    answer: Details = {"intent": intent, "provider": original.provider}
    if intent == Intent.REPLY and original.reply is not None:
        messages.finish(job, {**answer, "reply": original.reply, "suggestions": original.suggestions})
        return None
    seed = (original.seed + sources.number(job.message)) % SEEDS
    checkpoint: Details = {
        **answer,
        "refined_prompt": original.refined_prompt,
        "style": original.style,
        "source_id": original.source_id,
        "plan": original.plan,
        "mask_image_id": job.message.mask_image_id or original.mask_image_id,
        "waits_for": original.waits_for,
        **_seeded(seed),
    }
    if original.further_image_ids and not job.message.attached:
        checkpoint["source_image_id"] = original.source_image_id
        checkpoint["further_image_ids"] = original.further_image_ids
    options = {f"options.{name}": value for name, value in original.options.items() if name in REUSED_OPTIONS}
    checkpoint = {**checkpoint, **cast("Details", options)}
    return lease.advance(Checkpoint(Stage.GENERATING, checkpoint), repeatable=True)
