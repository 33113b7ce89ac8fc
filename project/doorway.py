"""What Daphne leaves to a proxy in front, done at the door for those who have none: how large and how slow a request may be.

Daphne takes a request whole, however large, before anybody is asked, and waits for one that trickles as long as it trickles.
Sockets are let in one by one; what follows has bounds of its own.
"""

# Twisted's HTTP is half typed:
# mypy: disable-error-code="no-untyped-call, override, method-assign"

import resource
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes

import daphne.server  # first: it chooses the reactor
from daphne.http_protocol import WebRequest
from twisted.web.http import HTTPChannel

from gallery.errors import TooLarge
from project import problems, turnstile
from project.handler import Whole
from project.middleware import body_limit, strict_policy

HEAD_S = 10.0  # from the connection's beginning to the end of its first request's headers
IDLE_S = 60.0  # the same for a request that follows, the time without one included
BODY_S = 300.0  # from there to the end of the body: 20 MiB at 0.6 Mbit/s
LINGER_S = 2.0  # before a sender that is refused is cut off: a reset would take the answer with it
OPEN_FILES = 65_536  # sockets, mostly


class Channel(HTTPChannel):
    """One connection that speaks HTTP, each of its requests with a time to arrive in."""

    transport: Any  # Twisted's types know neither of the two
    _path: Any
    _deadline: Any = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self._expect_within(HEAD_S)

    def allHeadersReceived(self) -> None:
        self._expect_within(BODY_S)
        super().allHeadersReceived()

    def allContentReceived(self) -> None:
        self._expect_within(None)
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:
        self._expect_within(IDLE_S)  # before a request that is waiting already begins
        super().requestDone(request)

    def connectionLost(self, reason: Any) -> None:
        self._expect_within(None)
        super().connectionLost(reason)

    def limit(self) -> int:
        """Bytes of a body for the path that is asked for."""
        return body_limit(unquote_to_bytes(self._path.partition(b"?")[0]).decode("latin-1"))

    def refuse(self) -> None:
        """Say 413 without having the body, and hear nothing more."""
        said = problems.problem(TooLarge(f"At most {self.limit() // 1024**2} MiB are taken here."))
        for name, value in {"Content-Length": str(len(said.content)), "Connection": "close"}.items():
            said.headers[name] = value
        said.headers["Content-Security-Policy"] = strict_policy()
        status = f"HTTP/1.1 {said.status_code} {said.reason_phrase}\r\n".encode()
        self.transport.write(status + said.serialize_headers() + b"\r\n\r\n" + said.content)
        self.dataReceived = lambda data: None
        self._expect_within(LINGER_S)

    def _expect_within(self, seconds: float | None) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.callLater(seconds, self.transport.abortConnection)


class Request(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Is refused at the first byte that shows that it is too large."""

    content: IO[bytes]

    def __init__(self, *args: Any, **options: Any) -> None:
        # Twisted's own reading of forms would happen on the event loop, and for nobody.
        super().__init__(*args, parsePOSTFormSubmission=False, **options)
        self._refused = False

    def process(self) -> Any:
        # A word of Daphne's own, by which anybody could move the whole application to another path.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        if self.requestHeaders.getRawHeaders(b"Upgrade", [b""])[0].lower() == b"websocket":
            return turnstile.let_in(self, super().process)
        self.content = _Handed(self.content)
        return super().process()

    def gotLength(self, length: int | None) -> None:
        self._room = self.channel.limit()
        super().gotLength(None if length is None else min(length, self._room))
        if length is not None and length > self._room:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            self._refuse()
        if not self._refused:
            super().handleContentChunk(data)

    def requestReceived(self, *line: bytes) -> None:
        if not self._refused:
            super().requestReceived(*line)

    def _refuse(self) -> None:
        if not self._refused:
            self._refused = True
            self.channel.refuse()


class _Handed(BytesIO):
    """Daphne would cut a body into pieces of 8 kB and queue them all, 20 MiB of them, while everybody waits."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        file.seek(0)
        self._whole = Whole()
        self._whole.file = file

    def read(self, size: int | None = -1) -> bytes:
        return self._whole


class Factory(daphne.server.HTTPFactory):  # type: ignore[misc]
    protocol = Channel

    def buildProtocol(self, address: Any) -> Channel:
        channel: Channel = super().buildProtocol(address)
        channel.requestFactory = Request
        return channel


def install() -> None:
    """For the server that is about to run: Daphne has no setting for its factory, but looks the name up when it begins."""
    daphne.server.HTTPFactory = Factory
    _raise_open_files()


def _raise_open_files() -> None:
    """To what the system allows: a usual soft limit of 1,024 is fewer than the sockets of one busy evening."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
