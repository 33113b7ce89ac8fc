"""The transitions of `pipeline.message`, run in MongoDB for the worker. Each one says whether it happened; then it is news."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pymongo import ReturnDocument

from gallery import links
from gallery.errors import StudioError
from pipeline import aftermath, message, publisher
from pipeline.message import Change, Doc, Stage
from pipeline.mongo import database
from pipeline.providers.base import Usage
from pipeline.tasks import ring

log = logging.getLogger(__name__)

FREE = Usage()


@dataclass(frozen=True)
class Job:
    """A message that this worker holds: its document as it was claimed, and the token that every write needs."""

    stage: Stage
    token: str
    doc: Doc

    @property
    def id(self) -> str:
        return str(self.doc["_id"])


def lease() -> dict[str, int]:
    return {"lease_ms": round(settings.LEASE_S * 1000), "attempts": settings.ATTEMPTS}


def apply(change: Change) -> Doc | None:
    """The document after the change, or None where its filter no longer held."""
    return database()["messages"].find_one_and_update(
        change.filter, change.update, sort=[("_id", 1)], return_document=ReturnDocument.AFTER
    )


def announce(doc: Doc) -> None:
    ended = doc["status"] != message.Status.PROCESSING
    publisher.post(publisher.message_changed(message.public(doc, links.urls)), at_once=ended)


def claim(stage: Stage) -> Job | None:
    token = uuid.uuid4().hex
    doc = apply(message.claim(stage, token, **lease()))
    if doc is None:
        return None
    log.info("action=claimed stage=%s message=%s attempt=%d", stage, doc["_id"], doc["attempts"])
    if stage is Stage.REFINING:
        announce(doc)
    return Job(stage, token, doc)


def is_due(stage: Stage) -> bool:
    return database()["messages"].find_one(message.due(stage, **lease()), {"_id": 1}) is not None


def count_due(stage: Stage, limit: int) -> int:
    return database()["messages"].count_documents(message.due(stage, **lease()), limit=limit)


def learn(job: Job, values: Mapping[str, Any]) -> None:
    doc = apply(message.learn(job.id, job.token, values))
    if doc is not None:
        announce(doc)


def advance(job: Job, to: Stage, checkpoint: Mapping[str, Any], spent: Usage = FREE) -> None:
    """To the next stage, for anybody: for who may do it at once, or once the one that it waits for has ended."""
    doc = apply(message.advance(job.id, job.token, to, checkpoint, spent.counted()))
    if doc is None:
        _lost(job, spent.counted())
        return
    _advanced(doc)
    if doc["waits_for"] is None:
        ring(to)
    else:
        free_if_ended(doc["waits_for"])


def go_on(job: Job, to: Stage, checkpoint: Mapping[str, Any], spent: Usage = FREE) -> Job | None:
    """To the next stage, which whoever holds the message does next. None when nobody of us holds it any more."""
    doc = apply(message.go_on(job.id, job.token, to, checkpoint, spent.counted()))
    if doc is None:
        _lost(job, spent.counted())
        return None
    _advanced(doc)
    return Job(to, job.token, doc)


def _advanced(doc: Doc) -> None:
    announce(doc)
    if doc["stage"] == Stage.GENERATING:  # it is refined, and its variations need not be
        aftermath.follows(doc)


def finish(job: Job, values: Mapping[str, Any], spent: Usage = FREE) -> bool:
    counted = spent.counted()
    return _end(job, message.finish(job.id, job.token, values, counted), counted)


def fail(job: Job, error: StudioError) -> bool:
    return _end(job, message.fail(job.id, job.token, kept(error), error.spent), error.spent)


def _end(job: Job, change: Change, spent: Mapping[str, int]) -> bool:
    doc = apply(change)
    if doc is None:
        return _lost(job, spent)
    ended(doc)
    return True


def kept(error: StudioError) -> Doc:
    """What a message keeps of an error: when to try again is nobody's business any more once it has ended."""
    return {name: value for name, value in error.public().items() if name != "retry_after"}


def release(job: Job, delay_s: float, spent: Mapping[str, int], *, counts: bool = True) -> None:
    if apply(message.release(job.id, job.token, round(delay_s * 1000), spent, counts=counts)) is None:
        _lost(job, spent)


def hand_back(job: Job, spent: Mapping[str, int]) -> None:
    """For another worker, now."""
    if apply(message.hand_back(job.id, job.token, spent)):
        ring(job.stage)
    else:
        _lost(job, spent)


def wait(job: Job, waits_for: str) -> None:
    apply(message.wait(job.id, job.token, waits_for))
    free_if_ended(waits_for)


def free_if_ended(waited_for: str) -> None:
    """The other one may have ended just before we began to wait; nobody else would say so."""
    other = database()["messages"].find_one({"_id": waited_for}, {"status": 1})
    if other is None or other["status"] != message.Status.PROCESSING:
        aftermath.free([waited_for], refined=False)


def ended(doc: Doc) -> None:
    log.info("action=ended message=%s status=%s stage=%s", doc["_id"], doc["status"], doc["stage"])
    announce(doc)
    aftermath.follows(doc)


def _lost(job: Job, spent: Mapping[str, int]) -> bool:
    """Somebody else has it now, or it was cancelled. Losers of a race never clean up; the keeper does."""
    log.info("action=fenced stage=%s message=%s", job.stage, job.id)
    charge(job, spent)
    return False


def charge(job: Job, spent: Mapping[str, int]) -> None:
    """What was paid for is on the bill whoever holds the message now. It is no part of the public form: no new version."""
    if spent:
        apply(message.charge(job.id, spent))
