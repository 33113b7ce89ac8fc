"""The right to work on a message, for as long as a worker renews it."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gallery import pictures
from gallery.errors import Interrupted, StudioError
from pipeline import events, transitions
from pipeline.message import Message
from pipeline.providers.base import Usage
from pipeline.store import messages
from pipeline.store.documents import apply_to_all
from pipeline.store.messages import Job
from pipeline.store.mongo import database
from pipeline.worker.checkpoints import Checkpoint, Checkpoints

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.15
PAID_S = 60.0  # how long a stopping worker waits for a paid call; the rest of its time is for storing
DRAFTS = 8  # shown for one message


class LeaseLost(Interrupted):
    """The message was cancelled, or another worker holds it."""


class WorkerStopping(Interrupted):
    """This worker was told to stop."""


class Stop(threading.Event):
    """`since`: when it was first set, on the monotonic clock."""

    since = math.inf

    def set(self) -> None:
        self.since = min(self.since, time.monotonic())
        super().set()

    def clear(self) -> None:
        super().clear()
        self.since = math.inf


stopping = Stop()


class Lease:
    """The `Control` of a held message. `job`: its current stage."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.made: bytes | None = None  # the picture's bytes, if this worker made it
        self.checkpoints = Checkpoints()
        self.lost = threading.Event()
        self._next_event = 0.0
        self._drafts_left = DRAFTS

    def progress(self, fraction: float) -> None:
        self._tell(fraction, patience_s=0.0, estimated=False)

    def billed_progress(self, fraction: float) -> None:
        self._tell(fraction, patience_s=PAID_S, estimated=True)

    def draft(self, data: bytes) -> None:
        if self._drafts_left == 0:
            return
        self._drafts_left -= 1
        try:
            placeholder = pictures.sketch(data)
        except StudioError as error:  # only the draft is lost
            log.warning("action=draft_unreadable message=%s error=%r", self.job.id, error)
            return
        events.enqueue(
            events.progress(self.job.message.session_id, self.job.id, self.job.stage.value, placeholder=placeholder)
        )

    def advance(self, checkpoint: Checkpoint, usage: Usage = messages.FREE, *, repeatable: bool = False) -> Job | None:
        """The next stage's job; None if the message has to wait, or this worker to stop: then any worker may continue it."""
        if checkpoint.details.get("waits_for") is not None or stopping.is_set():
            self.checkpoints.leave(self.job, checkpoint, usage)
            return None
        if repeatable:
            return self.checkpoints.save_later(self.job, checkpoint)
        return self.checkpoints.save_now(self.job, checkpoint, usage)

    def _tell(self, fraction: float, *, patience_s: float, estimated: bool) -> None:
        if self.lost.is_set():
            raise LeaseLost
        now = time.monotonic()
        if now - stopping.since >= patience_s:
            raise WorkerStopping
        if now < self._next_event:
            return
        self._next_event = now + PROGRESS_EVERY_S
        share = round(min(1.0, max(0.0, fraction)), 3)
        what: dict[str, float] = {"fraction": share, **({"estimated": True} if estimated else {})}
        events.enqueue(events.progress(self.job.message.session_id, self.job.id, self.job.stage.value, **what))


_leases: dict[str, Lease] = {}  # by token


@contextmanager
def holding(job: Job) -> Iterator[Lease]:
    """Renews the lease meanwhile."""
    lease = _leases[job.token] = Lease(job)
    try:
        yield lease
    finally:
        del _leases[job.token]


def renew() -> None:
    """Renews every lease of this process, and marks those that are lost."""
    tokens = list(_leases)
    if not tokens:
        return
    change = transitions.renew(tokens)
    apply_to_all(Message, change)
    alive = {doc["token"] for doc in database()["messages"].find(change.filter, {"token": 1})}
    for token in tokens:
        if token not in alive and (lease := _leases.get(token)):
            lease.lost.set()
