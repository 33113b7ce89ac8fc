"""Bounds for Daphne's queues and buffers: a socket is read no faster than its commands are answered, an answer is made no
faster than it is read, and a socket's application learns how much its client has not read."""

from collections.abc import Awaitable, Callable
from typing import Any

from project.daphne.backlog import Backlog
from project.daphne.shutdown import Event, Receive, Send

WAITING = 16  # commands of one socket
# Bytes read in one turn of the event loop. Twisted's 64 KiB are two thousand small commands.
READ = 4096


class Paced:
    """Wraps the sockets' application."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        # Daphne's `receive` is the queue's `get`, its `send` partial(Server.handle_reply, protocol).
        queue = getattr(receive, "__self__", None)
        protocol: Any = next(iter(getattr(send, "args", ())), None)
        transport = getattr(protocol, "transport", None)
        if transport is not None and hasattr(queue, "qsize"):
            transport.bufferSize = READ
            receive = _paced(receive, queue, transport)
            scope["backlog"] = Backlog(transport)
        await self.application(scope, receive, send)


class PacedAnswers:
    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        request: Any = next(iter(getattr(send, "args", ())), None)
        if not hasattr(request, "room"):
            await self.application(scope, receive, send)
            return

        async def send_and_wait(event: Event) -> None:
            await send(event)
            await request.room()  # before more is made

        await self.application(scope, receive, send_and_wait)
        request.break_off()  # if the application has not finished it
        request.forget()


def _paced(receive: Receive, queue: Any, transport: Any) -> Receive:
    paused = False

    async def next_event() -> Event:
        nonlocal paused
        event = await receive()
        if not paused and queue.qsize() > WAITING:
            paused = True
            transport.pauseProducing()
        elif paused and queue.empty():
            paused = False
            transport.resumeProducing()
        return event

    return next_event
