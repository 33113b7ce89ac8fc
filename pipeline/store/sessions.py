"""Changes of sessions, with their events."""

from collections.abc import Iterable, Sequence

from pipeline import events, session, transitions
from pipeline.documents import Change
from pipeline.message import Message
from pipeline.session import Session
from pipeline.store import artifacts, photos, reservations, turns
from pipeline.store.documents import apply_to_all
from pipeline.store.mongo import database

ARTIFACTS_AT_ONCE = 100
SESSIONS_AT_ONCE = 1000
EVENTS_AT_MOST = 20  # for sessions that change together; the poller tells the rest


def touch(*session_ids: str) -> None:
    if session_ids:
        _apply(session.touch(*session_ids), session_ids)


def name(session_id: str, title: str) -> None:
    _apply(session.name(session_id, title), [session_id])


def _apply(change: Change, ids: Sequence[str]) -> None:
    if apply_to_all(Session, change):
        _publish(ids[:EVENTS_AT_MOST])


def _publish(ids: Sequence[str]) -> None:
    of = {"_id": {"$in": list(ids)}, "kind": session.CHAT}
    for summary in database()["sessions"].aggregate(session.summaries(of)):
        events.enqueue(events.session_changed(Session.of_summary(summary)))


def cancel(session_id: str) -> None:
    """Cancels its messages that have not ended."""
    apply_to_all(Message, transitions.cancel({"session_id": session_id}))


def cancel_all_of(user_id: str) -> None:
    ids = [doc["_id"] for doc in database()["sessions"].find({"user_id": user_id}, {"_id": 1})]
    for begin in range(0, len(ids), SESSIONS_AT_ONCE):
        some = ids[begin : begin + SESSIONS_AT_ONCE]
        apply_to_all(Message, transitions.cancel({"session_id": {"$in": some}}))


def remove(session_id: str) -> None:
    """With its messages and their artifacts; pictures stay. Safe to repeat, because the session is removed last."""
    cancel(session_id)
    reservations.settle_all_of(session_id)
    messages = database()["messages"]
    with_artifact = {"session_id": session_id, "artifact": {"$ne": None}}
    while ids := [doc["_id"] for doc in messages.find(with_artifact, {"_id": 1}, limit=ARTIFACTS_AT_ONCE)]:
        artifacts.drop(ids)
        messages.delete_many({"_id": {"$in": ids}})
    _remove_what_is_left(session_id)


def _remove_what_is_left(session_id: str) -> None:
    database()["messages"].delete_many({"session_id": session_id})
    database()["sessions"].delete_one({"_id": session_id})


def remove_some_of(user_id: str, limit: int) -> bool:
    """`remove` for some sessions of a person. True when none is left."""
    of = {"user_id": user_id}
    for doc in database()["sessions"].find(of, {"_id": 1}, limit=limit):
        remove(doc["_id"])
    return database()["sessions"].find_one(of, {"_id": 1}) is None


def give(user_id: str, to: str) -> None:
    """All conversations of a person to another. Safe to repeat. Raises `PyMongoError`."""
    of = {"user_id": user_id}
    ids = [doc["_id"] for doc in database()["sessions"].find(of, {"_id": 1}, sort=[("_id", -1)], limit=EVENTS_AT_MOST)]
    for change in transitions.give(user_id, to):
        apply_to_all(Message, change)
    artifacts.give(user_id, to)
    photos.give(user_id, to)
    for change in session.give(user_id, to):
        apply_to_all(Session, change)
    if ids:
        _publish(ids)
    turns.give_soon(to)


def owners_among(user_ids: Iterable[str]) -> set[str]:
    """Those who have a session, soft-deleted ones included."""
    return set(database()["sessions"].distinct("user_id", {"user_id": {"$in": list(user_ids)}}))
