"""The places that a person's sockets take are given back, whatever ends a connection: nobody is locked out."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from project.serve.children import Child
from tests.programs.faults.comeback import locked_sqlite
from tests.support import postgresql
from tests.support.freezing import frozen
from tests.support.studio import HANGS_S, Client, Studio, eventually, running

PLACES = 3


@pytest.fixture(scope="module")
def counting(prepared: None) -> Iterator[Studio]:
    with running(STUDIO_LIMITS="on", STUDIO_SOCKETS_PER_USER=str(PLACES)) as studio:
        yield studio


def places(studio: Studio) -> int:
    """How many are counted just now, by the web process itself."""
    text = httpx.get(f"{studio.url}/metrics", verify=False, timeout=HANGS_S).text
    return int(float(re.findall(r"^studio_places (\S+)$", text, re.MULTILINE)[0]))


def all_get_in(client: Client, session_id: str) -> None:
    """At the first try, as many as there are places."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(client.connect(session_id)) for _ in range(PLACES)]
        for socket in sockets:
            socket.ready()
        assert places(client.studio) == PLACES
    eventually(lambda: places(client.studio) == 0)


async def knocking(client: Client, session_id: str) -> ClientConnection:
    url = f"ws://127.0.0.1:{client.studio.port}/ws/sessions/{session_id}/"
    return await connect(url, additional_headers={"Authorization": f"Bearer {client.token}"}, open_timeout=HANGS_S)


async def ending(client: Client, session_id: str) -> int | None:
    """The code with which the server ends a connection that never got its first frame."""
    socket = await knocking(client, session_id)
    try:
        async with asyncio.timeout(HANGS_S):
            frame = await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    raise AssertionError(frame)


async def test_while_mongod_hangs_sockets_are_told_to_come_again_and_when_it_is_back_they_get_in(
    counting: Studio, stores: dict[str, Child]
) -> None:
    guest = counting.guest()
    session_id = guest.session()
    with frozen(stores["mongod"]):
        codes = await asyncio.gather(*(ending(guest, session_id) for _ in range(PLACES + 2)))
        assert sorted(code or 0 for code in codes) == [1012] * PLACES + [4429] * 2
    all_get_in(guest, session_id)


async def test_who_leaves_while_a_store_hangs_gives_the_place_back_at_once(
    counting: Studio, stores: dict[str, Child]
) -> None:
    """As a page does that is reloaded again and again."""
    guest = counting.guest()
    session_id = guest.session()
    with frozen(stores["mongod"]):
        for _ in range(PLACES * 3):
            socket = await knocking(guest, session_id)
            await socket.close()
            assert socket.close_code == 1000
        assert places(counting) == 0
    all_get_in(guest, session_id)


async def test_while_the_sql_database_hangs_sockets_are_told_to_come_again(counting: Studio) -> None:
    guest = counting.guest()
    session_id = guest.session()
    async with locked_sqlite():
        assert await asyncio.gather(*(ending(guest, session_id) for _ in range(PLACES + 2))) == [1012] * (PLACES + 2)
    all_get_in(guest, session_id)


def test_a_socket_whose_session_is_gone_takes_no_place(counting: Studio) -> None:
    guest = counting.guest()
    for _ in range(PLACES * 2):
        with guest.connect("nothing") as lost:
            assert lost.close_code() == 4404
    all_get_in(guest, guest.session())


def test_without_the_sql_database_a_command_is_refused_and_the_socket_stays(prepared: None) -> None:
    if not postgresql.binaries():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgresql.server() as sql, studio_on(sql.url) as studio:
        guest = studio.guest()
        photo, session_id = guest.photo(), guest.session()
        with guest.connect(session_id) as socket:
            socket.ready()
            sql.stop()
            try:
                answer = socket.ask("message.send", content="bluer", client_id="c", source_image_id=photo["id"])
                assert (answer["error"]["code"], answer["error"]["retryable"]) == ("storage_down", True)
                assert socket.ask("ping")["ok"] == {}
                with guest.connect(session_id) as other:
                    assert other.close_code() == 1012
            finally:
                sql.start()
            assert socket.ask("message.send", content="bluer", client_id="c", source_image_id=photo["id"])["ok"]
        eventually(lambda: places(studio) == 0)
        all_get_in(guest, session_id)


@contextmanager
def studio_on(database_url: str) -> Iterator[Studio]:
    own: dict[str, Any] = {
        "DATABASE_URL": database_url, "STUDIO_LIMITS": "on", "STUDIO_SOCKETS_PER_USER": str(PLACES)
    }  # fmt: skip
    assert Studio(**own).run("manage.py", "migrate", "--verbosity", "0").wait() == 0
    with running(**own) as studio:
        yield studio
