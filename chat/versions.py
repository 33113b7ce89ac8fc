"""ETags of messages and sessions.

Versions are read no later than the answer: an ETag may be older than its answer, which is then sent once more, but
never newer.
"""

from collections.abc import Mapping
from typing import Any

from chat import queue, store
from gallery.answers import etag_of
from gallery.errors import NotFound
from gallery.translation import _
from pipeline import session
from pipeline.documents import evolve
from pipeline.message import Message
from pipeline.session import Session
from pipeline.store.mongo import async_database

OF_A_MESSAGE = {"version": 1, "status": 1, "stage": 1, "waits_for": 1, "turn": 1, "token": 1}


async def of_message(user_id: str, session_id: str, message_id: str) -> str:
    """Raises `NotFound`."""
    of = {"_id": message_id, "session_id": session_id, "user_id": user_id}
    doc = await async_database()["messages"].find_one(of, OF_A_MESSAGE)
    if doc is None:
        raise NotFound(_("There is no such message, or it is not yours."))
    message = Message.of(doc)
    place = (await queue.places()).get(message_id) if message.waits_for_turn else None
    return message_etag(evolve(message, position=place.position, eta_s=place.eta_s) if place else message)


def message_etag(message: Message) -> str:
    return etag_of("message", message.id, message.version, message.position, message.eta_s)


async def of_session(user_id: str, session_id: str) -> str:
    """Raises `NotFound`."""
    doc = await async_database()["sessions"].find_one(session.owned(user_id, session_id), store.VERSION)
    if doc is None:
        raise store.NoSession
    return session_etag(Session.of(doc))


def session_etag(session: Session) -> str:
    return etag_of("session", session.id, session.version)


async def of_sessions(user_id: str, cursor: str | None, limit: int) -> str:
    of = {"user_id": user_id, "tombstone": None, "kind": session.CHAT}
    return page_etag(user_id, *await store.page_of_versions(Session, of, cursor, limit))


async def of_messages(user_id: str, session_id: str, cursor: str | None, limit: int) -> str:
    """Raises `NotFound`."""
    await of_session(user_id, session_id)
    return page_etag(session_id, *await store.page_of_versions(Message, {"session_id": session_id}, cursor, limit))


def form_etag(whose: str, form: Mapping[str, Any]) -> str:
    """Of the messages in one page; what did not fit changes the next page's ETag."""
    return page_etag(whose, [(item["id"], item["version"]) for item in form["items"]], form["next"])


def page_etag(whose: str, versions: list[tuple[str, int]], older: str | None) -> str:
    return etag_of("page", whose, versions, older)
