"""Raw attacks on a studio, each as an address and a number of times; used by the tests, a few, and by `measure.py`, many."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from io import BytesIO

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.support.serving import HANGS_S

MIB = 1024 * 1024
CHUNK = b"x" * 65_536
HEAD = "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"


def head(port: int, sent: bytes, *, leaves: bool = False) -> bytes:
    """What the server says to these bytes: the head of its answer, or whatever comes before it closes. `leaves`: the sender
    says that no more will come."""
    with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
        connection.sendall(sent)
        if leaves:
            connection.shutdown(socket.SHUT_WR)
        return heard(connection, lambda said: b"\r\n\r\n" in said)


def heard(connection: socket.socket, enough: Callable[[bytearray], bool] = lambda said: said.endswith(b"}")) -> bytes:
    """Until the end of the connection, or of a problem."""
    said = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while not enough(said) and (data := connection.recv(65_536)):
            said += data
    return bytes(said)


def body(
    port: int,
    size: int,
    *,
    path: str,
    token: str = "",
    kind: str = "application/octet-stream",
    chunked: bool = False,
    declared: int | None = None,
) -> bytes:
    """What comes back to a body of so many bytes, once the server stops reading or has it all."""
    begun = HEAD.format(method="POST", path=path, token=token) + f"Content-Type: {kind}\r\n"
    begun += (
        "Transfer-Encoding: chunked\r\n\r\n"
        if chunked
        else f"Content-Length: {size if declared is None else declared}\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
        connection.sendall(begun.encode())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
            for _ in range(size // len(CHUNK)):
                connection.sendall(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK) if chunked else CHUNK)
            if chunked:
                connection.sendall(b"0\r\n\r\n")
        return heard(connection)


def asking(path: str, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def noise(width: int, height: int) -> bytes:
    """A picture that nothing makes smaller: it is stored with four bytes a pixel."""
    from PIL import Image

    out = BytesIO()
    Image.frombytes("RGBA", (width, height), os.urandom(4 * width * height)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def megapixels(count: int) -> bytes:
    """A picture of so many million pixels in a file of some kilobytes."""
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (6500, 1_000_000 * count // 6500)).save(out, "PNG")
    return out.getvalue()


@contextmanager
def held(port: int, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that have begun to say something."""
    connections = [socket.create_connection(("127.0.0.1", port), HANGS_S) for _ in range(count)]
    try:
        for connection in connections if sent else ():
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
            connection = await connect(url, additional_headers=headers, open_timeout=HANGS_S, ping_interval=None)
        except (OSError, WebSocketException, TimeoutError):
            return None, -1
        try:
            await asyncio.wait_for(connection.recv(), HANGS_S)
        except ConnectionClosed as closed:
            return connection, closed.rcvd.code if closed.rcvd else -1
        return connection, None

    found = await asyncio.gather(*(opened() for _ in range(count)))
    try:
        yield [code for _, code in found]
    finally:
        await asyncio.gather(*(connection.close() for connection, _ in found if connection is not None))  # type: ignore[attr-defined]
