"""Finds lost events: asks MongoDB every few seconds what has changed for the people and sessions that have sockets
here. It also tells the places in the queue.

A write may become visible a little after a later one, so polls overlap, and sockets drop what they have sent.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence

from bson.timestamp import Timestamp
from django.conf import settings
from pymongo.errors import PyMongoError

from chat import metrics, queue, store
from chat.connections import Connections
from pipeline import events, session
from pipeline.coalescing import PerLoop
from pipeline.documents import Filter, Stored
from pipeline.message import Message
from pipeline.photo import Photo
from pipeline.store.mongo import async_database

log = logging.getLogger(__name__)

OVERLAP_S = 10
BATCH = 100  # messages of one read


class Poller:
    def __init__(self, local: Connections) -> None:
        self._local = local
        self._since: Timestamp | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="poller")

    async def _run(self) -> None:
        while True:
            try:
                await self.poll()
            except PyMongoError as error:
                log.warning("action=poll_postponed error=%r", error)
            except Exception:
                log.exception("action=poll_failed")
            await asyncio.sleep(settings.WATCH_S)

    async def poll(self) -> None:
        if self._since is None:
            self._since = _before(await self._newest())
        connections = self._local.connections()
        if not connections:
            return
        since = {"$gt": self._since}
        messages = await self._changed("messages", since, "session_id", {c.session_id for c in connections})
        sessions = await self._changed("sessions", since, "user_id", {c.user_id for c in connections})
        photos = await self._changed("photos", since, "user_id", {c.user_id for c in connections})
        await self._deliver_messages(messages)
        await self._deliver_sessions([doc for doc in sessions if doc["kind"] == session.CHAT])
        await self._deliver_photos(photos)
        newest = max((doc["changed_at"] for doc in (*messages, *sessions, *photos)), default=None)
        if newest is not None:
            self._since = max(self._since, _before(newest))
        await self._deliver_places({c.session_id for c in connections})

    async def _changed(self, collection: str, since: Filter, name: str, of: set[str]) -> Sequence[Stored]:
        """Versions only: most of these documents have been sent already."""
        fields = dict.fromkeys((name, "version", "changed_at", "kind", "tombstone"), 1)
        return await async_database()[collection].find({"changed_at": since, name: {"$in": [*of]}}, fields).to_list()

    async def _deliver_messages(self, docs: Sequence[Stored]) -> None:
        ids = [doc["_id"] for doc in docs if self._is_behind(events.session_group(doc["session_id"]), doc)]
        async for doc in _whole("messages", ids):
            await self._local.deliver(events.message_changed(Message.of(doc)))

    async def _deliver_photos(self, docs: Sequence[Stored]) -> None:
        ids = [doc["_id"] for doc in docs if self._is_behind(events.user_group(doc["user_id"]), doc)]
        async for doc in _whole("photos", ids):
            await self._local.deliver(events.image_changed(Photo.of(doc)))

    def _is_behind(self, group: str, doc: Stored) -> bool:
        return self._local.is_behind(group, doc["_id"], doc["version"])

    async def _deliver_sessions(self, docs: Sequence[Stored]) -> None:
        lacked = [doc for doc in docs if self._is_behind(events.user_group(doc["user_id"]), doc)]
        for changed in await store.summarize([doc["_id"] for doc in lacked]):
            await self._local.deliver(events.session_changed(changed))
        for doc in lacked:
            if doc["tombstone"] is not None:
                await self._local.deliver(events.session_deleted(doc["user_id"], doc["_id"], doc["version"]))

    async def _deliver_places(self, session_ids: set[str]) -> None:
        for id, place in (await queue.places()).items():
            if place.session_id in session_ids:
                await self._local.deliver(events.progress(place.session_id, id, place.stage, **place.told()))

    async def _newest(self) -> Timestamp:
        found = [
            await async_database()[name].find_one({}, {"changed_at": 1}, sort=[("changed_at", -1)])
            for name in ("messages", "sessions")
        ]
        return max((doc["changed_at"] for doc in found if doc), default=Timestamp(OVERLAP_S + 1, 0))


async def _whole(collection: str, ids: Sequence[str]) -> AsyncIterator[Stored]:
    for begin in range(0, len(ids), BATCH):
        some = async_database()[collection].find({"_id": {"$in": ids[begin : begin + BATCH]}})
        for doc in await some.to_list():
            yield doc


def _before(moment: Timestamp) -> Timestamp:
    return Timestamp(max(1, moment.time - OVERLAP_S), 0)


def _begin() -> Connections:
    made = Connections()
    metrics.SOCKETS.set_function(lambda: len(made.connections()))
    metrics.PLACES.set_function(made.places)
    Poller(made).start()
    return made


local_connections = PerLoop(_begin)
