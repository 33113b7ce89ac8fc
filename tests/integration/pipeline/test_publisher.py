"""Events from a worker's threads: what a listener of the group gets, over the real channel layer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import get_channel_layer

from pipeline import events
from tests.support.messages import new
from tests.support.serving import HANGS_S

pytestmark = pytest.mark.usefixtures("valkey")


class Listener:
    async def join(self, group: str) -> None:
        self.layer = get_channel_layer()
        self.channel = await self.layer.new_channel()
        await self.layer.group_add(group, self.channel)

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(HANGS_S):
            return dict(await self.layer.receive(self.channel))


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    await listener.join(events.session_group("s"))
    yield listener
    await listener.layer.flush()


def changed(version: int, id: str = "m") -> events.Event:
    return events.message_changed(new(id=id, session_id="s", version=version))


async def test_an_event_that_is_overtaken_at_once_is_not_sent(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events._publisher, "hold_s", 2 * HANGS_S)
    events.enqueue(changed(1))
    events.enqueue(changed(1, "other"))
    events.enqueue(changed(2))
    events.enqueue(changed(3))
    events.enqueue(changed(1, "last"), at_once=True)  # the hold is over for everybody
    heard = [await listener.hear() for _ in range(3)]
    assert [(one["key"], one["version"]) for one in heard] == [("other", 1), ("m", 3), ("last", 1)]


async def test_an_end_waits_for_nothing_and_overtakes_nothing_of_others(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events._publisher, "hold_s", 2 * HANGS_S)
    events.enqueue(changed(1, "other"))
    events.enqueue(changed(4), at_once=True)
    heard = [await listener.hear(), await listener.hear()]
    assert [(one["key"], one["version"]) for one in heard] == [("other", 1), ("m", 4)]
