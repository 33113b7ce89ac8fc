"""One handshake in a turn of the event loop: a thousand that come at once make the others wait no longer than one does."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import daphne.server  # noqa: F401  first: it chooses the reactor
from twisted.internet import reactor as _reactor

if TYPE_CHECKING:
    from project.doorway import Request

reactor: Any = _reactor  # Twisted's is a module that becomes an object
_waiting: "deque[tuple[Request, Callable[[], Any]]]" = deque()


def let_in(request: "Request", process: Callable[[], Any]) -> None:
    """`process` is called when it is this one's turn, unless the client has left by then."""
    _waiting.append((request, process))
    if len(_waiting) == 1:
        reactor.callLater(0, _turn)


def _turn() -> None:
    request, process = _waiting.popleft()
    if _waiting:
        reactor.callLater(0, _turn)
    if request.channel is not None:
        process()
