import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import websockets

from project.shutdown import CloseOnShutdown, Event, Receive, Send
from tests.serving import ROOT, free_port


async def _accept(scope: Event, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


application = CloseOnShutdown(_accept)


async def test_open_sockets_are_told_that_the_server_restarts() -> None:
    with _daphne() as (server, url):
        first, second = await _connect(url), await _connect(url)
        server.send_signal(signal.SIGTERM)
        await asyncio.gather(first.wait_closed(), second.wait_closed())
        assert (first.close_code, second.close_code) == (1012, 1012)
        assert await asyncio.to_thread(server.wait, 5) == 0


async def test_a_client_that_does_not_answer_holds_nothing_up() -> None:
    with _daphne() as (server, url):
        client = await _connect(url)
        client.transport.pause_reading()
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.wait, 5)
        assert time.monotonic() - began < 3
        client.transport.abort()


async def test_under_another_server_it_only_hands_on() -> None:
    sent: list[Event] = []

    async def receive() -> Event:
        return {"type": "websocket.disconnect"}

    async def send(event: Event) -> None:
        sent.append(event)

    await application({"type": "websocket"}, receive, send)
    assert sent == [{"type": "websocket.accept"}]


@contextmanager
def _daphne() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-v",
        "0",
        "-p",
        str(port),
        "tests.integration.test_shutdown:application",
    ]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        yield server, f"ws://127.0.0.1:{port}/"
    finally:
        server.kill()
        server.wait()


async def _connect(url: str) -> websockets.ClientConnection:
    for _ in range(200):
        try:
            return await websockets.connect(url)
        except OSError:
            await asyncio.sleep(0.05)
    pytest.fail("the server did not start")
