"""A socket is read no faster than its commands are answered: one that floods makes the others wait no longer than one turn."""

from collections.abc import Awaitable, Callable
from typing import Any

from project.shutdown import Event, Receive, Send

WAITING = 16  # commands of one socket
# Bytes in one turn of the event loop. Of the smallest commands Twisted's own 64 KiB hold two thousand, a tenth of a second.
READ = 4096


class Paced:
    """Wraps the sockets' application. Daphne puts whatever comes into a queue that has no end, and never pushes back; under
    another server, or in a test's communicator, it only hands on."""

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
        await self.application(scope, receive, send)


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
