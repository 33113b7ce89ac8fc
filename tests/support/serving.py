"""The real `manage.py serve` in a folder of its own, for end-to-end tests."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HANGS_S = 120.0  # what has not happened by then hangs, even on a busy machine
NONE: Mapping[str, str] = {}


@dataclass
class Serving:
    """A running `serve`; `output` is the file with the output of it and its children."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    output: Path
    environment: Mapping[str, str]
    beside: subprocess.Popen[str] | None = None  # runs what tests do in its stores: tests/e2e/moderating.py

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def printed(self) -> str:
        return self.output.read_text(errors="replace")

    def get(self, path: str) -> int:
        with urllib.request.urlopen(self.address + path, timeout=HANGS_S) as answer:
            return int(answer.status)

    def stop(self) -> int:
        """By SIGTERM; returns the exit status."""
        self.process.terminate()
        return self.process.wait(HANGS_S)


@contextmanager
def serving(folder: Path, *arguments: str, environment: Mapping[str, str] = NONE) -> Iterator[Serving]:
    """Runs for the length of the block, which begins once it answers. `folder` becomes its data folder."""
    port = free_port()
    output = folder.parent / f"{port}.out"
    variables = _env(folder, environment)
    with output.open("wb") as file:
        process = subprocess.Popen(command(port, *arguments), stdout=file, stderr=file, env=variables)
    server = Serving(process, folder, port, output, variables)
    try:
        eventually(lambda: "answers at" in server.printed() or process.poll() is not None)
        assert process.poll() is None, server.printed()
        yield server
    finally:
        if server.beside is not None:
            with server.beside:  # ends when nothing more can come
                pass
        if process.poll() is None:
            server.stop()


def refused(folder: Path, *arguments: str, port: int = 0, environment: Mapping[str, str] = NONE) -> str:
    """Start it where it must fail with a single line, and return that line."""
    result = subprocess.run(
        command(port or free_port(), *arguments),
        env=_env(folder, environment),
        capture_output=True,
        text=True,
        timeout=HANGS_S,
    )
    assert result.returncode == 1, result.stdout + result.stderr
    lines = (result.stdout + result.stderr).strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def command(port: int, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port), *arguments]


def processes(folder: Path, having: str = "") -> list[int]:
    """Ids of the processes of this data folder whose command line contains `having`. They are recognized by the inherited
    STUDIO_DATA; Valkey overwrites its environment, but keeps the inherited lock open."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            marked = f"STUDIO_DATA={folder}\0".encode() in (entry / "environ").read_bytes()
            locks = any(file.readlink() == folder / "serve.lock" for file in (entry / "fd").iterdir())
            if (marked or locks) and having.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it ended meanwhile
            continue
    return found


def eventually(condition: Callable[[], object], but: type[Exception] | tuple[()] = ()) -> None:
    """Wait until the condition holds; an exception of the kind `but` means not yet."""
    deadline = time.monotonic() + HANGS_S
    while True:
        try:
            if condition():
                return
        except but:
            pass
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


async def until(true: Callable[[], bool | Awaitable[bool]], within: float = HANGS_S, every: float = 0.05) -> bool:
    """Whether it becomes true within so many seconds; tried `every` so many."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        found = true()
        if found if isinstance(found, bool) else await found:
            return True
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(every)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _env(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "STUDIO_DATA": str(folder), **more}
