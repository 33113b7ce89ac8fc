import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import websockets
from websockets.sync.client import connect

from project.daphne import shutdown
from project.daphne.shutdown import CloseOnShutdown, Event, Receive, Send
from tests.support.serving import HANGS_S, ROOT, free_port


async def _accept(scope: Event, receive: Receive, send: Send) -> None:
    """What it does after that, the path says."""
    await receive()
    if scope["path"] != "/refuse":
        await send({"type": "websocket.accept"})
    match scope["path"]:
        case "/refuse" | "/restart":
            await send({"type": "websocket.close", "code": 1012})
            await send({"type": "websocket.close", "code": 1012})  # a second time does no harm
        case "/return":
            return
        case "/farewell":
            await receive()
            await send({"type": "websocket.send", "text": "goodbye"})
            await send({"type": "websocket.close", "code": 4404})
        case "/cancelled":
            raise asyncio.CancelledError
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await send({"type": "websocket.close", "code": 1012})  # nor does one that is too late


shutdown.ANSWER_S = HANGS_S
application = CloseOnShutdown(_accept)


async def test_open_sockets_are_told_that_the_server_restarts() -> None:
    with _daphne() as (server, url):
        first, second = await _connect(url), await _connect(url)
        server.send_signal(signal.SIGTERM)
        await asyncio.gather(first.wait_closed(), second.wait_closed())
        assert (first.close_code, second.close_code) == (1012, 1012)
        assert await asyncio.to_thread(server.wait, HANGS_S) == 0


async def test_a_client_that_does_not_answer_holds_nothing_up() -> None:
    with _daphne() as (server, url):
        client = await _connect(url)
        client.transport.pause_reading()
        server.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.wait, HANGS_S) == 0  # and the client is still there
        client.transport.abort()


async def test_an_application_may_say_1012_which_autobahn_refuses() -> None:
    with _daphne() as (_, url):
        client = await _connect(f"{url}restart")
        await client.wait_closed()
        assert client.close_code == 1012
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(f"{url}refuse")
        assert refused.value.response.status_code == 403


async def test_who_reads_late_gets_the_last_event() -> None:
    with _daphne() as (_, url):
        await _connect(url)  # it is up
        with connect(f"{url}farewell", open_timeout=HANGS_S) as late:
            late.send("I leave")
            with late.protocol_mutex:  # nothing is read or answered
                time.sleep(2)  # noqa: ASYNC251  longer than autobahn waits by itself
            assert late.recv(HANGS_S) == "goodbye"
            with pytest.raises(websockets.ConnectionClosed) as closed:
                late.recv(HANGS_S)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4404


@pytest.mark.parametrize("how", ["return", "cancelled"])
async def test_no_socket_outlives_its_application(how: str) -> None:
    with _daphne() as (_, url):
        client = await _connect(f"{url}{how}")
        async with asyncio.timeout(HANGS_S):
            await client.wait_closed()
        assert client.close_code == 1011


async def test_under_another_server_it_only_hands_on() -> None:
    sent: list[Event] = []

    async def receive() -> Event:
        return {"type": "websocket.disconnect"}

    async def send(event: Event) -> None:
        sent.append(event)

    await application({"type": "websocket", "path": "/"}, receive, send)
    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 1012}]


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
        "tests.integration.project.test_shutdown:application",
    ]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        yield server, f"ws://127.0.0.1:{port}/"
    finally:
        server.kill()
        server.wait()


async def _connect(url: str) -> websockets.ClientConnection:
    async with asyncio.timeout(HANGS_S):
        while True:
            try:
                return await websockets.connect(url, open_timeout=HANGS_S)
            except OSError:
                await asyncio.sleep(0.05)
