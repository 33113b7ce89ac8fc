"""Runs the transitions of `pipeline.transitions` for the worker, and publishes their results."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from gallery.errors import StudioError
from pipeline import events, transitions
from pipeline.documents import Change, evolve
from pipeline.message import Message, Stage
from pipeline.message_parts import DelayForm, ErrorForm, Options
from pipeline.providers.base import Usage
from pipeline.queue import wake
from pipeline.store import followups, turns
from pipeline.store.documents import apply
from pipeline.store.mongo import database
from pipeline.store.turns import lease_terms
from pipeline.transitions import Details

log = logging.getLogger(__name__)

FREE = Usage()


@dataclass(frozen=True)
class Job:
    """A message that this worker holds. Every write filters on the token."""

    stage: Stage
    token: str
    message: Message

    @property
    def id(self) -> str:
        return self.message.id

    def found(self, to: Stage, details: Details) -> "Job":
        """The job of the next stage, not stored yet."""
        options: dict[str, Any] = {**self.message.options}
        others: dict[str, Any] = {}  # of the types that `Details` declares
        for name, value in details.items():
            of, _, option = name.partition(".")
            (options if option else others)[option or of] = value
        message = evolve(self.message, stage=to, attempts=1, options=cast("Options", options), **others)
        return Job(to, self.token, message)


def claim(stage: Stage) -> Job | None:
    """The next due message for this stage."""
    token = uuid.uuid4().hex
    message = apply(Message, transitions.claim(stage, token, **lease_terms()), transitions.BY_TURN)
    if message is None:
        return None
    at = message.claimed_stage
    log.info("action=claimed stage=%s message=%s attempt=%d", at, message.id, message.attempts)
    if stage is Stage.REFINING:
        turns.pass_on(message.user_id)
        events.enqueue_change(message)
        if (
            at is not Stage.REFINING or message.attempts > 1
        ):  # the stage is the same for clients: tell them that it left the queue
            events.enqueue(events.progress(message.session_id, message.id, at.value, fraction=0))
    return Job(at, token, message)


def is_due(stage: Stage) -> bool:
    return database()["messages"].find_one(transitions.due(stage, **lease_terms()), {"_id": 1}) is not None


def count_due(stage: Stage, limit: int) -> int:
    return database()["messages"].count_documents(transitions.due(stage, **lease_terms()), limit=limit)


def update_details(job: Job, values: Details) -> None:
    message = apply(Message, transitions.update_details(job.id, job.token, values))
    if message is not None:
        events.enqueue_change(message)


def advance(job: Job, to: Stage, checkpoint: Details, usage: Usage = FREE) -> None:
    """To the next stage, which any worker may run: at once, or after the message that it waits for has ended."""
    message = apply(Message, transitions.advance(job.id, job.token, to, checkpoint, usage.counted()))
    if message is None:
        _lease_lost(job, usage.counted())
        return
    _advanced(message)
    if message.waits_for is None:
        wake(to)
    else:
        _unblock_if_ended(message.waits_for, message.user_id)


def advance_holding(job: Job, to: Stage, checkpoint: Details, usage: Usage = FREE) -> Job | None:
    """To the next stage, which this worker runs. None if the lease is lost."""
    message = apply(Message, transitions.advance_holding(job.id, job.token, to, checkpoint, usage.counted()))
    if message is None:
        _lease_lost(job, usage.counted())
        return None
    _advanced(message)
    return Job(to, job.token, message)


def _advanced(message: Message) -> None:
    events.enqueue_change(message)
    if message.stage is Stage.GENERATING:  # variations wait only for the refinement
        followups.schedule(message)


def finish(job: Job, values: Details, usage: Usage = FREE) -> bool:
    counted = usage.counted()
    return _end(job, transitions.finish(job.id, job.token, values, counted), counted)


def fail(job: Job, error: StudioError) -> bool:
    return _end(job, transitions.fail(job.id, job.token, stored_error(error), error.usage), error.usage)


def _end(job: Job, change: Change, usage: Mapping[str, int]) -> bool:
    message = apply(Message, change)
    if message is None:
        return _lease_lost(job, usage)
    publish_end(message)
    return True


def stored_error(error: StudioError) -> ErrorForm:
    """Without `retry_after`, which says nothing once a message has ended."""
    return {"code": error.code, "message": error.message, "retryable": error.retryable}


def retry_later(job: Job, delay_s: float, usage: Mapping[str, int], *, counts: bool = True) -> None:
    if apply(Message, transitions.retry_later(job.id, job.token, round(delay_s * 1000), usage, counts=counts)) is None:
        _lease_lost(job, usage)


def wait_for_provider(job: Job, error: StudioError, delay_s: float) -> None:
    """`retry_later` that tells the person why."""
    why: DelayForm = {"code": error.code, "message": error.message, "seconds": max(1, round(delay_s))}
    change = transitions.retry_later(job.id, job.token, round(delay_s * 1000), error.usage, why=why)
    message = apply(Message, change)
    if message is None:
        _lease_lost(job, error.usage)
    else:
        events.enqueue_change(message)


def requeue(job: Job, usage: Mapping[str, int]) -> None:
    if apply(Message, transitions.requeue(job.id, job.token, usage)):
        wake(job.stage)
    else:
        _lease_lost(job, usage)


def wait(job: Job, waits_for: str) -> None:
    apply(Message, transitions.block(job.id, job.token, waits_for))
    _unblock_if_ended(waits_for, job.message.user_id)


def _unblock_if_ended(waited_for: str, user_id: str) -> None:
    """The other message may have ended just before this one began to wait."""
    if followups.unblock_settled([waited_for]):
        turns.give([user_id])


def publish_end(message: Message) -> None:
    log.info("action=ended message=%s status=%s stage=%s", message.id, message.status, message.stage)
    events.enqueue_change(message)
    followups.schedule(message)


def _lease_lost(job: Job, usage: Mapping[str, int]) -> bool:
    """Without the lease nothing is cleaned up here; maintenance does it."""
    log.info("action=lease_lost stage=%s message=%s", job.stage, job.id)
    add_usage(job, usage)
    return False


def add_usage(job: Job, usage: Mapping[str, int]) -> None:
    """Whoever holds the message. Raises no version: the public form does not show it."""
    if usage:
        apply(Message, transitions.add_usage(job.id, usage))
