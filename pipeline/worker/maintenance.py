"""What every worker does beside its messages: it renews leases, and repairs what a crash left. Every repair is a
compare-and-set, or safe to repeat."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bson.timestamp import Timestamp
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import translation
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from gallery import leftovers, maintenance
from gallery import services as gallery
from gallery.errors import Interrupted, StudioError
from gallery.moderation import figures
from gallery.sharing import services as sharing
from pipeline import announcements, session, transitions
from pipeline.message import WORK, Message, Status
from pipeline.queue import depth, wake
from pipeline.signals import cleaning
from pipeline.store import artifacts, failures, reservations, sessions, turns
from pipeline.store.documents import apply
from pipeline.store.followups import unblock_settled
from pipeline.store.messages import count_due, publish_end, stored_error
from pipeline.store.mongo import database
from pipeline.store.turns import lease_terms
from pipeline.worker import lease

log = logging.getLogger(__name__)

WAKE_AT_MOST = 100  # wake-ups of one stage in one round
AT_ONCE = 100  # of what one round repairs or removes
SESSIONS_AT_ONCE = 1000
LOOK_BACK_S = 60
FIRST_LOOK_BACK_S = 24 * 3600  # the first time after a start
DRAFT_AGE = timedelta(seconds=60)
ARTIFACT_AGE = timedelta(days=1)
MASK_AGE = timedelta(days=7)  # an unsent message may wait that long in a closed browser
TOMBSTONE_MS = 30_000  # long enough for every poller to have seen it
COUNT_EVERY_S = 60.0
DOWN = (PyMongoError, RedisError, DatabaseError, StudioError, OSError)


@dataclass
class _Progress:
    masks_after: str | None = None  # the last mask that was looked at; None: from the beginning
    counted_at: float = -math.inf  # on the monotonic clock
    refreshed_until: Timestamp | None = None


_progress = _Progress()


def repair_once() -> None:
    """One round of the repairs that a message may be waiting for."""
    _round(REPAIRS)


def clean() -> None:
    """One round of the cleaning, in a thread of its own, because a storage that hangs must not delay the repairs."""
    _round(CLEANING)


def _round(repairs: tuple[Callable[[], None], ...]) -> None:
    """A repair that fails is repeated in the next round."""
    for repair in repairs:
        try:
            repair()
        except DOWN as error:
            log.warning("action=repair_postponed repair=%s error=%r", repair.__name__, error)
        except Exception:
            log.exception("action=repair_failed repair=%s", repair.__name__)  # the others are done all the same


def wake_for_due_messages() -> None:
    for stage in WORK:
        wake(stage, max(0, count_due(stage, WAKE_AT_MOST) - depth(stage)))


def fail_exhausted() -> None:
    exhausted = transitions.exhausted(**lease_terms())
    for found in database()["messages"].find(exhausted, {"language": 1}, limit=AT_ONCE):
        with translation.override(found.get("language") or "en"):
            error = stored_error(Interrupted())
        message = apply(Message, transitions.give_up(found["_id"], error, **lease_terms()))
        if message is not None:
            publish_end(message)


def unblock_stranded() -> None:
    waiting = {"status": Status.PROCESSING.value, "waits_for": {"$ne": None}}
    unblock_settled(database()["messages"].distinct("waits_for", waiting))


def settle_drafts() -> None:
    for image in gallery.stale_drafts(DRAFT_AGE):
        doc = database()["messages"].find_one({"_id": image.message_id}, {"status": 1, "image.id": 1})
        if doc and doc["status"] == Status.PROCESSING.value:
            continue
        if doc and doc.get("image") and doc["image"]["id"] == str(image.id):
            gallery.publish(image)
        else:
            gallery.purge(image)


def purge_unused_masks() -> None:
    masks = gallery.masks(MASK_AGE, _progress.masks_after, AT_ONCE)
    _progress.masks_after = str(masks[-1].pk) if len(masks) == AT_ONCE else None
    ids = [str(mask.pk) for mask in masks]
    named = database()["messages"].distinct("mask_image_id", {"mask_image_id": {"$in": ids, "$type": "string"}})
    for mask in masks:
        if str(mask.pk) not in named:
            gallery.delete_permanently(mask.owner_id, str(mask.pk))


def remove_ended_shares() -> None:
    sharing.remove_ended(AT_ONCE)
    sharing.remove_handled_reports(AT_ONCE, timedelta(days=settings.EVIDENCE_DAYS))


def count_days() -> None:
    """Counts each day for the moderators' first page; once a minute."""
    if time.monotonic() - _progress.counted_at < COUNT_EVERY_S:
        return
    _progress.counted_at = time.monotonic()
    for day in figures.days_to_count():
        figures.count(day)
        figures.note(day, "failed", failures.by_code(day))


def clean_above() -> None:
    cleaning.send(None)


def delete_old_artifacts() -> None:
    """Except those of messages that run or can be retried, which are checked again a day later."""
    old = set(artifacts.kept_before(datetime.now(UTC) - ARTIFACT_AGE, AT_ONCE))
    needed = set(database()["messages"].distinct("artifact", transitions.needing(list(old))))
    artifacts.look_again_later(needed)
    for name in old - needed:
        apply(Message, transitions.forget_artifact(name.partition("/")[0], name))
    artifacts.drop(old - needed)


def remove_deleted_sessions() -> None:
    for doc in database()["sessions"].find(session.soft_deleted(longer_than_ms=TOMBSTONE_MS)):
        if doc["tombstone"] == "trash":
            sessions.cancel(doc["_id"])  # first, or a picture that is made later would not go to the trash
            gallery.trash_session(doc["user_id"], doc["_id"])
        sessions.remove(doc["_id"])
        log.info("action=session_removed session=%s", doc["_id"])


def repeat_announcements() -> None:
    for image in gallery.unannounced(AT_ONCE):
        snapshot = gallery.snapshot(image)
        announcements.announce_picture(snapshot["id"], str(image.owner_id), image.message_id, snapshot)


def refresh_sessions() -> None:
    """Touches each session that is older than a message that began or ended in it."""
    db = database()
    latest = db["messages"].find_one({}, {"changed_at": 1}, sort=[("changed_at", -1)])
    if latest is None:
        return
    since = _progress.refreshed_until or _before(latest["changed_at"], FIRST_LOOK_BACK_S)
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
                sessions.touch(doc["_id"])
    _progress.refreshed_until = _before(latest["changed_at"], LOOK_BACK_S)


def _before(at: Timestamp, seconds: int) -> Timestamp:
    return Timestamp(max(1, at.time - seconds), 0)


def _settled(at: Timestamp) -> bool:
    """Whether the process that made the change has had time to touch the session itself."""
    return time.time() - at.time > 2


REPAIRS: tuple[Callable[[], None], ...] = (
    unblock_stranded,
    turns.give_all,
    wake_for_due_messages,
    fail_exhausted,
    remove_deleted_sessions,
    repeat_announcements,
    refresh_sessions,
    delete_old_artifacts,
    reservations.settle_ended,
    reservations.close_orphans,
)
CLEANING: tuple[Callable[[], None], ...] = (
    settle_drafts,
    gallery.finish_purges,
    purge_unused_masks,
    maintenance.empty_trash,
    maintenance.measure_files,
    maintenance.write_words,
    maintenance.write_source_types,
    remove_ended_shares,
    leftovers.compare_files_with_rows,
    count_days,
    clean_above,
)


def start() -> None:
    every(settings.RENEW_S, lease.renew)
    every(settings.RESCUE_S, repair_once)
    every(settings.RESCUE_S, clean)


def every(seconds: float, act: Callable[[], None]) -> None:
    def loop() -> None:
        while True:
            try:
                act()
            except DOWN as error:
                log.warning("action=maintenance_postponed what=%s error=%r", act.__name__, error)
            except Exception:
                # The loop must go on, or every lease would expire.
                log.exception("action=maintenance_failed what=%s", act.__name__)
            finally:
                close_old_connections()
            time.sleep(seconds)

    threading.Thread(target=loop, name=act.__name__, daemon=True).start()
