"""What a session shows of its messages, and its changes, run in MongoDB for the worker (sync)."""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument

from gallery import links
from pipeline import publisher, session
from pipeline.message import Change, Doc, Status
from pipeline.mongo import database

RUNNING = {"status": Status.PROCESSING.value}
LAST_PICTURE = {"image.state": "shown"}
NEWEST = [("_id", -1)]


def public(doc: Mapping[str, Any]) -> Doc:
    messages, of = database()["messages"], {"session_id": doc["_id"]}
    last = messages.find_one({**of, **LAST_PICTURE}, {"image": 1}, sort=NEWEST)
    return session.public(
        doc,
        running=messages.count_documents({**of, **RUNNING}),
        thumbnail_url=links.urls(last["image"])["thumbnail_url"] if last else None,
    )


def bump(session_id: str) -> None:
    _apply(session.bump(session_id))


def name(session_id: str, title: str) -> None:
    _apply(session.name(session_id, title))


def _apply(change: Change) -> None:
    doc = database()["sessions"].find_one_and_update(change.filter, change.update, return_document=ReturnDocument.AFTER)
    if doc is not None and doc["kind"] == session.CHAT:
        publisher.post(publisher.session_changed(doc["user_id"], public(doc)))
