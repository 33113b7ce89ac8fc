"""One connection by itself, in the tests' own process: however it ends, nothing of it stays."""

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from redis.asyncio import Redis

from chat import consumers, services, store
from chat.connections import Connections
from chat.consumers import SessionConsumer
from pipeline import events
from pipeline.message import Message
from pipeline.store.mongo import async_database
from tests.conftest import Documents
from tests.support.messages import insert, insert_session
from tests.support.serving import HANGS_S, until

Frame = dict[str, Any]


@pytest.fixture
async def connections(mongo: Documents, valkey: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connections]:
    connections = Connections()
    monkeypatch.setattr(consumers, "local_connections", lambda: connections)
    yield connections
    for task in connections._tasks:
        task.cancel()
    await asyncio.gather(*connections._tasks, return_exceptions=True)
    await get_channel_layer()._get_layer().flush()
    await async_database().client.close()


class Connection:
    """A server that runs the consumer: what it puts in, and what comes out."""

    def __init__(self, session_id: str = "") -> None:
        self.session_id = session_id or insert_session()["_id"]
        self._in: asyncio.Queue[Frame] = asyncio.Queue()
        self.out: asyncio.Queue[Frame] = asyncio.Queue()
        self.fails_at = ""  # a type of what is sent
        scope = {"user": SimpleNamespace(id="u"), "url_route": {"kwargs": {"session_id": self.session_id}}}
        self.put("websocket.connect")
        self.task = asyncio.create_task(SessionConsumer()(scope, self._in.get, self._send))

    async def _send(self, event: Frame) -> None:
        if event["type"] == self.fails_at:
            raise RuntimeError("the server refuses")
        await self.out.put(event)

    def put(self, type: str, **fields: Any) -> None:
        self._in.put_nowait({"type": type, **fields})

    def command(self, type: str, **fields: Any) -> None:
        self.put("websocket.receive", text=json.dumps({"type": type, "id": 1, **fields}))

    def in_work(self) -> bool:
        """Has it taken all but the end?"""
        return self._in.qsize() <= 1

    async def event(self) -> Frame:
        async with asyncio.timeout(HANGS_S):
            return await self.out.get()

    async def frame(self) -> Frame:
        return dict(json.loads((await self.event())["text"]))

    async def ready(self) -> Frame:
        assert (await self.event())["type"] == "websocket.accept"
        frame = await self.frame()
        assert frame["type"] == "session.ready"
        return frame

    async def ended(self) -> None:
        done, _ = await asyncio.wait({self.task}, timeout=HANGS_S)
        assert done
        if not self.task.cancelled():
            self.task.exception()  # it is the server's to say


async def hang(*_: Any, **__: Any) -> None:
    await asyncio.Event().wait()


async def fail(*_: Any, **__: Any) -> None:
    raise RuntimeError("a slip of ours")


def nothing_stays(connections: Connections) -> bool:
    return connections.places() == 0 and not connections.members


async def test_who_leaves_takes_everything_along(connections: Connections) -> None:
    connection = Connection()
    await connection.ready()
    assert (connections.places(), connections.connections()) == (1, set.union(*connections.members.values()))
    connection.put("websocket.disconnect")
    await connection.ended()
    assert nothing_stays(connections)


async def test_who_leaves_before_the_store_has_answered_takes_everything_along(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def snapshot(_: str) -> None:
        asked.set()
        await hang()

    monkeypatch.setattr(store, "snapshot", snapshot)
    connection = Connection()
    await connection.event()
    await asyncio.wait_for(asked.wait(), HANGS_S)
    connection.put("websocket.disconnect")
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_connection_that_is_killed_takes_everything_along(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Daphne does with one that is busy for too long after its client has left."""
    monkeypatch.setattr(services, "send", hang)
    connection = Connection()
    await connection.ready()
    connection.command("message.send", content="a sea", client_id="c")
    connection.put("websocket.disconnect")
    assert await until(connection.in_work, HANGS_S)
    assert connections.places() == 1
    connection.task.cancel()
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_server_that_refuses_the_connection_ends_it(connections: Connections) -> None:
    connection = Connection()
    connection.fails_at = "websocket.accept"
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_server_that_refuses_the_first_frame_is_told_to_close(connections: Connections) -> None:
    connection = Connection()
    connection.fails_at = "websocket.send"
    await connection.event()
    assert await connection.event() == {"type": "websocket.close", "code": 1011}
    assert connections.places() == 1  # as long as the connection is there
    connection.put("websocket.disconnect")
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_server_that_refuses_the_close_code_ends_the_connection(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "find_session", fail)
    connection = Connection()
    connection.fails_at = "websocket.close"
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_slip_of_ours_while_connecting_is_said_with_1011(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "snapshot", fail)
    connection = Connection()
    await connection.event()
    assert await connection.event() == {"type": "websocket.close", "code": 1011}
    connection.put("websocket.disconnect")
    await connection.ended()
    assert nothing_stays(connections)


async def test_a_slip_of_ours_in_a_command_is_a_reply_and_the_connection_stays(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "send", fail)
    connection = Connection()
    await connection.ready()
    connection.command("message.send", content="a sea", client_id="c")
    error = (await connection.frame())["error"]
    assert (error["code"], error["message"]) == ("interrupted", "Something went wrong.")
    connection.command("ping")
    assert (await connection.frame())["ok"] == {}
    connection.put("websocket.disconnect")
    await connection.ended()


async def test_what_is_sent_before_the_first_frame_is_answered_after_it(connections: Connections) -> None:
    connection = Connection()
    connection.command("ping")
    await connection.ready()
    assert (await connection.frame())["ok"] == {}
    connection.put("websocket.disconnect")
    await connection.ended()


async def test_after_a_close_nothing_goes_out_and_nothing_is_done(connections: Connections, mongo: Documents) -> None:
    connection = Connection("nothing")
    await connection.event()
    assert (await connection.event())["code"] == 4404
    connection.command("message.send", content="a sea", client_id="c")
    connection.put("websocket.disconnect")
    await connection.ended()
    assert connection.out.empty()
    assert mongo["messages"].count_documents({}) == 0


async def test_what_a_sync_has_told_is_not_sent_again(connections: Connections) -> None:
    connection = Connection()
    await connection.ready()
    told, new = insert(session_id=connection.session_id, version=3), insert(session_id=connection.session_id)
    connection.command("session.sync", known={told["_id"]: 1})
    assert [message["id"] for message in (await connection.frame())["ok"]["messages"]] == [told["_id"], new["_id"]]
    newer = {**new, "version": 2}
    for doc in (told, new, newer):
        await connections.deliver(events.message_changed(Message.of(doc)))
    assert (await connection.frame())["message"]["version"] == 2
    connection.put("websocket.disconnect")
    await connection.ended()


async def test_a_malformed_event_breaks_no_connection(connections: Connections) -> None:
    connection = Connection()
    await connection.ready()
    group = events.session_group(connection.session_id)
    async with Redis.from_url(settings.REDIS_URL) as redis:
        for strange in (b"", b"\xc1", b"\x80", b"\x81\xa5group\xa1x"):
            assert await redis.publish(f"studio__group__{group}", strange) == 1
    doc = insert(session_id=connection.session_id)
    await events.publish(events.message_changed(Message.of(doc)))
    assert (await connection.frame())["message"]["id"] == doc["_id"]
    connection.put("websocket.disconnect")
    await connection.ended()


async def test_a_group_that_nobody_is_in_any_more_is_left_and_joined_anew(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.connections.REPAIR_EVERY_S", 0.05)
    session_id = insert_session()["_id"]
    group = events.session_group(session_id)
    for _ in range(2):
        connection = Connection(session_id)
        await connection.ready()
        assert group in connections._joined
        doc = insert(session_id=session_id)
        await events.publish(events.message_changed(Message.of(doc)))
        assert (await connection.frame())["message"]["id"] == doc["_id"]
        connection.put("websocket.disconnect")
        await connection.ended()
        assert await until(lambda: nobody_listens(group), HANGS_S)
        assert group not in connections._joined


async def nobody_listens(group: str) -> bool:
    async with Redis.from_url(settings.REDIS_URL) as redis:
        ((_, listening),) = await redis.pubsub_numsub(f"studio__group__{group}")
    return bool(listening == 0)
