"""Sessions and messages in MongoDB, for the web (async): what `pipeline.message` and `pipeline.session` say, run here."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from pymongo import ReturnDocument

from gallery import links
from gallery.errors import BadInput, NotFound
from pipeline import message, session
from pipeline.message import Change, Doc, Status
from pipeline.mongo import async_database

NEWEST = [("_id", -1)]
SNAPSHOT = 50  # messages that a socket begins with
CURSOR_LENGTH = 36  # a cursor is the id of the last item seen


class NoSession(NotFound):
    sentence = "There is no such session, or it is not yours."


async def apply(change: Change, collection: str = "messages") -> Doc | None:
    """The document after the change, or None where its filter no longer held."""
    return await async_database()[collection].find_one_and_update(
        change.filter, change.update, return_document=ReturnDocument.AFTER
    )


def public(doc: Mapping[str, Any]) -> Doc:
    return message.public(doc, links.urls)


async def find_session(user_id: str, session_id: str) -> Doc:
    """The session's document. Raises `NotFound` when it is gone, or somebody else's."""
    doc = await async_database()["sessions"].find_one(session.owned(user_id, session_id))
    if doc is None:
        raise NoSession
    return doc


async def find_message(user_id: str, session_id: str, message_id: str) -> Doc:
    """The message's document. Raises `NotFound` when it is gone, or somebody else's."""
    of = {"_id": message_id, "session_id": session_id, "user_id": user_id}
    doc = await async_database()["messages"].find_one(of)
    if doc is None:
        raise NotFound("There is no such message, or it is not yours.")
    return doc


async def session_forms(ids: list[str], **of: str) -> list[Doc]:
    """Public forms of these sessions, newest first, those that are still there."""
    found = await async_database()["sessions"].aggregate(session.looks({"_id": {"$in": ids}, **of}))
    return sorted([session.public(look, links.urls) async for look in found], key=itemgetter("id"), reverse=True)


async def session_form(session_id: str, **of: str) -> Doc:
    """Raises `NotFound` when it was deleted meanwhile, or does not fit `of`."""
    forms = await session_forms([session_id], **of)
    if not forms:
        raise NoSession
    return forms[0]


async def page(collection: str, of: Mapping[str, Any], cursor: str | None, limit: int) -> tuple[list[Doc], str | None]:
    """Newest first: the documents older than the cursor, and the cursor of the next page."""
    where = dict(of)
    if cursor is not None:
        if len(cursor) != CURSOR_LENGTH:
            raise BadInput("cursor: is none that a list has given.")
        where["_id"] = {"$lt": cursor}
    docs = await async_database()[collection].find(where, sort=NEWEST, limit=limit + 1).to_list()
    return docs[:limit], docs[limit - 1]["_id"] if len(docs) > limit else None


async def snapshot(session_id: str) -> Doc:
    """What a socket begins with: the session, its latest messages, oldest first, and the cursor of those before. Whose it
    is, the caller has looked. Raises `NotFound` when it was deleted meanwhile."""
    messages, older = await page("messages", {"session_id": session_id}, None, SNAPSHOT)
    form = await session_form(session_id)
    return {"session": form, "messages": [public(doc) for doc in reversed(messages)], "next": older}


async def differing(session_id: str, known: Mapping[str, int]) -> list[Doc]:
    """Public forms of what a client lacks, oldest first: other versions than it knows, and all that is newer than the
    oldest it knows."""
    if not known:
        messages, _ = await page("messages", {"session_id": session_id}, None, SNAPSHOT)
        return [public(doc) for doc in reversed(messages)]
    since = {"session_id": session_id, "_id": {"$gte": min(known)}}
    found = async_database()["messages"].find(since, sort=[("_id", 1)])
    return [public(doc) async for doc in found if known.get(doc["_id"]) != doc["version"]]


async def places(at_most: int = 200) -> dict[str, int]:
    """How many messages are queued up to each one, for the first in the queue."""
    queued = {"status": Status.PROCESSING.value, "stage": message.Stage.QUEUED.value}
    found = async_database()["messages"].find(queued, {"_id": 1}, sort=[("_id", 1)], limit=at_most)
    return {doc["_id"]: place for place, doc in enumerate(await found.to_list(), start=1)}
