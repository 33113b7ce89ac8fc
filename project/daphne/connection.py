# Twisted's HTTP is half typed:
# mypy: disable-error-code="no-untyped-call, override, method-assign"

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

import daphne.server  # noqa: F401  first: it chooses the reactor
from twisted.web.http import HTTPChannel

from gallery.errors import StudioError
from project.http import problems
from project.http.middleware import body_limit, strict_policy

HEAD_S = 10.0  # from the connection's beginning to the end of its first request's headers
IDLE_S = 60.0  # the same for a later request, with the idle time before it
BODY_S = 300.0  # to the end of the body: 20 MiB at 0.6 Mbit/s
UNREAD_S = 60.0  # for a reader to take UNREAD bytes here and as many in the kernel
LINGER_S = 2.0  # before a refused sender is cut off: a reset would lose the answer
UNREAD = 32_768  # bytes


class Channel(HTTPChannel):
    """Bounds the time in which a request arrives and an answer is read. The next request begins once the answer is sent."""

    transport: Any  # Twisted's types know none of these
    _path: Any
    _waitingForTransport: bool  # more waits than the transport's `bufferSize`
    _handlingRequest: bool
    _deadline: Any = None
    _answered: Any = None  # a request whose answer has not been sent yet
    _held = False  # nothing is read until the sender of the body is known
    _refused = False
    _continue_wanted = False

    def __init__(self, give_back: Callable[[], None]) -> None:
        super().__init__()
        self.give_back = give_back
        self._until_room: list[asyncio.Future[None]] = []

    def connectionMade(self) -> None:
        super().connectionMade()
        when_lost(self.transport, self.give_back)
        self.transport.bufferSize = UNREAD
        _limit_kernel_buffer(self.transport)
        self._expect_within(HEAD_S)

    def allHeadersReceived(self) -> None:
        self._expect_within(BODY_S)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._expect_within(None)
        super().allContentReceived()

    async def room(self) -> None:
        """Returns when the client has read what was written, or has left."""
        while self._waitingForTransport:
            taken = asyncio.get_running_loop().create_future()
            self._until_room.append(taken)
            await taken

    def pauseProducing(self) -> None:
        if not self._waitingForTransport:
            self._expect_within(UNREAD_S)
        super().pauseProducing()

    def resumeProducing(self) -> None:
        self._expect_within(None if self._handlingRequest else BODY_S)
        super().resumeProducing()
        if self._held:
            self.transport.pauseProducing()
        self._go_on()
        if self._answered is not None:
            request, self._answered = self._answered, None
            self._next(request)

    def requestDone(self, request: Any) -> None:
        if self._waitingForTransport and self.persistent:
            self._answered = request
        else:
            self._next(request)

    def _next(self, request: Any) -> None:
        self._expect_within(IDLE_S)  # before a request that is waiting already begins
        super().requestDone(request)

    def _go_on(self) -> None:
        waiting, self._until_room = self._until_room, []
        for taken in waiting:
            if not taken.done():
                taken.set_result(None)

    def connectionLost(self, reason: Any) -> None:
        self._forget_deadline()
        self._waitingForTransport = False
        super().connectionLost(reason)
        self._go_on()

    def limit(self) -> int:
        return body_limit(unquote_to_bytes(self._path.partition(b"?")[0]).decode("latin-1"))

    def hold(self) -> None:
        self._held = True
        self.transport.pauseProducing()

    def read_on(self) -> None:
        self._held = False
        self.transport.resumeProducing()
        if self._continue_wanted:
            self._continue_wanted = False
            self._send100Continue()

    def _send100Continue(self) -> None:
        if self._held:
            self._continue_wanted = True
        elif not self._refused:
            super()._send100Continue()

    def refuse(self, error: StudioError) -> None:
        """Answers without reading the body, and reads nothing more."""
        self.transport.write(last_answer(error))
        self.dataReceived = lambda data: None
        self._expect_within(LINGER_S)
        self._refused = True

    def _expect_within(self, seconds: float | None) -> None:
        if self._refused:
            return  # it is closing already
        self._forget_deadline()
        if seconds is not None:
            self._deadline = self.callLater(seconds, self.transport.abortConnection)

    def _forget_deadline(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()


def last_answer(error: StudioError) -> bytes:
    response = problems.problem(error)
    for name, value in {"Content-Length": str(len(response.content)), "Connection": "close"}.items():
        response.headers[name] = value
    response.headers["Content-Security-Policy"] = strict_policy()
    status = f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n".encode()
    return status + response.serialize_headers() + b"\r\n\r\n" + response.content


def when_lost(transport: Any, then: Callable[[], None]) -> None:
    """Also after an upgrade, when a WebSocket's protocol has replaced ours."""
    lost = transport.connectionLost

    def connectionLost(*reason: Any) -> None:
        transport.connectionLost = lost
        then()
        lost(*reason)

    transport.connectionLost = connectionLost


def _limit_kernel_buffer(transport: Any) -> None:
    """Else it takes megabytes of an answer that nobody reads."""
    with suppress(AttributeError, OSError):  # not on every system
        transport.getHandle().setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNREAD)
