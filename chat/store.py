"""Sessions and messages in MongoDB, asynchronous."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Self, TypeVar

from chat.protocol import FRAME_LIMIT
from gallery import links
from gallery.errors import BadInput, NotFound
from gallery.translation import N_, _
from pipeline import session
from pipeline.documents import Document, Filter, Form, Stored
from pipeline.events import dump, size
from pipeline.message import Message
from pipeline.session import Session
from pipeline.store.documents import find_async
from pipeline.store.mongo import async_database

NEWEST = [("_id", -1)]
SNAPSHOT = 50  # messages in `session.ready`
COMPARED_AT_MOST = 500  # newest messages that a sync compares
MAX_MESSAGE_BYTES = FRAME_LIMIT - 32 * 1024  # bytes, leaving some for the session
CURSOR_LENGTH = 36


class NoSession(NotFound):
    sentence = N_("There is no such session, or it is not yours.")


D = TypeVar("D", bound=Document)
Versions = tuple[list[tuple[str, int]], str | None]  # by id; the next cursor
VERSION = {"version": 1}


def public(document: Message | Session) -> Form:
    return document.public(links.urls)


async def find_session(user_id: str, session_id: str) -> Session:
    """Raises `NotFound` when it is gone, or somebody else's."""
    found = await find_async(Session, session.owned(user_id, session_id))
    if found is None:
        raise NoSession
    return found


async def find_message(user_id: str, session_id: str, message_id: str) -> Message:
    """Raises `NotFound` when it is gone, or somebody else's."""
    found = await find_async(Message, {"_id": message_id, "session_id": session_id, "user_id": user_id})
    if found is None:
        raise NotFound(_("There is no such message, or it is not yours."))
    return found


async def summarize(ids: list[str], **of: str) -> list[Session]:
    """Newest first, without deleted ones."""
    found = await async_database()["sessions"].aggregate(session.summaries({"_id": {"$in": ids}, **of}))
    return sorted([Session.of_summary(doc) async for doc in found], key=attrgetter("id"), reverse=True)


async def summarize_one(session_id: str, **of: str) -> Session:
    """Raises `NotFound` when it was deleted, or does not fit `of`."""
    found = await summarize([session_id], **of)
    if not found:
        raise NoSession
    return found[0]


async def page(kind: type[D], of: Filter, cursor: str | None, limit: int) -> tuple[list[D], str | None]:
    """Newest first, and the next cursor."""
    docs, older = await _page(kind, of, cursor, limit)
    return [kind.of(doc) for doc in docs], older


async def page_of_versions(kind: type[Document], of: Filter, cursor: str | None, limit: int) -> Versions:
    """Of the same page as `page`."""
    docs, older = await _page(kind, of, cursor, limit, VERSION)
    return [(doc["_id"], doc["version"]) for doc in docs], older


async def _page(
    kind: type[Document], of: Filter, cursor: str | None, limit: int, fields: Mapping[str, int] | None = None
) -> tuple[Sequence[Stored], str | None]:
    where = dict(of)
    if cursor is not None:
        if len(cursor) != CURSOR_LENGTH:
            raise BadInput(_("cursor: is none that a list has given."))
        where["_id"] = {"$lt": cursor}
    docs = await async_database()[kind.collection].find(where, fields, sort=NEWEST, limit=limit + 1).to_list()
    return docs[:limit], docs[limit - 1]["_id"] if len(docs) > limit else None


@dataclass(frozen=True)
class Excerpt:
    """The messages of one frame or page. `next`: the cursor of earlier ones, or None."""

    messages: Sequence[Message]
    forms: Sequence[Form]
    next: str | None

    def oldest_first(self) -> Self:
        return replace(self, messages=self.messages[::-1], forms=self.forms[::-1])


class _Room:
    """As many messages as fit, but one at least."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._forms: list[Form] = []
        self._left = MAX_MESSAGE_BYTES

    def take(self, messages: Iterable[Message]) -> bool:
        """False when not all of them fit."""
        for message in messages:
            form = public(message)
            self._left -= size(dump(form)) + 1
            if self._left < 0 and self._messages:
                return False
            self._messages.append(message)
            self._forms.append(form)
        return True

    def all_before(self, cursor: str | None) -> Excerpt:
        return Excerpt(self._messages, self._forms, cursor)

    def all_that_fit(self) -> Excerpt:
        return self.all_before(self._messages[-1].id)


async def list_messages(session_id: str, cursor: str | None = None, limit: int = SNAPSHOT) -> Excerpt:
    """Newest first; fewer than `limit` where they are large."""
    messages, older = await page(Message, {"session_id": session_id}, cursor, limit)
    room = _Room()
    return room.all_before(older) if room.take(messages) else room.all_that_fit()


async def snapshot(session_id: str) -> tuple[Session, Excerpt]:
    """The session, which the caller has checked, and its latest messages, oldest first. Raises `NotFound` when it was
    deleted meanwhile."""
    excerpt = await list_messages(session_id)
    return await summarize_one(session_id), excerpt.oldest_first()


async def differing(session_id: str, known: Mapping[str, int]) -> Excerpt:
    """Oldest first: other versions than the client knows, and all newer ones. Where not all fit, or were compared,
    `next` says before which one nothing was; a client that asks again gets the rest."""
    if not known:
        return (await list_messages(session_id)).oldest_first()
    since: Filter = {"session_id": session_id, "_id": {"$gte": min(known)}}
    found = (
        await async_database()["messages"]
        .find(since, {"version": 1}, sort=NEWEST, limit=COMPARED_AT_MOST + 1)
        .to_list()
    )
    lacked = [doc["_id"] for doc in found[:COMPARED_AT_MOST] if known.get(doc["_id"]) != doc["version"]]
    room = _Room()
    for begin in range(0, len(lacked), SNAPSHOT):
        some = {"_id": {"$in": lacked[begin : begin + SNAPSHOT]}}
        docs = await async_database()["messages"].find(some, sort=NEWEST).to_list()
        if not room.take(map(Message.of, docs)):
            return room.all_that_fit().oldest_first()
    return room.all_before(found[COMPARED_AT_MOST - 1]["_id"] if len(found) > COMPARED_AT_MOST else None).oldest_first()
