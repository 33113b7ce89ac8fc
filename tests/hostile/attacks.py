"""Raw attacks on a studio, each as an address and a number of times; used by the tests, a few, and by `measure.py`, many."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

MIB = 1024 * 1024
CHUNK = b"x" * 65_536
HEAD = "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"


def raw(port: int, sent: bytes, timeout: float = 10) -> bytes:
    """All that the server says to these bytes before it closes, or before so many seconds are over."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout)) as connection:
        connection.sendall(sent)
        return _heard(connection)


def _heard(connection: socket.socket) -> bytes:
    heard = b""
    with contextlib.suppress(TimeoutError, ConnectionResetError):
        while data := connection.recv(65_536):
            heard += data
    return heard


def body(
    port: int, size: int, *, path: str, token: str = "", chunked: bool = False, declared: int | None = None
) -> bytes:
    """What comes back to a body of so many bytes, once the server stops reading or has it all."""
    head = HEAD.format(method="POST", path=path, token=token) + "Content-Type: application/octet-stream\r\n"
    head += (
        "Transfer-Encoding: chunked\r\n\r\n"
        if chunked
        else f"Content-Length: {size if declared is None else declared}\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as connection:
        connection.sendall(head.encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            for _ in range(size // len(CHUNK)):
                connection.sendall(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK) if chunked else CHUNK)
            if chunked:
                connection.sendall(b"0\r\n\r\n")
        connection.settimeout(3)
        return _heard(connection)


@contextmanager
def held(port: int, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have begun to say something."""
    connections = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(count)]
    try:
        for connection in connections:
            connection.sendall(sent)
        yield connections
    finally:
        for connection in connections:
            connection.close()


def trickled(connection: socket.socket, every_s: float, timeout: float) -> float:
    """Seconds until the server has had enough of a header that comes letter by letter."""
    began = time.monotonic()
    connection.settimeout(every_s)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while time.monotonic() - began < timeout:
            connection.send(b"x")
            with contextlib.suppress(TimeoutError):
                if connection.recv(1) == b"":
                    break
    return time.monotonic() - began


@asynccontextmanager
async def sockets(port: int, session: str, count: int, headers: dict[str, str]) -> AsyncIterator[list[int | None]]:
    """So many sockets at once; the value: their close codes, None for one that is open."""
    url = f"ws://127.0.0.1:{port}/ws/sessions/{session}/"

    async def opened() -> tuple[object, int | None]:
        try:
            connection = await connect(url, additional_headers=headers, open_timeout=60, ping_interval=None)
        except (OSError, WebSocketException, TimeoutError):
            return None, -1
        try:
            await asyncio.wait_for(connection.recv(), 30)
        except ConnectionClosed as closed:
            return connection, closed.rcvd.code if closed.rcvd else -1
        return connection, None

    found = await asyncio.gather(*(opened() for _ in range(count)))
    try:
        yield [code for _, code in found]
    finally:
        await asyncio.gather(*(connection.close() for connection, _ in found if connection is not None))  # type: ignore[attr-defined]
