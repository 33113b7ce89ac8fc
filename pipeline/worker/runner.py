"""What a worker does when it is woken: it claims a message and runs its stages.

A step returns the job of the next stage, or None where this worker has nothing more to do.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import translation
from pymongo.errors import PyMongoError

from gallery.errors import Budget, Interrupted, StorageFull, StudioError
from pipeline.message import Stage
from pipeline.providers.text import answered_in
from pipeline.queue import wake
from pipeline.store import messages, stage_times
from pipeline.store.messages import Job
from pipeline.worker import choices, generating, paying, refining, uploading
from pipeline.worker.lease import Lease, LeaseLost, WorkerStopping, holding, stopping

log = logging.getLogger(__name__)

WORKS_S = 1.0  # how long a woken thread goes on to claim messages
BACKOFF_S = 1.0  # doubled with each attempt, unless the provider says how long


def work(stage: Stage) -> None:
    """Takes the next due message of this stage as far as it goes. Where more are due, another worker is woken, and this
    one goes on for a while."""
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
    """In the language of the answer."""
    message = lease.job.message
    with translation.override(message.language or answered_in(message.content)):
        return _run(lease)


def _run(lease: Lease) -> Job | None:
    job, began = lease.job, time.monotonic()
    try:
        with paying.paid_by(job):
            following = _STEPS[job.stage](job, lease)
        if following or job.stage is Stage.UPLOADING:  # messages that wait, and replies, would distort the times
            made_by = (following or job).message.provider
            stage_times.note_time(job.stage, job.message.intent, time.monotonic() - began, made_by)
        return following
    except LeaseLost as error:
        log.info("action=stopped message=%s stage=%s", job.id, job.stage)
        messages.add_usage(job, error.usage)
    except WorkerStopping as error:
        log.info("action=requeued message=%s stage=%s", job.id, job.stage)
        _save(lease)
        messages.requeue(job, error.usage)
    except (OperationalError, InterfaceError) as error:  # a message never fails because of an outage of a database
        log.warning("action=sql_down message=%s stage=%s error=%r", job.id, job.stage, error)
        _save(lease)
        messages.retry_later(job, BACKOFF_S, {}, counts=False)
    except (StorageFull, Budget) as error:  # not retried
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
    """Stores checkpoints of earlier stages. If that fails they are made again, since they were free."""
    try:
        lease.checkpoints.save()
    except PyMongoError as error:
        log.warning("action=checkpoint_dropped message=%s error=%r", lease.job.id, error)


def _settle(job: Job, error: StudioError) -> None:
    """Retries a retryable error while attempts are left, unless its provider will be down for long."""
    attempts = job.message.attempts
    is_soon = not isinstance(error, choices.CircuitOpen) or (error.retry_after or 0.0) <= choices.WAIT_S
    if not (error.retryable and is_soon and attempts < settings.ATTEMPTS):
        messages.fail(job, error)
    elif error.retry_after:
        messages.wait_for_provider(job, error, error.retry_after)
    else:
        messages.retry_later(job, BACKOFF_S * 2 ** (attempts - 1), error.usage)


_STEPS: dict[Stage, Callable[[Job, Lease], Job | None]] = {
    Stage.REFINING: refining.refine,
    Stage.GENERATING: generating.generate,
    Stage.UPLOADING: uploading.upload,
}
