"""News from a worker's threads: what a listener of the group gets, over the real channel layer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import get_channel_layer

from pipeline import publisher

pytestmark = pytest.mark.usefixtures("valkey")
SOON_S = 2.0


class Listener:
    async def join(self, group: str) -> None:
        self.layer = get_channel_layer()
        self.channel = await self.layer.new_channel()
        await self.layer.group_add(group, self.channel)

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON_S):
            return dict(await self.layer.receive(self.channel))


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    await listener.join(publisher.session_group("s"))
    yield listener
    await listener.layer.flush()


def news(version: int, id: str = "m") -> publisher.News:
    return publisher.message_changed({"id": id, "session_id": "s", "version": version})


async def test_news_that_is_overtaken_at_once_is_not_sent(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "HOLD_S", SOON_S / 4)
    publisher.post(news(1))
    publisher.post(news(1, "other"))
    publisher.post(news(2))
    publisher.post(news(3))
    heard = [await listener.hear(), await listener.hear()]
    assert [(one["key"], one["version"]) for one in heard] == [("other", 1), ("m", 3)]


async def test_an_end_waits_for_nothing_and_overtakes_nothing_of_others(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "HOLD_S", SOON_S * 2)
    publisher.post(news(1, "other"))
    publisher.post(news(4), at_once=True)
    heard = [await listener.hear(), await listener.hear()]
    assert [(one["key"], one["version"]) for one in heard] == [("other", 1), ("m", 4)]
