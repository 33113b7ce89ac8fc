"""What the measurements run on: real stores and processes, with people and sessions inserted directly."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path

import httpx
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from redis import Redis

from pipeline.session import Session
from pipeline.store.indexes import make_indexes
from pipeline.store.mongo import database
from project.models import Token, User
from project.serve.children import Child
from tests.programs.bench.load import Job
from tests.support.serving import listens
from tests.support.stores import up
from tests.support.studio import Studio, eventually

Numbers = dict[str, float]
OURS = "project.asgi:application"


class BenchStudio(Studio):
    """A studio that logs into a file, with an operator's log level."""

    def __init__(self, application: str = OURS, **environment: str) -> None:
        super().__init__(**{"STUDIO_LOG_LEVEL": "INFO", "STUDIO_RESCUE_S": "5", **environment})
        self.application = application

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        with (settings.DATA_DIR / "bench.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=settings.BASE_DIR,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )

    def start_web(self) -> None:
        self.web = self.run("-m", "project.daphne", "-v", "0", "-p", str(self.port), self.application)
        eventually(lambda: listens(self.port))

    def start_worker(self) -> "subprocess.Popen[bytes]":
        self.workers.append(self.run("-m", "tests.programs.bench.worker"))
        return self.workers[-1]


@contextmanager
def running_studio(workers: int = 0, application: str = OURS, **environment: str) -> Iterator[BenchStudio]:
    found = BenchStudio(application, **environment)
    try:
        found.start_web()
        for _ in range(workers):
            found.start_worker()
        eventually(lambda: _listening() >= workers)
        yield found
    finally:
        found.stop()
        clear()


@contextmanager
def stores() -> Iterator[dict[str, Child]]:
    """mongod, Valkey and a migrated SQLite; the value is the servers by name."""
    with up() as servers:
        make_indexes()
        call_command("migrate", verbosity=0)
        yield servers


def _listening() -> int:
    """How many of the workers' threads wait for a wake-up; a worker is ready when all of its threads do."""
    with Redis.from_url(settings.REDIS_URL) as valkey:
        blocked = valkey.info("clients")["blocked_clients"]
    return int(blocked) // settings.WORKER_THREADS


def clear() -> None:
    """Removes messages and wake-ups of the previous measurement."""
    for name in ("messages", "artifacts"):
        database().drop_collection(name)  # deleting 200,000 documents would exceed the time limit of an operation
    make_indexes()
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.flushall()


class Person:
    """A token with sessions, of a guest of this studio or of one that is inserted into the SQL database."""

    def __init__(self, sessions: int = 1, studio: Studio | None = None) -> None:
        if studio:
            guest = httpx.post(f"{studio.url}/api/v1/auth/guest/").raise_for_status().json()
            self.user_id, self.token = guest["user"]["id"], guest["token"]
        else:
            user = User.make_guest()
            self.user_id, self.token = str(user.id), Token.issue(user)
        made = [Session.new(self.user_id, "") for _ in range(sessions)]
        database()["sessions"].insert_many(each.stored() for each in made)
        self.sessions = [each.id for each in made]
        self.doors = [(f"/ws/sessions/{id}/", self.token) for id in self.sessions]


def strangers(count: int, studio: Studio | None = None) -> list[tuple[str, str]]:
    """Socket paths and tokens of this many people, each with a session of their own."""
    with nullcontext() if studio else transaction.atomic():  # one commit
        return [Person(1, studio).doors[0] for _ in range(count)]


def load(job: Job) -> "subprocess.Popen[str]":
    """The load generator in a process of its own, once its sockets are open; `seen` has its results."""
    command = [sys.executable, "-m", "tests.programs.bench.load"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stdin=pipe, text=True, cwd=settings.BASE_DIR)
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asdict(job)) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "open\n", "the load generator could not connect"
    return process


def seen(process: "subprocess.Popen[str]") -> Numbers:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, "the load generator failed"
    return dict(json.loads(out.splitlines()[-1]))


def resident(process: "subprocess.Popen[bytes]") -> float:
    """Memory of a process in kB."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
