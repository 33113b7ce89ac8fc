"""Bounds what waits for a slow reader, as Daphne does not."""

from typing import Any

LIMIT = 1024 * 1024  # bytes, beside the transport's own buffer


class Backlog:
    """A push producer of the socket's Twisted transport, so that it learns when the transport's buffer is full."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._paused = False
        self._waiting = 0
        transport.unregisterProducer()  # the HTTP channel's, which ended with the handshake
        transport.registerProducer(self, True)

    def sent(self, size: int) -> bool:
        """False when too much waits."""
        if self._paused:
            self._waiting += size
        return self._waiting <= LIMIT

    def drop(self) -> None:
        self._transport.abortConnection()

    def pauseProducing(self) -> None:
        self._paused = True

    def resumeProducing(self) -> None:
        self._paused, self._waiting = False, 0

    def stopProducing(self) -> None:
        self._paused = False
