"""What can happen to a studio that `manage.py serve` runs."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.moderating import run
from tests.support.serving import Serving, eventually, processes

# What a browser says of a server that is away; nobody can keep it from saying so.
AWAY = r"net::ERR_|closed before receiving a handshake|502|503"


def kill(server: Serving, part: str) -> None:
    """kill -9 of every process with these letters in its command line. The supervisor starts it again."""
    ids = processes(server.folder, part)
    assert ids
    for process in ids:
        os.kill(process, signal.SIGKILL)
    eventually(lambda: not set(ids) & set(processes(server.folder, part)))


def end_leases(server: Serving) -> None:
    """Those of a worker that was killed, as if their time were over."""
    messages = "from pipeline.store.mongo import database\nmessages = database()['messages']\n"
    run(server, f"{messages}from tests.support.studio import end_leases\nend_leases(messages)")


@contextmanager
def away(server: Serving, part: str) -> Iterator[None]:
    """Killed, and kept away: its supervisor is held, too."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        kill(server, part)
        yield
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


@contextmanager
def standing_still(server: Serving) -> Iterator[None]:
    """Nothing is worked on meanwhile, however fast the machine is."""
    workers = processes(server.folder, "run_huey")
    for worker in workers:
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
