"""The results of a stage, stored for the next one, which another worker may run.

What was paid for, or is different each time, is kept at once. What is free and repeatable is kept a moment later, or
with the message's end; after a crash it is made again.
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

HOLD_S = 0.1  # how long `save_later` waits for the message's end


@dataclass(frozen=True)
class Checkpoint:
    """`made`: the picture, if it is to become the artifact."""

    to: Stage
    details: Details
    made: bytes | None = None


class Checkpoints:
    """Of one held message. Another thread stores what has waited for `HOLD_S`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unsaved: Checkpoint | None = None
        self._since = 0.0
        self._job: Job | None = None  # of the checkpoint that is not stored yet

    def save_later(self, job: Job, checkpoint: Checkpoint) -> Job:
        """The next stage's job."""
        with self._lock:
            self._unsaved = self._with_unsaved(checkpoint)
            self._job, self._since = job, time.monotonic()
        _late.add(job.token, self)
        return job.found(checkpoint.to, checkpoint.details)

    def save_now(self, job: Job, checkpoint: Checkpoint, usage: Usage) -> Job | None:
        """The next stage's job; None when the lease is lost. Safe to repeat."""
        with self._lock:
            return self._save(job, self._with_unsaved(checkpoint), usage)

    def leave(self, job: Job, checkpoint: Checkpoint, usage: Usage) -> None:
        """Stores it, and leaves the message to any worker."""
        with self._lock:
            whole = self._with_unsaved(checkpoint)
            messages.advance(job, whole.to, _with_artifact(job, whole), usage)
            self._unsaved = None

    def save(self) -> None:
        with self._lock:
            if self._unsaved and self._job:
                self._save(self._job, self._unsaved, messages.FREE)

    def update_details(self, job: Job, details: Details) -> None:
        """Changes details of the running stage."""
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
        except PyMongoError as error:  # the next write includes it
            log.warning("action=checkpoint_postponed error=%r", error)


_late = Coalescer("checkpoints", _save_late, drops=(), hold_s=HOLD_S / 2)
