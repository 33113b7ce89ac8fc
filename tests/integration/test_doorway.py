"""What the doorway keeps from holding the event loop, seen in a Daphne that has it and a small application inside."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from django.conf import settings

from tests.hostile.attacks import MIB
from tests.studio import eventually, free_port

APPLICATION = """
import asyncio, json, os, time
import daphne.server  # chooses the reactor
import django
django.setup()
from project import doorway
from project.handler import Handler
doorway.install()
turn, handshakes = 0, []

def count_turns():
    global turn
    turn += 1
    asyncio.get_running_loop().call_soon(count_turns)

async def application(scope, receive, send):
    if scope["type"] == "websocket":
        handshakes.append(turn)
        return await receive()
    said = {}
    if scope["path"] == "/hold":  # everybody who comes meanwhile is there at once
        asyncio.get_running_loop().call_soon(count_turns)
        time.sleep(0.5)
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

daphne.server.Server(application, endpoints=["tcp:%s:interface=127.0.0.1" % os.environ["PORT"]]).run()
"""
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "project.settings"}
    process = subprocess.Popen([sys.executable, "-c", APPLICATION], cwd=settings.BASE_DIR, env=environment)
    try:
        eventually(lambda: asked(port, "/turns") == [], but=OSError)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def asked(port: int, path: str, body: bytes = b"", *, chunked: bool = False) -> object:
    how = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as connection:
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


def test_of_handshakes_that_come_at_once_each_has_a_turn_of_its_own(port: int) -> None:
    with ExitStack() as stack:
        holding = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        holding.sendall(b"GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.1)
        for _ in range(30):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            connection.sendall(HANDSHAKE)
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
        with closing(socket.create_connection(("127.0.0.1", port), 10)) as connection:
            connection.sendall(HANDSHAKE)
    assert isinstance(asked(port, "/turns"), list)
