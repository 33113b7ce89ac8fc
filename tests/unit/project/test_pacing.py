"""A socket's reading stops while too much of it waits, and goes on when nothing does."""

import asyncio
from functools import partial
from types import SimpleNamespace

from project.daphne.pacing import READ, WAITING, Paced
from project.daphne.shutdown import Event, Receive, Send


class Transport:
    bufferSize = 65_536
    paused = False

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False


async def _reply(protocol: object, event: Event) -> None:
    """As Daphne's: its first argument is the connection."""


async def test_reading_stops_while_too_much_waits() -> None:
    queue: asyncio.Queue[Event] = asyncio.Queue()
    transport, seen = Transport(), list[bool]()
    for _ in range(WAITING + 3):
        queue.put_nowait({})

    async def application(scope: Event, receive: Receive, send: Send) -> None:
        for _ in range(WAITING + 3):
            await receive()
            seen.append(transport.paused)

    await Paced(application)({}, queue.get, partial(_reply, SimpleNamespace(transport=transport)))
    assert transport.bufferSize == READ
    assert seen == [True] * (WAITING + 2) + [False]


async def test_under_another_server_it_only_hands_on() -> None:
    async def application(scope: Event, receive: Receive, send: Send) -> None:
        await send(await receive())

    async def receive() -> Event:
        return {"type": "said"}

    sent: list[Event] = []

    async def send(event: Event) -> None:
        sent.append(event)

    await Paced(application)({}, receive, send)
    assert sent == [{"type": "said"}]
