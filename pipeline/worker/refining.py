"""The first stage: finds out what a message asks for."""

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


def refine(job: Job, lease: Lease) -> Job | None:
    message = job.message
    if message.intent is not None:  # refined and requeued by a worker of the release before
        return lease.advance(Checkpoint(Stage.UPLOADING if message.artifact else Stage.GENERATING, {}))
    original = sources.original(message)
    if original is not None and original.intent is not None:
        return _reuse_refinement(lease, original, original.intent)
    turns = sources.turns_before(message)
    it = sources.resolve_source(message, turns)
    request = sources.refine_request(message, it, turns)
    if request.adjust is None:
        read = stages.refine(choices.refiner(), choices.provider_for, request)
    else:
        read = stages.refine(registry.by_hand(), lambda intent: registry.by_hand(), request)
    if read.title:
        sessions.name(message.session_id, read.title)
    if read.looks and it != sources.Source():
        looks: Details = {"intent": Intent.REPLY.value, "provider": read.provider}
        where: Details = {"source_id": it.image_id, "waits_for": it.waits_for}
        return lease.advance(Checkpoint(Stage.GENERATING, {**looks, **where}), read.usage)
    if read.intent is Intent.REPLY:
        messages.finish(job, {"intent": Intent.REPLY.value, **_replied(message, it, read)}, read.usage)
        return None
    waits_for = it.waits_for if read.intent.needs_source else None
    source = it.image_id if read.intent.needs_source else None
    checkpoint: Details = {**_checkpoint(read, source), "source_id": source, "waits_for": waits_for}
    return lease.advance(Checkpoint(Stage.GENERATING, checkpoint), read.usage, repeatable=read.repeatable)


def _checkpoint(read: Refinement, source: str | None) -> Details:
    values: Details = {
        "intent": read.intent.value,
        "refined_prompt": read.prompt,
        "style": read.style,
        "plan": read.plan,
        **_answer(read, source),
    }
    if read.width and read.height:
        values["options.width"], values["options.height"] = read.width, read.height
    return values


def _answer(read: Refinement, image_id: str | None) -> Details:
    suggestions = [suggestion_form(each, image_id) for each in read.suggestions]
    return {"reply": read.reply, "suggestions": suggestions, "provider": read.provider}


def suggestion_form(read: Suggestion, image_id: str | None) -> SuggestionForm:
    """With the picture that it was offered for."""
    return {
        "label": read.label,
        "content": read.content,
        "action": read.action.value if read.action else None,
        "image_id": image_id if read.action else None,
    }


def _replied(message: Message, it: sources.Source, read: Refinement) -> Details:
    """After "go back" the earlier version is attached, so that later messages refer to it."""
    if not read.goes_back:
        return _answer(read, it.image_id)
    before = sources.version_before(message, it)
    if before is None:
        return {**_answer(read, None), "reply": _(NOTHING_BEFORE), "suggestions": []}
    return {**_answer(read, before), "source_image_id": before, "further_image_ids": None}


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
        "seed": seed,
        "options.seed": seed,
        "waits_for": original.waits_for,
    }
    if original.further_image_ids and not job.message.attached:
        checkpoint["source_image_id"] = original.source_image_id
        checkpoint["further_image_ids"] = original.further_image_ids
    if "width" in original.options:
        checkpoint["options.width"] = original.options["width"]
    if "height" in original.options:
        checkpoint["options.height"] = original.options["height"]
    if "resolution" in original.options:
        checkpoint["options.resolution"] = original.options["resolution"]
    if "adjust" in original.options:
        checkpoint["options.adjust"] = original.options["adjust"]
    return lease.advance(Checkpoint(Stage.GENERATING, checkpoint), repeatable=True)
