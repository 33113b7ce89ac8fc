"""Watching: what the doorbells may have missed.

Every few seconds this process asks MongoDB once what has changed for the people and sessions it has sockets for. News that
Redis dropped arrives by this way, later and surely. `changed_at` is the server's own strictly rising timestamp; a write may
become visible a little after a later one, so each look overlaps the one before, and the sockets drop what they have passed on.
"""

import asyncio
import logging
from weakref import WeakKeyDictionary

from bson.timestamp import Timestamp
from django.conf import settings
from pymongo.errors import PyMongoError

from chat import conversations
from chat.hub import Hub
from pipeline import publisher, session
from pipeline.message import Doc
from pipeline.mongo import async_database

log = logging.getLogger(__name__)

OVERLAP_S = 10
AT_ONCE = 100  # messages of one read: others have their turn in between


class Watch:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._since: Timestamp | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="watch")

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except PyMongoError as error:
                log.warning("action=watch_postponed error=%r", error)
            except Exception:
                log.exception("action=watch_failed")  # whatever it is, the sockets need the next look
            await asyncio.sleep(settings.WATCH_S)

    async def look(self) -> None:
        """Deliver everything that has changed since the last look."""
        if self._since is None:
            self._since = _before(await self._newest())
        connections = self._hub.connections()
        if not connections:
            return
        since = {"$gt": self._since}
        messages = await self._changed("messages", since, "session_id", {c.session_id for c in connections})
        sessions = await self._changed("sessions", since, "user_id", {c.user_id for c in connections})
        await self._deliver_messages(messages)
        await self._deliver_sessions([doc for doc in sessions if doc["kind"] == session.CHAT])
        newest = max((doc["changed_at"] for doc in (*messages, *sessions)), default=None)
        if newest is not None:
            self._since = max(self._since, _before(newest))

    async def _changed(self, collection: str, since: Doc, name: str, of: set[str]) -> list[Doc]:
        """Only what tells whether anybody lacks it: looks overlap, and most of it has passed long ago."""
        fields = dict.fromkeys((name, "version", "changed_at", "kind", "tombstone"), 1)
        return await async_database()[collection].find({"changed_at": since, name: {"$in": [*of]}}, fields).to_list()

    async def _deliver_messages(self, docs: list[Doc]) -> None:
        ids = [doc["_id"] for doc in docs if self._lacked(publisher.session_group(doc["session_id"]), doc)]
        for begin in range(0, len(ids), AT_ONCE):
            some = async_database()["messages"].find({"_id": {"$in": ids[begin : begin + AT_ONCE]}})
            for doc in await some.to_list():
                await self._hub.deliver(publisher.message_changed(conversations.public(doc)))

    def _lacked(self, group: str, doc: Doc) -> bool:
        return self._hub.lacks(group, doc["_id"], doc["version"])

    async def _deliver_sessions(self, docs: list[Doc]) -> None:
        lacked = [doc for doc in docs if self._lacked(publisher.user_group(doc["user_id"]), doc)]
        owners = {doc["_id"]: doc["user_id"] for doc in lacked}
        for form in await conversations.session_forms(list(owners)):
            await self._hub.deliver(publisher.session_changed(owners[form["id"]], form))
        for doc in lacked:
            if doc["tombstone"] is not None:
                await self._hub.deliver(publisher.session_deleted(doc))

    async def _newest(self) -> Timestamp:
        found = [
            await async_database()[name].find_one({}, {"changed_at": 1}, sort=[("changed_at", -1)])
            for name in ("messages", "sessions")
        ]
        return max((doc["changed_at"] for doc in found if doc), default=Timestamp(OVERLAP_S + 1, 0))


def _before(moment: Timestamp) -> Timestamp:
    return Timestamp(max(1, moment.time - OVERLAP_S), 0)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """This event loop's hub; its watch begins with it."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        Watch(_hubs[loop]).start()
    return _hubs[loop]
