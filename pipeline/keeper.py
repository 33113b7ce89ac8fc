"""What holds in spite of everything: leases renewed while a stage runs, and repairs of what a crash left behind.

Any number of keepers may run; every repair is a compare-and-set, or is safe to repeat.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bson.timestamp import Timestamp
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from gallery import services as gallery
from gallery.errors import Interrupted, StudioError
from pipeline import announcements, artifacts, message, publisher, session, sessions
from pipeline.aftermath import free
from pipeline.jobs import Job, apply, count_due, ended, kept, lease
from pipeline.message import WORK, Stage, Status
from pipeline.mongo import database
from pipeline.tasks import ring, rung

log = logging.getLogger(__name__)

RING_AT_MOST = 100  # doorbells of one stage in one round
POSITIONS_AT_MOST = 200  # queued messages that are told their place in one round
DRAFT_AGE = timedelta(seconds=60)
ARTIFACT_AGE = timedelta(days=1)
MASK_AGE = timedelta(days=7)  # of a message that waits to be sent in a browser that is away
TOMBSTONE_MS = 30_000  # long enough for every watch to have seen it
PROGRESS_EVERY_S = 0.15
PAID_S = 15.0  # how long a worker that stops waits for what is paid for; the rest of its 20 s is for keeping it
DOWN = (PyMongoError, RedisError, DatabaseError, StudioError, OSError)


class Lost(Interrupted):
    """The message was cancelled, or somebody else holds it now."""


class Stopping(Interrupted):
    """This worker was told to stop."""


class Stop(threading.Event):
    """`since`: when it was set first, on the monotonic clock."""

    since = math.inf

    def set(self) -> None:
        self.since = min(self.since, time.monotonic())
        super().set()

    def clear(self) -> None:
        super().clear()
        self.since = math.inf


stopping = Stop()
_masks_after: str | None = None  # the last mask that was looked at


class Hold:
    """A message in work: the `Control` its provider speaks to. `job` is the stage that it is at."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.made: bytes | None = None  # the artifact, where this worker has made it itself
        self.lost = threading.Event()
        self._next_news = 0.0

    def progress(self, fraction: float) -> None:
        self._tell(fraction, patience_s=0.0)

    def paid(self, fraction: float) -> None:
        self._tell(fraction, patience_s=PAID_S)

    def _tell(self, fraction: float, patience_s: float) -> None:
        if self.lost.is_set():
            raise Lost
        now = time.monotonic()
        if now - stopping.since >= patience_s:
            raise Stopping
        if now < self._next_news:
            return
        self._next_news = now + PROGRESS_EVERY_S
        share = round(min(1.0, max(0.0, fraction)), 3)
        publisher.post(
            publisher.progress(self.job.doc["session_id"], self.job.id, self.job.stage.value, fraction=share)
        )


_holds: dict[str, Hold] = {}  # by token


@contextmanager
def holding(job: Job) -> Iterator[Hold]:
    """While this lasts, the message's lease is renewed; the hold learns when it is lost."""
    hold = _holds[job.token] = Hold(job)
    try:
        yield hold
    finally:
        del _holds[job.token]


def renew() -> None:
    """Renew every lease that this process holds, and tell those that are lost."""
    tokens = list(_holds)
    if not tokens:
        return
    change = message.renew(tokens)
    messages = database()["messages"]
    messages.update_many(change.filter, change.update)
    alive = {doc["token"] for doc in messages.find(change.filter, {"token": 1})}
    for token in tokens:
        if token not in alive and (hold := _holds.get(token)):
            hold.lost.set()


def rescue() -> None:
    """One round of the repairs that a message may be waiting for."""
    _round(REPAIRS)


def clean() -> None:
    """One round of what clears away, in a loop of its own: it asks the storage, and one that hangs shall keep no doorbell
    from being rung."""
    _round(CLEANING)


def _round(repairs: tuple[Callable[[], None], ...]) -> None:
    """What fails is logged and comes again in the next round."""
    for repair in repairs:
        try:
            repair()
        except DOWN as error:
            log.warning("action=repair_postponed repair=%s error=%r", repair.__name__, error)
        except Exception:
            log.exception("action=repair_failed repair=%s", repair.__name__)  # the others need their turn all the same


def ring_for_the_unheard() -> None:
    for stage in WORK:
        ring(stage, max(0, count_due(stage, RING_AT_MOST) - rung(stage)))


def end_the_exhausted() -> None:
    error = kept(Interrupted())
    for found in database()["messages"].find(message.exhausted(**lease()), {"_id": 1}, limit=RING_AT_MOST):
        doc = apply(message.give_up(found["_id"], error, **lease()))
        if doc is not None:
            ended(doc)


def free_the_waiting() -> None:
    messages = database()["messages"]
    waited_for = messages.distinct("waits_for", {"status": Status.PROCESSING.value, "waits_for": {"$ne": None}})
    running = {Status.PROCESSING.value}
    found = {doc["_id"]: doc for doc in messages.find({"_id": {"$in": waited_for}}, {"status": 1, "stage": 1})}
    for id in waited_for:
        other = found.get(id)
        if other is None or other["status"] not in running:
            free([id], refined=False)
        elif other["stage"] in (Stage.GENERATING.value, Stage.UPLOADING.value):
            free([id], refined=True)


def settle_drafts() -> None:
    for image in gallery.stale_drafts(DRAFT_AGE):
        doc = database()["messages"].find_one({"_id": image.message_id}, {"status": 1, "image.id": 1})
        if doc and doc["status"] == Status.PROCESSING.value:
            continue
        if doc and doc.get("image") and doc["image"]["id"] == str(image.id):
            gallery.publish(image)
        else:
            gallery.purge(image)


def finish_purges() -> None:
    for image in gallery.purging():
        gallery.purge(image)


def purge_unused_masks() -> None:
    """Nobody sees a mask but the message that names it; one that was never sent, or whose session is gone, is of no use."""
    global _masks_after
    masks = gallery.masks(MASK_AGE, _masks_after, RING_AT_MOST)
    _masks_after = str(masks[-1].pk) if len(masks) == RING_AT_MOST else None  # then from the beginning again
    ids = [str(mask.pk) for mask in masks]
    named = database()["messages"].distinct("mask_image_id", {"mask_image_id": {"$in": ids, "$type": "string"}})
    for mask in masks:
        if str(mask.pk) not in named:
            gallery.delete_permanently(mask.owner_id, str(mask.pk))


def drop_old_artifacts() -> None:
    """Of messages that have ended they are only kept for a retry."""
    names = artifacts.kept_before(datetime.now(UTC) - ARTIFACT_AGE, RING_AT_MOST)
    for name in names:
        apply(message.lose_artifact(name.partition("/")[0], name))
    artifacts.drop(names)


def finish_tombstones() -> None:
    db = database()
    for doc in db["sessions"].find(session.buried(longer_than_ms=TOMBSTONE_MS)):
        of = {"session_id": doc["_id"]}
        change = message.cancel(of)
        db["messages"].update_many(change.filter, change.update)  # one that was on its way when the session was deleted
        if doc["tombstone"] == "trash":
            gallery.trash_session(doc["user_id"], doc["_id"])
        db["messages"].delete_many(of)
        db["sessions"].delete_one({"_id": doc["_id"]})
        log.info("action=session_removed session=%s", doc["_id"])


def repeat_announcements() -> None:
    for image in gallery.unannounced(RING_AT_MOST):
        announcements.announce_picture(str(image.id), image.message_id, gallery.form(image))


_looked_until: Timestamp | None = None  # nothing yet
LOOK_BACK_S = 60
FIRST_LOOK_BACK_S = 24 * 3600  # by one who has just started: what is older nobody is looking at
SESSIONS_AT_ONCE = 1000


def refresh_sessions() -> None:
    """Bump each session that is older than a message that began or ended in it."""
    global _looked_until
    db = database()
    latest = db["messages"].find_one({}, {"changed_at": 1}, sort=[("changed_at", -1)])
    if latest is None:
        return
    since = _looked_until or _before(latest["changed_at"], FIRST_LOOK_BACK_S)
    changed = db["messages"].aggregate(
        [
            {"$match": {"changed_at": {"$gt": since}}},
            {"$match": {"$or": [{"status": {"$ne": "PROCESSING"}}, {"stage": "queued"}]}},
            {"$group": {"_id": "$session_id", "at": {"$max": "$changed_at"}}},
        ]
    )
    newest = {doc["_id"]: doc["at"] for doc in changed}
    changed_ids = list(newest)
    for first in range(0, len(changed_ids), SESSIONS_AT_ONCE):
        ids = changed_ids[first : first + SESSIONS_AT_ONCE]
        for doc in db["sessions"].find({"_id": {"$in": ids}, "tombstone": None}, {"changed_at": 1}):
            if doc["changed_at"] < newest[doc["_id"]] and _settled(newest[doc["_id"]]):
                sessions.bump(doc["_id"])
    _looked_until = _before(latest["changed_at"], LOOK_BACK_S)


def _before(at: Timestamp, seconds: int) -> Timestamp:
    return Timestamp(max(1, at.time - seconds), 0)


def _settled(at: Timestamp) -> bool:
    """Long enough ago that whoever made the change has had the time to bump the session."""
    return time.time() - at.time > 2


def tell_positions() -> None:
    queued = {"status": Status.PROCESSING.value, "stage": Stage.QUEUED.value}
    found = database()["messages"].find(queued, {"session_id": 1}, sort=[("_id", 1)], limit=POSITIONS_AT_MOST)
    for position, doc in enumerate(found, start=1):
        publisher.post(publisher.progress(doc["session_id"], doc["_id"], Stage.QUEUED.value, position=position))


REPAIRS: tuple[Callable[[], None], ...] = (
    ring_for_the_unheard,
    end_the_exhausted,
    free_the_waiting,
    finish_tombstones,
    repeat_announcements,
    refresh_sessions,
    drop_old_artifacts,
    tell_positions,
)
CLEANING: tuple[Callable[[], None], ...] = (settle_drafts, finish_purges, purge_unused_masks)


def start() -> None:
    """Run the loops in this process until it stops."""
    _every(settings.RENEW_S, renew)
    _every(settings.RESCUE_S, rescue)
    _every(settings.RESCUE_S, clean)


def _every(seconds: float, act: Callable[[], None]) -> None:
    def loop() -> None:
        while True:
            try:
                act()
            except DOWN as error:
                log.warning("action=keeper_postponed what=%s error=%r", act.__name__, error)
            except Exception:
                log.exception("action=keeper_failed what=%s", act.__name__)  # without renewal every lease would run out
            finally:
                close_old_connections()
            time.sleep(seconds)

    threading.Thread(target=loop, name=act.__name__, daemon=True).start()
