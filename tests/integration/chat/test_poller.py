"""A poll reads little to find what has changed, and in full only what a socket does not have; it tells places in the queue."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.monitoring import CommandListener

from chat.connections import Connections
from chat.poller import BATCH, Poller
from pipeline import photo
from pipeline.events import Event, session_group, user_group
from pipeline.store import mongo as clients
from pipeline.store.mongo import async_database
from tests.support.messages import insert, insert_session

Mongo = Database[dict[str, Any]]


class Reads(CommandListener):
    """Whole messages that were asked for, by their ids; an entry for each time."""

    def __init__(self) -> None:
        self.whole: list[list[str]] = []

    def started(self, event: Any) -> None:
        if event.command_name == "find" and event.command["find"] == "messages" and "projection" not in event.command:
            self.whole.append(list(event.command["filter"]["_id"]["$in"]))

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


class Tab:
    """A connection that has passed on these versions."""

    def __init__(self, session_id: str, **passed: int) -> None:
        self.user_id, self.session_id = "u", session_id
        self.access: object = None
        self.passed = passed
        self.got: list[str] = []
        self.told: list[str] = []

    def is_behind(self, key: str, version: int) -> bool:
        return self.passed.get(key, 0) < version

    async def close(self, code: int) -> None: ...

    async def deliver(self, event: Event) -> None:
        key = event["key"]
        if key is None:
            self.told.append(event["text"])
        elif self.is_behind(key, event["version"]):
            self.passed[key] = event["version"]
            self.got.append(key)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    reads, options = Reads(), clients._options()
    monkeypatch.setattr(clients, "_options", lambda: {**options, "event_listeners": [reads]})
    return reads


@pytest.fixture
async def connections(mongo: Mongo, reads: Reads) -> AsyncIterator[Connections]:
    connections = Connections()
    yield connections
    for task in connections._tasks:
        task.cancel()
    await async_database().client.close()


async def test_only_what_a_socket_does_not_have_is_read_in_full(connections: Connections, reads: Reads) -> None:
    session = insert_session()["_id"]
    seen, changed, new = (insert(session_id=session, version=version)["_id"] for version in (1, 2, 1))
    insert(session_id="nobody's here")
    tab = Tab(session, **{seen: 1, changed: 1})
    connections.members[session_group(session)].add(tab)
    poller = Poller(connections)

    await poller.poll()
    assert sorted(tab.got) == sorted([changed, new])
    assert [sorted(ids) for ids in reads.whole] == [sorted([changed, new])]

    await poller.poll()  # polls overlap: the same changes are found again, and have passed by now
    assert len(reads.whole) == 1


async def test_what_became_of_an_imported_picture_is_found(connections: Connections, mongo: Mongo) -> None:
    session = insert_session()["_id"]
    tab = Tab(session, **{session: 1}, seen=2)
    connections.members[user_group("u")].add(tab)
    for user_id, id, version in (("u", "seen", 2), ("u", "hidden", 1), ("another", "theirs", 1)):
        snapshot: Any = {
            "id": id,
            "state": "hidden",
            "rev": version,
            "width": 1,
            "height": 1,
            "placeholder": "",
            "epoch": 0,
        }
        change = photo.show(user_id, snapshot)
        mongo["photos"].update_one(change.filter, change.update, upsert=True)
    poller = Poller(connections)
    await poller.poll()
    await poller.poll()
    assert tab.got == ["hidden"]


async def test_one_of_two_sockets_without_it_is_enough(connections: Connections, reads: Reads) -> None:
    session = insert_session()["_id"]
    message = insert(session_id=session)["_id"]
    knows, without = Tab(session, **{message: 1}), Tab(session)
    connections.members[session_group(session)].update((knows, without))
    await Poller(connections).poll()
    assert (knows.got, without.got) == ([], [message])


async def test_much_is_read_in_pieces(connections: Connections, reads: Reads) -> None:
    session = insert_session()["_id"]
    poller, tab = Poller(connections), Tab(session)
    await poller.poll()  # what comes from now on is read, however long it takes to come
    for _ in range(BATCH + 20):
        insert(session_id=session)
    connections.members[session_group(session)].add(tab)
    await poller.poll()
    assert [len(ids) for ids in reads.whole] == [BATCH, 20]
    assert len(tab.got) == BATCH + 20


async def test_without_sockets_nothing_is_read(connections: Connections, reads: Reads) -> None:
    insert()
    await Poller(connections).poll()
    assert reads.whole == []


async def test_each_poll_tells_the_sockets_of_a_session_where_its_messages_are_in_the_queue(
    connections: Connections,
) -> None:
    session = insert_session()["_id"]
    first = insert(session_id=session, user_id="u")
    elsewhere = insert(user_id="another")
    second = insert(session_id=session, user_id="u")
    tab = Tab(session)
    connections.members[session_group(session)].add(tab)
    poller = Poller(connections)
    for polls in (1, 2):
        await poller.poll()
        told = [json.loads(text) for text in tab.told]
        places = [(event["message_id"], event["position"]) for event in told]
        assert places == [(first["_id"], 1), (second["_id"], 3)] * polls
    assert elsewhere["_id"] not in str(tab.told)
