"""A store is down while people try to connect, and comes back: all must connect at the first attempt, and no place is lost."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import httpx
import psycopg
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.programs.faults.cluster import Cluster
from tests.programs.faults.person import Person
from tests.programs.faults.run import FREEZE, KILL, Act, NotHere, Run
from tests.support import postgresql
from tests.support.serving import until
from tests.support.studio import NO_KEEPALIVE

KNOCKS = 20  # attempts, as many as a person has places
RUN_S = 0.2  # how long an impatient client waits for the handshake
PATIENCE_S = 60.0  # longer only if it hangs
COME_AGAIN, TOO_MANY = 1012, 4429
GIVEN_BACK_S = 20.0

Away = Callable[[Run], AbstractAsyncContextManager[None]]
Door = tuple[Person, int]


def comes_back(away: Away) -> Act:
    async def act(run: Run) -> float:
        at = time.monotonic()
        await _comeback(run, run.people, away)
        run.say(1)
        return at

    return act


def postgresql_comes_back(away: Callable[[postgresql.Server], AbstractAsyncContextManager[None]]) -> Act:
    """The same with web processes that use PostgreSQL meanwhile."""

    async def act(run: Run) -> float:
        if not postgresql.binaries():
            raise NotHere("PostgreSQL is not installed")
        at = time.monotonic()
        with postgresql.server() as server:
            async with _webs_on(run.cluster, server.url):
                people = [Person(run.cluster.ports) for _ in run.people]
                try:
                    for person in people:
                        await person.arrive()
                    await _comeback(run, people, lambda _: away(server))
                finally:
                    for person in people:
                        await person.leave()
        run.say(1)
        return at

    return act


async def _comeback(run: Run, people: list[Person], away: Away) -> None:
    doors = [(person, port) for person in people for port in person.ports]
    async with away(run):
        ends = await asyncio.gather(*(_knock(door) for door in doors for _ in range(KNOCKS)))
        run.locked_out += [f"{end} while it was away" for end in ends if end not in ("in", COME_AGAIN, TOO_MANY)]
        await asyncio.gather(*(_knock_and_run(door) for door in doors))
    ends = await asyncio.gather(*(_knock(door) for door in doors))
    run.locked_out += [f"{end} when it was back" for end in ends if end != "in"]


async def _knock(door: Door) -> str | int | None:
    """One attempt to connect: "in", or how the server ended it."""
    try:
        async with _at(door) as socket, asyncio.timeout(PATIENCE_S):
            frame = json.loads(await socket.recv())
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except InvalidHandshake as refused:
        return str(refused)
    except TimeoutError:
        return "nothing"
    return "in" if frame["type"] == "session.ready" else str(frame)


async def _knock_and_run(door: Door) -> None:
    """Like a page that is reloaded again and again."""
    for _ in range(KNOCKS):
        with suppress(TimeoutError, InvalidHandshake):
            async with asyncio.timeout(RUN_S), _at(door):
                pass


def _at(door: Door) -> connect:
    person, port = door
    url = f"ws://127.0.0.1:{port}/ws/sessions/{person.session_id}/"
    return connect(url, additional_headers=person.headers, open_timeout=PATIENCE_S, close_timeout=PATIENCE_S)


async def places_kept(cluster: Cluster) -> list[str]:
    """With nobody connected, the web processes that still count a place."""
    counts: list[int] = []

    async def none() -> bool:
        counts[:] = [await _places(port) for port in cluster.ports]
        return not any(counts)

    await until(none, GIVEN_BACK_S)
    return [f"{count} places are taken and nobody is there" for count in counts if count]


async def _places(port: int) -> int:
    async with httpx.AsyncClient(limits=NO_KEEPALIVE, verify=False, timeout=PATIENCE_S) as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return int(float(re.findall(r"^studio_places (\S+)$", text, re.MULTILINE)[0]))


# What is away


@asynccontextmanager
async def frozen_mongod(run: Run) -> AsyncIterator[None]:
    run.cluster.mongod.child.send(FREEZE)
    try:
        yield
    finally:
        run.cluster.mongod.child.send(signal.SIGCONT)


@asynccontextmanager
async def killed_mongod(run: Run) -> AsyncIterator[None]:
    run.cluster.mongod.child.send(KILL)
    await run.cluster.ended(run.cluster.mongod.child)
    try:
        yield
    finally:
        await run.cluster.restore(run.cluster.mongod)


@asynccontextmanager
async def frozen_valkey(run: Run) -> AsyncIterator[None]:
    run.cluster.valkey.child.send(FREEZE)
    try:
        yield
    finally:
        run.cluster.valkey.child.send(signal.SIGCONT)


LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX, 8, 120)
    print(flush=True)
    sys.stdin.read()
"""


@asynccontextmanager
async def locked_sqlite(_: object = None) -> AsyncIterator[None]:
    """Another process holds all eight locks of its write-ahead log, those of readers too. Not this one: a process that closes
    a file loses all its locks on it."""
    file = str(settings.DATA_DIR / "studio.sqlite3-shm")
    pipe, command = asyncio.subprocess.PIPE, [sys.executable, "-c", LOCK, file]
    holder = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert holder.stdout
    await holder.stdout.readline()
    try:
        yield
    finally:
        await holder.communicate(b"")


@asynccontextmanager
async def stopped_postgresql(server: postgresql.Server) -> AsyncIterator[None]:
    await asyncio.to_thread(server.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


@asynccontextmanager
async def locked_postgresql(server: postgresql.Server) -> AsyncIterator[None]:
    """It accepts connections, and answers no query about people."""
    async with await psycopg.AsyncConnection.connect(server.url) as connection:
        await connection.execute("LOCK TABLE project_user, project_token IN ACCESS EXCLUSIVE MODE")
        yield


@asynccontextmanager
async def _webs_on(cluster: Cluster, url: str) -> AsyncIterator[None]:
    environment = {**os.environ, "DATABASE_URL": url}
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    await asyncio.to_thread(subprocess.run, migrate, cwd=settings.BASE_DIR, env=environment, check=True)
    os.environ["DATABASE_URL"] = url
    try:
        await cluster.restart_webs()
        yield
    finally:
        del os.environ["DATABASE_URL"]
        await cluster.restart_webs()
