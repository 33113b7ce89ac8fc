"""Puts messages in any state directly into the database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pymongo.errors import DuplicateKeyError

from chat import services
from gallery import links
from pipeline.documents import Change, new_id
from pipeline.message import BEGUN, Message, Stage, Status
from pipeline.session import Session
from pipeline.store import documents, followups, turns
from pipeline.store.mongo import database
from tests.support.serving import HANGS_S

Doc = dict[str, Any]  # a stored document, or a public form


def new(**values: Any) -> Message:
    accepted = Message.new(
        session_id="s", user_id="u", client_id=new_id(), request_hash="h", content="a sunset", seed=1, options={}
    )
    return replace(accepted, **values)


def insert(**values: Any) -> Doc:
    """As the studio would store it: with the turn if the person has none, and begun if it is at a later stage."""
    given = ("session_id", "user_id", "client_id", "content", "options")
    doc = new(**{name: values.pop(name) for name in given if name in values}).stored() | values
    if doc["status"] != Status.PROCESSING or doc["waits_for"]:
        doc.pop("turn", None)
    elif doc["stage"] != Stage.QUEUED:
        doc["turn"] = values.get("turn", BEGUN)
    if doc["stage"] != Stage.QUEUED:
        del doc["starts_as"]
    try:
        database()["messages"].insert_one(doc)
    except DuplicateKeyError:
        del doc["turn"]
        database()["messages"].insert_one(doc)
    return reload(doc)


def insert_session(user_id: str = "u", **values: Any) -> Doc:
    doc = {**Session.new(user_id, values.pop("title", "")).stored(), **values}
    database()["sessions"].insert_one(doc)
    return doc


def reload(doc: Doc) -> Doc:
    found = database()["messages"].find_one({"_id": doc["_id"]})
    assert found is not None
    return found


def apply(change: Change, sort: Sequence[tuple[str, int]] = (("_id", 1),)) -> Doc | None:
    """The document after the change, or None where its filter did not match."""
    found = documents.apply(Message, change, sort)
    return reload({"_id": found.id}) if found else None


def public(doc: Doc) -> Doc:
    return dict(Message.of(doc).public(links.urls))


async def followed_up() -> None:
    """Waits for the follow-ups of what this event loop has answered."""
    await asyncio.sleep(services.ANSWER_S)
    for done in (followups.wait, turns._giving.wait):
        await asyncio.to_thread(done, HANGS_S)
