"""What `project.daphne.requests` keeps from holding the event loop and from filling the memory, in a Daphne that has it and a
small application inside."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import IO

import pytest
from django.conf import settings

from tests.security.attacks import MIB
from tests.support.serving import free_port
from tests.support.studio import HANGS_S, eventually

Process = subprocess.Popen[str]

APPLICATION = """
import asyncio, json, os, sys
import daphne.server  # chooses the reactor
import django
django.setup()
from project.daphne import connection, requests
from project.daphne.application import Handler
from project.daphne.pacing import PacedAnswers
requests.install()

async def admit(headers, address, size):
    return lambda: None

requests.admit = admit
connection.UNREAD_S = float(os.environ.get("UNREAD_S", connection.UNREAD_S))
turn, handshakes = 0, []

def count_turns():
    global turn
    turn += 1
    asyncio.get_running_loop().call_soon(count_turns)

written = {}  # bytes of each answer, by its number

async def pieces(number, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    written[number] = 0
    for _ in range(256):
        await send({"type": "http.response.body", "body": bytes([number]) * 32_768, "more_body": True})
        written[number] += 32_768
    await send({"type": "http.response.body"})

async def answer(scope, receive, send):
    if scope["type"] == "websocket":
        handshakes.append(turn)
        return await receive()
    said = {}
    if scope["path"].startswith("/pieces/"):
        return await pieces(int(scope["path"].rpartition("/")[2]), send)
    if scope["path"] == "/whole":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"60000")]})
        return await send({"type": "http.response.body", "body": b"w" * 60_000})
    if scope["path"] == "/half":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        if scope["query_string"]:
            raise ValueError("in the middle")
        return
    if scope["path"] == "/written":
        said = written
    elif scope["path"] == "/unsent":
        said = max((len(one.dataBuffer) + one._tempDataLen for one in daphne.server.reactor.getWriters()), default=0)
    elif scope["path"] == "/connections":
        said = len(server.connections)
    elif scope["path"] == "/hold":  # everybody who comes meanwhile is there at once
        asyncio.get_running_loop().call_soon(count_turns)
        print("holding", flush=True)
        sys.stdin.readline()
    elif scope["path"] == "/turns":
        said = handshakes
    else:
        events = receive.__self__.qsize()
        body = await Handler().read_body(receive)
        content = body.read()
        said = {"events": events, "length": len(content), "sum": sum(content), "on the disk": hasattr(body, "fileno")}
    answer = json.dumps(said).encode()
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})

application = PacedAnswers(answer)
server = daphne.server.Server(application, endpoints=["tcp:%s:interface=127.0.0.1" % os.environ["PORT"]])
server.run()
"""
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, Process]]:
    """Its port, and itself."""
    with running() as server:
        yield server


@contextmanager
def running(**more: str) -> Iterator[tuple[int, Process]]:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "project.settings", **more}
    with subprocess.Popen(
        [sys.executable, "-c", APPLICATION],
        cwd=settings.BASE_DIR,
        env=environment,
        text=True,
        bufsize=1,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            eventually(lambda: asked(port, "/turns") == [], but=OSError)
            yield port, process
        finally:
            process.terminate()


@pytest.fixture
def port(server: tuple[int, Process]) -> int:
    return server[0]


def asked(port: int, path: str, body: bytes = b"", *, chunked: bool = False) -> object:
    how = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
        connection.sendall(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%b\r\n\r\n%b" % (path.encode(), how, sent)
        )
        with connection.makefile("rb") as answer:
            return json.loads(answer.read().rpartition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "in chunks"])
def test_a_large_body_is_handed_on_as_the_file_that_it_is(port: int, chunked: bool) -> None:
    body = bytes(range(256)) * (10 * MIB // 256)
    seen = asked(port, "/v1/gallery/", body, chunked=chunked)
    assert seen == {"events": 1, "length": len(body), "sum": sum(body), "on the disk": True}


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 50_000])
def test_a_small_body_arrives_too(port: int, body: bytes) -> None:
    seen = asked(port, "/", body)
    assert isinstance(seen, dict)
    assert (seen["length"], seen["sum"]) == (len(body), sum(body))


def test_of_handshakes_that_come_at_once_each_has_a_turn_of_its_own(server: tuple[int, Process]) -> None:
    port, process = server
    assert process.stdin and process.stdout
    with ExitStack() as stack:
        holding = stack.enter_context(socket.create_connection(("127.0.0.1", port), HANGS_S))
        holding.sendall(b"GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert process.stdout.readline() == "holding\n"
        for _ in range(30):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), HANGS_S))
            connection.sendall(HANDSHAKE)
        process.stdin.write("\n")
        turns: list[int] = []

        def all_are_in() -> bool:
            found = asked(port, "/turns")
            assert isinstance(found, list)
            turns[:] = found
            return len(found) == 30

        eventually(all_are_in)
        assert len(set(turns)) == 30, turns


def test_a_handshake_whose_sender_has_left_is_nobodys_trouble(port: int) -> None:
    for _ in range(30):
        with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
            connection.sendall(HANDSHAKE)
    assert isinstance(asked(port, "/turns"), list)


PIECES = 256 * 32_768


def asking(number: int) -> bytes:
    return b"GET /pieces/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number


def read_chunks(answer: IO[bytes], number: int) -> int:
    """Bytes of one answer, all of which are its number's."""
    while answer.readline() != b"\r\n":
        pass
    size = 0
    while length := int(answer.readline(), 16):
        assert answer.read(length) == bytes([number]) * length
        assert answer.readline() == b"\r\n"
        size += length
    assert answer.readline() == b"\r\n"
    return size


def written(port: int) -> dict[str, int]:
    found = asked(port, "/written")
    assert isinstance(found, dict)
    return found


def at_rest(port: int) -> dict[str, int]:
    """What has been written when no more of it is: the kernel has taken what it takes."""
    before: list[object] = []

    def is_the_same() -> bool:
        before.append((written(port), asked(port, "/unsent")))
        time.sleep(0.2)
        return len(before) > 2 and before[-3:] == before[-1:] * 3

    eventually(is_the_same)
    return written(port)


def test_an_answer_is_made_as_it_is_read_and_the_next_one_after_it(port: int) -> None:
    """One who asks for ten and reads nothing is given a part of the first; who then reads gets all of them, in order."""
    with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
        connection.sendall(b"".join(asking(number) for number in range(10)))
        made = at_rest(port)
        assert list(made) == ["0"]
        assert 0 < made["0"] < PIECES
        with connection.makefile("rb") as answer:
            assert [read_chunks(answer, number) for number in range(10)] == [PIECES] * 10


@pytest.mark.parametrize(
    "sent", [b"GET /whole HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\nA: a\vb\r\n\r\n"]
)
def test_answers_that_are_ready_at_once_wait_for_their_reader_too(port: int, sent: bytes) -> None:
    """Requests that are there together would be answered in one go; those of the second kind without asking anybody."""
    with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
        connection.setblocking(False)
        with suppress(BlockingIOError):
            for _ in range(5000):
                connection.send(sent)
        at_rest(port)
        unsent = asked(port, "/unsent")
        assert isinstance(unsent, int) and 0 < unsent < 150_000


def test_a_reader_who_has_stopped_is_cut_off() -> None:
    with (
        running(UNREAD_S="0.5") as (port, _),
        closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection,
    ):
        connection.sendall(asking(1))
        eventually(lambda: "1" in written(port))
        eventually(lambda: asked(port, "/connections") == 1)  # no other than the one that asks
        size = 0
        with suppress(ConnectionResetError):
            while data := connection.recv(65_536):
                size += len(data)
        assert size < PIECES


@pytest.mark.parametrize("how", ["", "?raises"])
def test_an_answer_without_an_end_is_broken_off_and_forgotten(port: int, how: str) -> None:
    """Not ended as if it were whole, not left hanging; and the server goes on looking after its connections."""
    for _ in range(3):
        with closing(socket.create_connection(("127.0.0.1", port), HANGS_S)) as connection:
            connection.sendall(b"GET /half%b HTTP/1.1\r\nHost: localhost\r\n\r\n" % how.encode())
            said = b""
            with suppress(ConnectionResetError):
                while data := connection.recv(65_536):
                    said += data
            assert said.count(b"HTTP/1.1") <= 1 and said.endswith((b"half", b""))
    eventually(lambda: asked(port, "/connections") == 1)
