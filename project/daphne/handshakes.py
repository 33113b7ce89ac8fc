"""One request or handshake per turn of the event loop: a thousand at once do not hold up the others."""

from collections import deque
from collections.abc import Callable
from typing import Any

import daphne.server  # noqa: F401  first: it chooses the reactor
from daphne.http_protocol import WebRequest
from twisted.internet import reactor as _reactor

reactor: Any = _reactor  # in Twisted a module that becomes an object
_waiting: deque[tuple[WebRequest, Callable[[], Any]]] = deque()
_taken = False


def let_in(request: WebRequest, process: Callable[[], Any]) -> None:
    """Calls `process` when it is its turn, unless the client has left."""
    global _taken
    if _taken:
        _waiting.append((request, process))
    else:
        _taken = True
        reactor.callLater(0, _turn)
        process()


def _turn() -> None:
    global _taken
    if not _waiting:
        _taken = False
        return
    request, process = _waiting.popleft()
    reactor.callLater(0, _turn)
    if request.channel is not None:
        process()
