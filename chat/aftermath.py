"""What follows an acknowledgement: the doorbell, the session's new look, and news for the other tabs, in rounds.

If any of it is lost, the keeper and the watch make up for it; so under a load that would bury the sockets in whispers, a
round whispers to some, and the watch, which reads once for everybody, tells the rest.
"""

import asyncio
import logging
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from pymongo.errors import PyMongoError

from chat import conversations
from pipeline import publisher, session
from pipeline.message import Doc, Stage
from pipeline.mongo import async_database
from pipeline.tasks import ring

log = logging.getLogger(__name__)

ANSWER_S = 0.001  # by then the answer is on the wire; a thread that wakes before would take its turn
PAUSE_S = 0.1  # between two rounds
WHISPERS = 20  # messages, and sessions, that one round tells of


class _Aftermath:
    """Of one event loop."""

    def __init__(self) -> None:
        self._accepted: list[Doc] = []
        self._rounds: asyncio.Task[None] | None = None
        self._rings = False

    def add(self, doc: Doc) -> None:
        if doc["waits_for"] is None and not self._rings:  # one doorbell for all that one write has accepted
            self._rings = True
            asyncio.get_running_loop().call_later(ANSWER_S, self._ring)
        self._accepted.append(doc)
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._run(), name="aftermath")

    def _ring(self) -> None:
        self._rings = False
        ring(Stage.REFINING)

    async def _run(self) -> None:
        try:
            while self._accepted:
                docs, self._accepted = self._accepted, []
                try:
                    await _round(docs)
                except PyMongoError as error:
                    log.warning("action=aftermath_dropped messages=%d error=%r", len(docs), error)
                await asyncio.sleep(PAUSE_S)
        finally:
            self._rounds = None


async def _round(docs: list[Doc]) -> None:
    told = docs[:WHISPERS]
    for doc in told:
        await publisher.send(publisher.message_changed(conversations.public(doc)))
    await refresh_sessions({doc["session_id"]: doc["user_id"] for doc in docs})
    places = await conversations.places()
    for doc in told:
        if places.get(doc["_id"], 1) > 1:
            where = doc["session_id"], doc["_id"], Stage.QUEUED.value
            await publisher.send(publisher.progress(*where, position=places[doc["_id"]]))


async def refresh_sessions(owners: Mapping[str, str]) -> None:
    """The messages of these sessions have changed, so they look different: a new version of each, and news of the first
    ones. `owners`: the user of each session."""
    change = session.bump(*owners)
    await async_database()["sessions"].update_many(change.filter, change.update)
    for form in await conversations.session_forms(list(owners)[:WHISPERS], kind=session.CHAT):
        await publisher.send(publisher.session_changed(owners[form["id"]], form))


_aftermaths: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Aftermath]" = WeakKeyDictionary()


def follows(doc: Doc) -> None:
    """Returns at once."""
    loop = asyncio.get_running_loop()
    if loop not in _aftermaths:
        _aftermaths[loop] = _Aftermath()
    _aftermaths[loop].add(doc)
