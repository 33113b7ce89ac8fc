import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

ANY = re.compile("")
PARENT_DEATH = Path(__file__).with_name("parent_death.py")


class CannotStart(Exception):
    """One sentence for the operator: what is wrong, and what to do."""


class Rank(IntEnum):
    """Children stop from the highest down: none loses what it still needs."""

    STORE = 0
    WORKER = 1
    WEB = 2


GRACE_S = {Rank.WEB: 5.0, Rank.WORKER: 75.0, Rank.STORE: 20.0}  # from SIGTERM to SIGKILL


@dataclass
class Child:
    """`log` takes its output, else the terminal; `inherits`: file descriptors that it keeps open."""

    name: str
    rank: Rank
    command: Sequence[str]
    log: Path | None = None
    inherits: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0  # time.monotonic()

    def start(self) -> None:
        """From the main thread: the kernel takes the end of the spawning thread for the end of the parent."""
        command = [sys.executable, "-I", "-S", str(PARENT_DEATH), str(os.getpid()), *self.command]
        output = self.log.open("ab" if self.process else "wb") if self.log else None  # keeps the output before a crash
        try:
            self.process = subprocess.Popen(  # noqa: S603  (our own command line)
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=self.inherits,
                process_group=0,  # Ctrl-C reaches us alone: we stop the children in order
            )
        finally:
            if output:
                output.close()
        self.started_at = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ending(self) -> str:
        code = self.process.returncode if self.process else None
        if code is None:
            return "not ended"
        return f"exit status {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def send(self, number: signal.Signals) -> None:
        if self.process and self.running:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def tail(log: Path | None, only: re.Pattern[str] = ANY, lines: int = 5) -> str:
    if not log or not log.exists():
        return ""
    matching = [line[:500] for line in log.read_text(errors="replace").splitlines() if only.search(line)]
    return "\n".join(matching[-lines:])


def stop(children: Sequence[Child], hurried: Callable[[], bool] = lambda: False) -> None:
    """SIGTERM to all; SIGKILL to what is left at the deadline, or when `hurried()`. Returns when all have ended."""
    deadline = time.monotonic() + max((GRACE_S[child.rank] for child in children), default=0.0)
    for child in children:
        child.send(signal.SIGTERM)
    while any(child.running for child in children) and time.monotonic() < deadline and not hurried():
        time.sleep(0.02)
    for child in children:
        child.send(signal.SIGKILL)
        if child.process:
            child.process.wait()
