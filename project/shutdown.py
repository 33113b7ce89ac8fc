"""Tells open sockets that the server restarts. Daphne itself drops them, and its ASGI side refuses code 1012."""

import sys
import weakref
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

Event = MutableMapping[str, Any]  # ASGI's own type: what it holds depends on "type"
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Event, Receive, Send], Awaitable[None]]

SERVICE_RESTART = 1012


class _Socket(Protocol):
    """What we use of autobahn's protocol object."""

    state: int
    STATE_OPEN: int
    is_closed: "Deferred[object]"

    def sendCloseFrame(self, code: int) -> None: ...


class CloseOnShutdown:
    """Wraps the ASGI application: remembers the open sockets, and closes them with 1012 before Daphne's reactor stops.
    Under another server, or in a test's communicator, it only hands on."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._sockets: weakref.WeakSet[_Socket] = weakref.WeakSet()
        if "daphne.server" in sys.modules:  # it has installed its reactor, and nobody else may
            from twisted.internet import reactor

            reactor.addSystemEventTrigger("before", "shutdown", self._say_goodbye)  # type: ignore[arg-type]

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Daphne's `send` is partial(Server.handle_reply, protocol)
            for part in getattr(send, "args", ())[:1]:
                if hasattr(part, "sendCloseFrame"):
                    self._sockets.add(part)
        await self.application(scope, receive, send)

    def _say_goodbye(self) -> "Deferred[Any]":
        """Twisted waits for what it returns: every reader has answered, or autobahn dropped it after its second."""
        from twisted.internet import defer

        waiting = [socket for socket in self._sockets if socket.state == socket.STATE_OPEN]
        for socket in waiting:
            socket.sendCloseFrame(code=SERVICE_RESTART)
        return defer.DeferredList([socket.is_closed for socket in waiting])
