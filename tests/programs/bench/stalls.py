"""(e) A person's ping while one store does not answer and other people go on using it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import httpx
import psycopg
from django.conf import settings
from django.db import connection

from project.serve.children import Child
from tests.programs.bench.load import Job
from tests.programs.bench.testbed import OURS, BenchStudio, Numbers, load, running_studio, seen, strangers
from tests.support import postgresql
from tests.support.freezing import frozen

Stall = Callable[[], AbstractContextManager[None]]
SENDERS = 10  # other people
PAUSE_S = 0.005  # between two pings


def pings(servers: dict[str, Child], seconds: float) -> Numbers:
    stalls: dict[str, Stall] = {
        "nothing stalled": nullcontext,
        "mongod stopped": lambda: frozen(servers["mongod"]),
        "Valkey stopped": lambda: frozen(servers["Valkey"]),
        "SQLite locked": _locked_sqlite,
    }
    found = {name: _ping(stall, seconds) for name, stall in stalls.items()}
    if postgresql.binaries():
        found["PostgreSQL locked"] = _ping_on_postgresql(seconds)
    return {f"ping, {name}: p99": milliseconds for name, milliseconds in found.items()}


def _ping_on_postgresql(seconds: float) -> float:
    with postgresql.running() as url:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        environment = {**os.environ, "DATABASE_URL": url}
        subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True)
        return _ping(lambda: _locked_postgresql(url), seconds, DATABASE_URL=url)


def _ping(stall: Stall, seconds: float, **environment: str) -> float:
    with running_studio(0, OURS, **environment) as studio:
        pinging = load(Job(studio.port, strangers(1, studio), "ping", seconds, pause=PAUSE_S))
        sending = load(Job(studio.port, strangers(SENDERS, studio), "send", seconds, pause=PAUSE_S))
        with stall(), _visitors(studio):
            found, _ = seen(pinging), seen(sending)
    return found["p99_ms"]


@contextmanager
def _visitors(studio: BenchStudio) -> Iterator[None]:
    """Others who go on sending requests that need the SQL database, without a timeout."""
    stop = threading.Event()

    def visit() -> None:
        while not stop.is_set():
            with suppress(httpx.HTTPError):
                httpx.post(f"{studio.url}/api/v1/auth/guest/", timeout=1.0)
            stop.wait(0.05)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def _locked_sqlite() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _locked_postgresql(url: str) -> Iterator[None]:
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE project_user, project_token, gallery_image IN ACCESS EXCLUSIVE MODE")
        yield
