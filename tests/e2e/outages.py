"""What can happen to a studio that `manage.py serve` runs."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.e2e.moderating import run
from tests.support.serving import Serving, eventually, processes

STEP_S = 0.06  # a small part of what a large picture takes
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
def standing_still(server: Serving) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Nothing is worked on meanwhile, however fast the machine is. The function that it yields lets the workers work in small
    steps until something holds, so that the work is not over before the test has seen it."""
    workers = processes(server.folder, "run_huey")

    def send(number: int) -> None:
        for worker in workers:
            with suppress(ProcessLookupError):  # the test killed it
                os.kill(worker, number)

    def stepped(holds: Callable[[], bool]) -> bool:
        if holds():
            return True
        send(signal.SIGCONT)
        time.sleep(STEP_S)
        send(signal.SIGSTOP)
        return False

    send(signal.SIGSTOP)
    try:
        yield lambda holds: eventually(lambda: stepped(holds))
    finally:
        send(signal.SIGCONT)
