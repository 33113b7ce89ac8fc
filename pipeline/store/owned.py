"""All sessions and messages of one person, for export and removal."""

from collections.abc import Iterator

from pipeline import events, session
from pipeline.message import Message
from pipeline.session import Session
from pipeline.store import sessions
from pipeline.store.documents import apply_to_all
from pipeline.store.mongo import database


def all_sessions(user_id: str) -> Iterator[Session]:
    """Oldest first, with the unlisted one."""
    for doc in database()["sessions"].find({"user_id": user_id, "tombstone": None}, sort=[("_id", 1)]):
        yield Session.of(doc)


def all_messages(user_id: str) -> Iterator[Message]:
    """Oldest first in each session."""
    for each in all_sessions(user_id):
        for doc in database()["messages"].find({"session_id": each.id}, sort=[("_id", 1)]):
            yield Message.of(doc)


def soft_delete_all(user_id: str) -> None:
    """Cancels what runs. Maintenance removes the rest. Safe to repeat."""
    newest = database()["sessions"].find(
        {"user_id": user_id, "tombstone": None, "kind": session.CHAT},
        {"version": 1},
        sort=[("_id", -1)],
        limit=sessions.EVENTS_AT_MOST,
    )
    told = list(newest)
    apply_to_all(Session, session.soft_delete_all(user_id))
    sessions.cancel_all_of(user_id)
    for doc in told:
        events.enqueue(events.session_deleted(user_id, doc["_id"], doc["version"] + 1), at_once=True)


def count_sessions(user_id: str) -> int:
    return database()["sessions"].count_documents({"user_id": user_id, "tombstone": None, "kind": session.CHAT})
