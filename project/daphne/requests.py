"""Bounds that Daphne leaves to a proxy: size and time of a request, time to read an answer, connections of an
address."""

# Twisted's HTTP is half typed:
# mypy: disable-error-code="no-untyped-call, override, method-assign"

import asyncio
import functools
import logging
import math
import resource
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

import daphne.server  # first: it chooses the reactor
import daphne.ws_protocol
import twisted.web.http
from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.internet.protocol import Protocol

from chat import rate_limits
from gallery.errors import RateLimited, StudioError, TooLarge
from gallery.places import Places
from gallery.translation import N_, _
from project.daphne import forwarded, handshakes, uploads
from project.daphne.application import Whole
from project.daphne.connection import LINGER_S, Channel, last_answer, when_lost
from project.daphne.uploads import admit

log = logging.getLogger(__name__)

OPEN_FILES = 65_536  # sockets, mostly
MANY = N_("Your network has too many connections here: close some, and try again.")
RETRY_AFTER_S = 5.0

_connections = Places(settings.CONNECTIONS_PER_ADDRESS if settings.STUDIO_LIMITS else math.inf)
_refused = Places(32)  # connections that are answered so


class Request(WebRequest):  # type: ignore[misc]  # daphne has no types
    """Refused at the first byte too many."""

    content: IO[bytes]

    def __init__(self, *args: Any, **options: Any) -> None:
        # Twisted would parse forms on the event loop; Django parses them itself.
        super().__init__(*args, parsePOSTFormSubmission=False, **options)
        self._refused = False
        self._admission: asyncio.Task[None] | None = None
        self._received: tuple[bytes, ...] | None = (
            None  # the arguments of `requestReceived`, if called before the admission
        )
        self._taken: list[Callable[[], None]] = []  # places, to be given back

    def process(self) -> Any:
        # By this header of Daphne's, anybody could move the whole application to another path.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        if not self._upgrades():
            self.content = _Handed(self.content)
        elif self._taken:
            when_lost(self.channel.transport, self._give_back)  # Daphne does not call us again
        return handshakes.let_in(self, super().process)

    def gotLength(self, length: int | None) -> None:
        self._room = self.channel.limit()
        super().gotLength(None if length is None else min(length, self._room))
        if not self._takes_place():
            self._refuse(RateLimited(MANY, retry_after=RETRY_AFTER_S))
        elif length is not None and length > self._room:
            self._refuse(self._too_large())
        elif length is not None and length > uploads.LARGE:
            self._hold_until_admitted(length)

    def handleContentChunk(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            self._refuse(self._too_large())
        elif self._admission is None and not self._refused and self.channel.limit() - self._room > uploads.LARGE:
            self._hold_until_admitted(self.channel.limit())  # in chunks: the size is unknown
        if not self._refused:
            super().handleContentChunk(data)

    def requestReceived(self, *line: bytes) -> None:
        if self._admission is not None and not self._admission.done():
            self._received = line
        elif not self._refused:
            super().requestReceived(*line)

    def _takes_place(self) -> bool:
        """Takes a place for the client's address, where a proxy names it."""
        server = self.channel.factory.server
        if not (header := server.proxy_forwarded_address_header):
            return True
        address, _ = forwarded.parse(self.requestHeaders, header)
        if address is None:
            return True
        place = _connections.take(rate_limits.network(str(address[0])))
        self._taken += [place] if place else []
        return place is not None

    def _hold_until_admitted(self, size: int) -> None:
        self.channel.hold()
        self._admission = asyncio.ensure_future(self._admit(size))

    async def _admit(self, size: int) -> None:
        headers = [(name.lower(), value) for name, values in self.requestHeaders.getAllRawHeaders() for value in values]
        try:
            self._taken.append(await admit(headers, self._address(), size))
        except StudioError as error:
            self._refuse(error)
        except Exception:
            log.exception("action=failed: a body was refused, because its sender could not be looked up")
            self._refuse(StudioError())
        if self._disconnected or self._refused:
            self._give_back()
        if self._disconnected:
            return
        self.channel.read_on()
        if self._received is not None and not self._refused:
            super().requestReceived(*self._received)

    def _address(self) -> str:
        server, peer = self.channel.factory.server, getattr(self.client, "host", "")
        address, _ = forwarded.parse(self.requestHeaders, server.proxy_forwarded_address_header, peer=[peer])
        return str(address[0]) if address else ""

    def _upgrades(self) -> bool:
        return bool(self.requestHeaders.getRawHeaders(b"Upgrade", [b""])[0].lower() == b"websocket")

    def _too_large(self) -> TooLarge:
        return TooLarge(_("At most {limit} MiB are taken here.").format(limit=self.channel.limit() // 1024**2))

    def _refuse(self, error: StudioError) -> None:
        if not self._refused:
            self._refused = True
            self.channel.refuse(error)

    def _give_back(self) -> None:
        taken, self._taken = self._taken, []
        for give_back in taken:
            give_back()

    def finish(self) -> None:
        self._give_back()
        super().finish()

    async def room(self) -> None:
        """Returns when more may be written, or the client has left."""
        if not self.finished and self.channel is not None:
            await self.channel.room()

    def break_off(self) -> None:
        """The client must not take a part for the whole."""
        if self._response_started and not self.finished and self.channel is not None:
            self.channel.transport.abortConnection()

    def forget(self) -> None:
        """Daphne keeps requests until its next check, once a second: ten megabytes where many poll."""
        if "disconnected" in self.server.connections.get(self, ()):
            del self.server.connections[self]

    def handle_exception(self, exception: Exception) -> None:
        # Daphne would begin a second answer in the middle of the first, and check its connections no more.
        if self._response_started:
            self.break_off()
        else:
            super().handle_exception(exception)

    def connectionLost(self, reason: Any) -> None:
        self._give_back()
        if not self.finished:  # else Daphne may have forgotten it
            super().connectionLost(reason)


class _Handed(BytesIO):
    """Hands a body over unread: Daphne would queue 20 MiB in pieces of 8 kB, in one turn of the event loop."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        file.seek(0)
        self._whole = Whole()
        self._whole.file = file

    def read(self, size: int | None = -1) -> bytes:
        return self._whole


class _Full(Protocol):
    """Tells an address that it has all its connections, and waits a moment for the answer to be read."""

    transport: Any

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back = give_back

    def connectionMade(self) -> None:
        self._end = daphne.server.reactor.callLater(LINGER_S, self.transport.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(last_answer(RateLimited(MANY, retry_after=RETRY_AFTER_S)))
        self.transport.loseWriteConnection()
        self.dataReceived = lambda data: None

    def connectionLost(self, reason: Any = None) -> None:
        self._give_back()
        if self._end.active():
            self._end.cancel()


class Factory(daphne.server.HTTPFactory):  # type: ignore[misc]
    def buildProtocol(self, address: Any) -> Any:
        """None closes the connection."""
        who = "" if self.server.proxy_forwarded_address_header else rate_limits.network(getattr(address, "host", ""))
        place = _connections.take(who) if who else _nothing
        if place is None:
            return self._refusal(who)
        self.protocol = functools.partial(Channel, place)
        channel: Channel = super().buildProtocol(address)
        channel.requestFactory = Request
        return channel

    def _refusal(self, who: str) -> _Full | None:
        place = _refused.take(who)
        return _Full(place) if place else None


def _nothing() -> None: ...


def install() -> None:
    """Daphne has no setting for its factory, but looks up the name when it starts."""
    daphne.server.HTTPFactory = Factory
    for module in (daphne.http_protocol, daphne.ws_protocol):
        module.parse_x_forwarded_for = forwarded.parse
    # Those that Twisted does not know it would call "Unknown Status".
    twisted.web.http.RESPONSES.update({status.value: status.phrase.encode() for status in HTTPStatus})
    _raise_open_files()


def _raise_open_files() -> None:
    """As far as the system allows: each socket is one, and the usual 1,024 are too few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
