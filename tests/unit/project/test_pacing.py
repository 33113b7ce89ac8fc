"""A socket's reading stops while too much of it waits, and goes on when nothing does."""

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any

from project.daphne.backlog import LIMIT
from project.daphne.pacing import READ, WAITING, Paced
from project.daphne.shutdown import Event, Receive, Send


class Transport:
    bufferSize = 65_536
    paused = False
    producer: Any = "the HTTP channel's"

    def unregisterProducer(self) -> None:
        self.producer = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert self.producer is None and streaming
        self.producer = producer

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


async def test_the_application_is_told_when_too_much_waits_for_the_reader() -> None:
    transport = Transport()
    outcomes: list[bool] = []

    async def application(scope: Event, receive: Receive, send: Send) -> None:
        sent = scope["backlog"].sent
        outcomes.append(sent(LIMIT + 1))  # the transport takes it at once
        transport.producer.pauseProducing()
        outcomes.extend([sent(LIMIT), sent(1)])
        transport.producer.resumeProducing()
        outcomes.append(sent(1))

    await Paced(application)({}, asyncio.Queue[Event]().get, partial(_reply, SimpleNamespace(transport=transport)))
    assert outcomes == [True, True, False, True]


async def test_under_another_server_it_only_hands_on() -> None:
    async def application(scope: Event, receive: Receive, send: Send) -> None:
        assert "backlog" not in scope
        await send(await receive())

    async def receive() -> Event:
        return {"type": "said"}

    sent: list[Event] = []

    async def send(event: Event) -> None:
        sent.append(event)

    await Paced(application)({}, receive, send)
    assert sent == [{"type": "said"}]
