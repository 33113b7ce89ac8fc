"""Closes sockets with the application's own close codes, and when the application ends."""

import sys
import weakref
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from project.close_codes import OUR_ERROR, SERVICE_RESTART

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

ANSWER_S = 10.0  # for a close frame to reach a client and be answered: autobahn's own second loses it on a slow network
LAST_ANSWER_S = 1.0  # the same once the server stops

Event = MutableMapping[str, Any]  # ASGI's own type: what it holds depends on "type"
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Receive, Send], Awaitable[None]]


class _Socket(Protocol):
    """Autobahn's, as far as we use it."""

    state: int
    STATE_CONNECTING: int
    STATE_OPEN: int
    is_closed: "Deferred[object]"
    closeHandshakeTimeout: float  # seconds

    def sendCloseFrame(self, code: int) -> None: ...


class CloseOnShutdown:
    """Closes the open sockets with 1012 before Daphne's reactor stops, which itself only drops them."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._sockets: weakref.WeakSet[_Socket] = weakref.WeakSet()
        if "daphne.server" in sys.modules:  # it has installed its reactor, and nobody else may
            from twisted.internet import reactor

            reactor.addSystemEventTrigger("before", "shutdown", self._close_all)  # type: ignore[arg-type]

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        socket = _socket(send) if scope["type"] == "websocket" else None
        if socket is None:
            return await self.application(scope, receive, send)
        self._sockets.add(socket)
        socket.closeHandshakeTimeout = ANSWER_S
        try:
            await self.application(scope, receive, partial(_reply, socket, send))
        finally:
            if socket.state == socket.STATE_OPEN:
                socket.sendCloseFrame(code=OUR_ERROR)

    def _close_all(self) -> "Deferred[Any]":
        """Twisted waits for the result: every reader has answered, or autobahn has dropped it."""
        from twisted.internet import defer

        waiting = [socket for socket in self._sockets if socket.state == socket.STATE_OPEN]
        for socket in waiting:
            socket.closeHandshakeTimeout = LAST_ANSWER_S
            socket.sendCloseFrame(code=SERVICE_RESTART)
        return defer.DeferredList([socket.is_closed for socket in waiting])


def _socket(send: Send) -> _Socket | None:
    """Daphne's `send` is partial(Server.handle_reply, protocol)."""
    protocol = next(iter(getattr(send, "args", ())), None)
    return protocol if hasattr(protocol, "sendCloseFrame") else None


async def _reply(socket: _Socket, send: Send, event: Event) -> None:
    """Replaces Daphne's `send`, as a `partial` like it: `project.daphne.pacing` finds the protocol in its arguments."""
    # autobahn reserves these two, and refuses them from an application
    ours = event["type"] == "websocket.close" and event.get("code") in (OUR_ERROR, SERVICE_RESTART)
    if ours and socket.state != socket.STATE_CONNECTING:
        socket.sendCloseFrame(code=event["code"])
    else:
        await send(event)
