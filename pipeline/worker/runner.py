"""What a worker does when it is woken: claim one message, run a stage of it, and go on with it.

A step returns the job of the next stage, or None where this worker has nothing more to do.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import translation
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError, WTimeoutError

from gallery import services as gallery
from gallery import space
from gallery.errors import Budget, Interrupted, NoImage, StorageFull, StudioError
from gallery.models import Image
from gallery.pictures import Rendition
from gallery.translation import _
from pipeline import costs
from pipeline.message import SEEDS, Message, Stage, SuggestionForm
from pipeline.providers import abilities, registry
from pipeline.providers.adjust import Adjust
from pipeline.providers.base import Intent, PictureRequest, Provider, Refinement, Suggestion, Usage
from pipeline.providers.text import NOTHING_BEFORE, answered_in
from pipeline.queue import wake
from pipeline.store import artifacts, messages, sessions, stage_times
from pipeline.store.messages import Job
from pipeline.transitions import Details
from pipeline.worker import choices, paying, sources, stages
from pipeline.worker.checkpoints import Checkpoint
from pipeline.worker.maintenance import Lease, LeaseLost, WorkerStopping, holding, stopping

log = logging.getLogger(__name__)
T = TypeVar("T")

WORKS_S = 1.0  # how long a woken thread begins messages
BACKOFF_S = 1.0  # doubled with each attempt; the provider's own wins


def work(stage: Stage) -> None:
    """Takes the next due message of this stage as far as it goes. Where more are due, another worker is woken too, and
    this one goes on for a while; then the queue decides, which puts later stages first."""
    until = time.monotonic() + WORKS_S
    try:
        if (job := messages.claim(stage)) is None:
            return
        if more := messages.is_due(stage):
            wake(stage)
        _take_through(job)
        while more and not stopping.is_set():
            if time.monotonic() >= until:
                wake(stage)
                return
            if (job := messages.claim(stage)) is None:
                return
            _take_through(job)
    finally:
        close_old_connections()


def _take_through(job: Job) -> None:
    with holding(job) as lease:
        while following := run(lease):
            lease.job = following


def run(lease: Lease) -> Job | None:
    """In the language that its person is answered in."""
    message = lease.job.message
    with translation.override(message.language or answered_in(message.content)):
        return _run(lease)


def _run(lease: Lease) -> Job | None:
    job, began = lease.job, time.monotonic()
    try:
        with paying.paid_by(job):
            following = _STEPS[job.stage](job, lease)
        if following or job.stage is Stage.UPLOADING:  # waits and replies are no measure
            stage_times.took(job.stage, job.message.intent, time.monotonic() - began)
        return following
    except LeaseLost as error:
        log.info("action=stopped message=%s stage=%s", job.id, job.stage)
        messages.add_usage(job, error.usage)
    except WorkerStopping as error:
        log.info("action=requeued message=%s stage=%s", job.id, job.stage)
        _save(lease)
        messages.requeue(job, error.usage)
    except (OperationalError, InterfaceError) as error:  # no message fails for an outage, however long
        log.warning("action=sql_down message=%s stage=%s error=%r", job.id, job.stage, error)
        _save(lease)
        messages.retry_later(job, BACKOFF_S, {}, counts=False)
    except (StorageFull, Budget) as error:  # trying again does not help
        log.info("action=%s message=%s", error.code, job.id)
        _save(lease)
        messages.fail(job, error)
    except StudioError as error:
        log.warning("action=stage_failed message=%s stage=%s code=%s", job.id, job.stage, error.code, exc_info=error)
        _save(lease)
        _settle(job, error)
    except Exception:
        log.exception("action=stage_crashed message=%s stage=%s", job.id, job.stage)
        _save(lease)
        _settle(job, Interrupted())
    return None


def _save(lease: Lease) -> None:
    """Unsaved checkpoints of the stages before. What cannot be stored is free, and made again."""
    try:
        lease.checkpoints.save()
    except PyMongoError as error:
        log.warning("action=checkpoint_dropped message=%s error=%r", lease.job.id, error)


def _settle(job: Job, error: StudioError) -> None:
    """Retries a retryable error while attempts are left, and not for minutes."""
    attempts = job.message.attempts
    is_soon = not isinstance(error, choices.CircuitOpen) or (error.retry_after or 0.0) <= choices.WAIT_S
    if error.retryable and is_soon and attempts < settings.ATTEMPTS:
        messages.retry_later(job, error.retry_after or BACKOFF_S * 2 ** (attempts - 1), error.usage)
    else:
        messages.fail(job, error)


def _move(
    lease: Lease, checkpoint: Checkpoint, usage: Usage = messages.FREE, *, repeatable: bool = False
) -> Job | None:
    """On to the next stage; left to any worker where it has to wait, or this one to stop."""
    if checkpoint.details.get("waits_for") is not None or stopping.is_set():
        lease.checkpoints.leave(lease.job, checkpoint, usage)
        return None
    if repeatable:
        return lease.checkpoints.save_later(lease.job, checkpoint)
    return lease.checkpoints.save_now(lease.job, checkpoint, usage)


def _refine(job: Job, lease: Lease) -> Job | None:
    message = job.message
    if message.intent is not None:  # handed back by a worker of the release before
        return _move(lease, Checkpoint(Stage.UPLOADING if message.artifact else Stage.GENERATING, {}))
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
        return _move(lease, Checkpoint(Stage.GENERATING, {**looks, **where}), read.usage)
    if read.intent is Intent.REPLY:
        messages.finish(job, {"intent": Intent.REPLY.value, **_replied(message, it, read)}, read.usage)
        return None
    waits_for = it.waits_for if read.intent.needs_source else None
    source = it.image_id if read.intent.needs_source else None
    checkpoint: Details = {**_checkpoint(read, source), "source_id": source, "waits_for": waits_for}
    return _move(lease, Checkpoint(Stage.GENERATING, checkpoint), read.usage, repeatable=read.repeatable)


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
    suggestions = [_suggestion(each, image_id) for each in read.suggestions]
    return {"reply": read.reply, "suggestions": suggestions, "provider": read.provider}


def _suggestion(read: Suggestion, image_id: str | None) -> SuggestionForm:
    """With the picture that was meant when it was offered."""
    return {
        "label": read.label,
        "content": read.content,
        "action": read.action.value if read.action else None,
        "image_id": image_id if read.action else None,
    }


def _replied(message: Message, it: sources.Source, read: Refinement) -> Details:
    """After "go back" the earlier version is attached: later messages mean that one."""
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
    return _move(lease, Checkpoint(Stage.GENERATING, checkpoint), repeatable=True)


def _generate(job: Job, lease: Lease) -> Job | None:
    message, owner = job.message, job.message.user_id
    if message.intent == Intent.REPLY:
        _answer_about_picture(job, lease)
        return None
    space.check(owner, beside=lambda: artifacts.bytes_of(owner))
    intent, adjust = Intent(message.intent or ""), Adjust.of(message.options)
    provider = choices.provider_for(intent) if adjust is None else registry.by_hand()
    source = mask = None
    found: Details = {}
    if intent.needs_source:
        it = sources.resolve_source(message)
        if it.waits_for is not None:
            messages.wait(job, it.waits_for)
            return None
        if it.image_id is None:
            raise NoImage(_("There is no picture to change yet."))
        image, source = gallery.open_source(owner, it.image_id)
        before = image.width, image.height
        prompt = message.refined_prompt or ""
        size = adjust.size_after(before) if adjust else provider.size(intent, prompt, before, message.plan)
        found["source_id"] = it.image_id
        if size:
            found["options.width"], found["options.height"] = size
        lease.checkpoints.update_details(job, found)
    if message.mask_image_id:
        mask = gallery.open_source(owner, message.mask_image_id, mask=True)[1]
    made = stages.generate(provider, _request(message, intent, source, mask, _references(message, provider)), lease)
    lease.made = made.data
    details: Details = {
        **found,
        "provider": made.provider,
        "reply": _reply(message.reply, made.note),
        "suggestions": _with(message.suggestions, made.suggestions),
        "refined_prompt": made.prompt or message.refined_prompt,
        "options.width": made.width,
        "options.height": made.height,
    }
    checkpoint = Checkpoint(Stage.UPLOADING, details, made.data)
    return _retry_while_mongo_is_down(lease, lambda: _move(lease, checkpoint, made.usage, repeatable=made.repeatable))


def _references(message: Message, provider: Provider) -> tuple[bytes, ...]:
    """A new picture is made after all attached ones, a change after those beside the one that is changed."""
    if Intent(message.intent or "").needs_source:
        further = message.attached[1:] if provider.max_pictures > 1 else []
    else:
        further = message.attached if _paints_after_pictures(provider) else []
    return tuple(gallery.open_source(message.user_id, image_id)[1] for image_id in further)


def _parents(message: Message) -> list[str]:
    """What the picture was made from, in the order of the numbers."""
    if message.source_id:
        return [message.source_id, *(message.further_image_ids or ())]
    return message.attached if _paints_after_pictures(choices.provider_for(Intent(message.intent or ""))) else []


def _paints_after_pictures(provider: Provider) -> bool:
    able = abilities.OF.get(provider.name)
    return able is not None and able.pictures > 1 and able.in_words


def _answer_about_picture(job: Job, lease: Lease) -> None:
    message, reader = job.message, choices.picture_reader()
    it = sources.resolve_source(message)
    if it.waits_for is not None:
        messages.wait(job, it.waits_for)
        return
    if it.image_id is None or reader is None:
        raise NoImage(_("There is no picture to look at."))
    ids = message.attached or [it.image_id]
    pictures = tuple(gallery.open_source(message.user_id, image_id)[1] for image_id in ids)
    question = sources.question(message, pictures, sources.turns_before(message))
    answer = stages.answer(reader, question, lease)
    details: Details = {"reply": answer.text, "provider": answer.provider, "source_id": None}
    _retry_while_mongo_is_down(lease, lambda: lease.checkpoints.finish(job, details, answer.usage))


def _retry_while_mongo_is_down(lease: Lease, write: Callable[[], T]) -> T:
    """`write` has to be safe to repeat."""
    while True:
        try:
            return write()
        except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as error:
            if lease.lost.is_set() or stopping.is_set():
                raise
            log.warning("action=write_repeated message=%s error=%r", lease.job.id, error)
            time.sleep(BACKOFF_S)


def _reply(said: str | None, note: str | None) -> str | None:
    """With the note once, however often the picture is made."""
    return said if note is None or note in (said or "") else " ".join(filter(None, (said, note)))


def _with(offered: list[SuggestionForm], also: tuple[Suggestion, ...]) -> list[SuggestionForm]:
    more = [form for form in (_suggestion(each, None) for each in also) if form not in offered]
    return [*more, *offered][: stages.MAX_SUGGESTIONS]


def _request(
    message: Message, intent: Intent, source: bytes | None, mask: bytes | None, references: tuple[bytes, ...]
) -> PictureRequest:
    return PictureRequest(
        intent=intent,
        prompt=message.refined_prompt or "",
        content=message.content,
        width=message.options.get("width"),
        height=message.options.get("height"),
        style=message.style,
        seed=message.seed,
        source=source,
        mask=mask,
        adjust=Adjust.of(message.options),
        plan=message.plan,
        references=references,
        resolution=message.options.get("resolution"),
    )


def _upload(job: Job, lease: Lease) -> Job | None:
    message = job.message
    data = lease.made or (artifacts.read(message.artifact) if message.artifact else None)
    if data is None:
        log.warning("action=artifact_missing message=%s", job.id)
        return _move(lease, Checkpoint(Stage.GENERATING, {"artifact": None}))
    rendition, parents = stages.upload(data), _parents(message)
    lease.progress(0.3)
    image = gallery.draft(
        message_id=job.id,
        session_id=message.session_id,
        owner_id=message.user_id,
        parent_id=parents[0] if parents else None,
        further_ids=parents[1:],
        prompt=message.refined_prompt or "",
        intent=message.intent or "",
        provider=message.provider or "",
        request=message.content,
        rendition=rendition,
        seed=message.seed,
        cost=message.spent if costs.anything() else None,
        by_hand=Adjust.of(message.options) is not None,
    )
    if _stored(lease, image, rendition):
        gallery.publish(image)
    return None


def _stored(lease: Lease, image: Image, rendition: Rendition) -> bool:
    """Whether the message ended with this picture. A held message's draft is never purged; who lost the lease has to
    look whether its files came after the purge."""
    ended = False
    try:
        gallery.put(image, rendition)
        lease.progress(0.9)
        ended = lease.checkpoints.finish(lease.job, {"image": gallery.snapshot(image), "artifact": None})
        return ended
    finally:
        if not ended:
            gallery.delete_if_purged(image)


_STEPS: dict[Stage, Callable[[Job, Lease], Job | None]] = {
    Stage.REFINING: _refine,
    Stage.GENERATING: _generate,
    Stage.UPLOADING: _upload,
}
