"""What a stage has found out, kept for whoever does the next one.

What was paid for, or comes out otherwise each time, is kept at once. What is free and the same again is kept a moment later,
or with the message's end where that comes first: until then no client has seen any of it, and after a crash it is made again.
"""

import logging
import threading
import time
from dataclasses import dataclass

from pymongo.errors import PyMongoError

from pipeline.coalescing import Coalescer
from pipeline.message import Stage
from pipeline.providers.base import Usage
from pipeline.store import artifacts, messages
from pipeline.store.messages import Job
from pipeline.transitions import Details

log = logging.getLogger(__name__)

HOLD_S = 0.1  # how long a checkpoint that may be kept later waits for the message's end


@dataclass(frozen=True)
class Checkpoint:
    """`made`: the picture, where it is to become the artifact."""

    to: Stage
    details: Details
    made: bytes | None = None


class Checkpoints:
    """Of one message that this worker holds. Its own thread finds them out; another one keeps those that have waited."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unsaved: Checkpoint | None = None
        self._since = 0.0
        self._job: Job | None = None  # what the unsaved one is of

    def save_later(self, job: Job, checkpoint: Checkpoint) -> Job:
        """The next stage's job, as it will be stored."""
        with self._lock:
            self._unsaved = self._with_unsaved(checkpoint)
            self._job, self._since = job, time.monotonic()
        _late.add(job.token, self)
        return job.found(checkpoint.to, checkpoint.details)

    def save_now(self, job: Job, checkpoint: Checkpoint, usage: Usage) -> Job | None:
        """The same, stored; None when nobody of us holds the message any more. Safe to repeat."""
        with self._lock:
            return self._save(job, self._with_unsaved(checkpoint), usage)

    def leave(self, job: Job, checkpoint: Checkpoint, usage: Usage) -> None:
        """The same, for anybody to go on with."""
        with self._lock:
            whole = self._with_unsaved(checkpoint)
            messages.advance(job, whole.to, _with_artifact(job, whole), usage)
            self._unsaved = None

    def save(self) -> None:
        """What is unsaved yet, for others to go on with."""
        with self._lock:
            if self._unsaved and self._job:
                self._save(self._job, self._unsaved, messages.FREE)

    def update_details(self, job: Job, details: Details) -> None:
        """What the running stage has found out, beside what the one before has."""
        with self._lock:
            if self._unsaved:
                self._unsaved = self._with_unsaved(Checkpoint(self._unsaved.to, details, self._unsaved.made))
            else:
                messages.update_details(job, details)

    def finish(self, job: Job, details: Details, usage: Usage = messages.FREE) -> bool:
        with self._lock:
            known: Details = {**self._unsaved.details, "stage": self._unsaved.to} if self._unsaved else {}
            held = messages.finish(job, {**known, **details}, usage)
            self._unsaved = None
            return held

    def _with_unsaved(self, checkpoint: Checkpoint) -> Checkpoint:
        known: Details = self._unsaved.details if self._unsaved else {}
        return Checkpoint(checkpoint.to, {**known, **checkpoint.details}, checkpoint.made)

    def _save(self, job: Job, checkpoint: Checkpoint, usage: Usage) -> Job | None:
        following = messages.advance_holding(job, checkpoint.to, _with_artifact(job, checkpoint), usage)
        self._unsaved = None
        return following

    def is_waiting(self) -> bool:
        return self._unsaved is not None and time.monotonic() - self._since < HOLD_S


def _with_artifact(job: Job, checkpoint: Checkpoint) -> Details:
    if checkpoint.made is None:
        return checkpoint.details
    return {**checkpoint.details, "artifact": artifacts.keep(job.id, job.token, checkpoint.made, job.message.user_id)}


def _save_late(held: dict[str, Checkpoints]) -> None:
    for token, each in held.items():
        if each.is_waiting():
            _late.add(token, each)
            continue
        try:
            each.save()
        except PyMongoError as error:  # what its thread writes next has it in it
            log.warning("action=checkpoint_postponed error=%r", error)


_late = Coalescer("checkpoints", _save_late, drops=(), hold_s=HOLD_S / 2)
