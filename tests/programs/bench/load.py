"""The load generator, a process of its own: reads a job as JSON, prints `open` once connected, then its results as JSON."""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.programs.bench.wire import Pipe, SocketIO, Wire

WARM_UP_S = 0.4


@dataclass(frozen=True)
class Job:
    """`ask`: ping | send | draw (send, and wait for the final event) | chainlit (the same of Chainlit) | hold, on sockets; get,
    over HTTP. One request is in flight on each connection."""

    port: int
    doors: list[tuple[str, str]]  # of each connection, its path and bearer token
    ask: str
    seconds: float
    greets: bool = True  # the server sends the first frame
    pause: float = 0.0  # seconds between an answer and the next request


@dataclass
class Asker:
    """One socket that sends the next request as soon as it has an answer."""

    wire: Wire | Pipe
    job: Job
    door: tuple[str, str] = ("", "")
    taken: list[float] = field(default_factory=list)  # seconds
    stopped: bool = False
    _asked: float = 0.0
    _is_answer: Callable[[bytes], bool] = bool

    def ask(self) -> None:
        if self.stopped:
            return
        command, self._is_answer = _COMMANDS[self.job.ask](*self.door)
        self._asked = time.perf_counter()
        self.wire.send(command)

    def hear(self, frame: bytes) -> None:
        if self._asked and self._is_answer(frame):
            self.taken.append(time.perf_counter() - self._asked)
            self._asked = 0.0
            if self.job.pause:
                asyncio.get_running_loop().call_later(self.job.pause, self.ask)
            else:
                self.ask()

    def give_up(self) -> None:
        """Counts a request that is still unanswered with the time so far."""
        self.stopped = True
        if self._asked:
            self.taken.append(time.perf_counter() - self._asked)


_NEWS = (b'{"type":"message.', b'{"type":"session.')


def _ping(*_: str) -> tuple[bytes, Callable[[bytes], bool]]:
    return b'{"type":"ping","id":1}', lambda frame: not frame.startswith(_NEWS)


def _send(*_: str) -> tuple[bytes, Callable[[bytes], bool]]:
    command = {"type": "message.send", "id": 1, "client_id": uuid.uuid4().hex, "content": "a lake at dawn"}
    return json.dumps(command).encode(), lambda frame: frame.startswith(b'{"id":1,"ok"')


def _draw(*_: str) -> tuple[bytes, Callable[[bytes], bool]]:
    command = _send()[0]
    client_id = json.loads(command)["client_id"].encode()
    return command, lambda frame: b'"status":"DONE"' in frame and client_id in frame


def _get(path: str, token: str) -> tuple[bytes, Callable[[bytes], bool]]:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *([f"Authorization: Bearer {token}"] if token else []), "", ""]
    return "\r\n".join(lines).encode(), lambda answer: answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 304 "))


def _chainlit(*_: str) -> tuple[bytes, Callable[[bytes], bool]]:
    step = {
        "id": str(uuid.uuid4()),
        "type": "user_message",
        "name": "user",
        "output": "a lake at dawn",
        "createdAt": "",
    }
    event = ["client_message", {"message": step, "fileReferences": []}]
    return b"42" + json.dumps(event).encode(), lambda frame: frame.startswith(b'42["element"')


_COMMANDS: dict[str, Callable[..., tuple[bytes, Callable[[bytes], bool]]]] = {
    "ping": _ping,
    "send": _send,
    "draw": _draw,
    "chainlit": _chainlit,
    "get": _get,
}


async def open_all(job: Job) -> list[Asker]:
    """Opens every socket, then prints `open`."""
    askers = []
    for path, token in job.doors:
        wire: Wire | Pipe
        if job.ask == "get":
            wire = await Pipe.connect(job.port)
        else:
            kind = SocketIO if job.ask == "chainlit" else Wire
            wire = await kind.connect(job.port, path, token)
            if job.greets:
                await wire.first()
        asker = Asker(wire, job, (path, token))
        wire.hear = asker.hear
        askers.append(asker)
    print("open", flush=True)  # noqa: T201
    return askers


async def hold(job: Job) -> dict[str, Any]:
    """Keeps the sockets open until a line is read."""
    askers = await open_all(job)
    await asyncio.to_thread(sys.stdin.readline)
    for asker in askers:
        asker.wire.close()
    return {}


async def run(job: Job) -> dict[str, Any]:
    askers = await open_all(job)
    for asker in askers:
        asker.ask()
    await asyncio.sleep(WARM_UP_S)
    for asker in askers:
        asker.taken.clear()
    began, busy = time.perf_counter(), time.process_time()
    await asyncio.sleep(job.seconds)
    lasted, busy = time.perf_counter() - began, time.process_time() - busy
    finished = [second for asker in askers for second in asker.taken]
    for asker in askers:
        asker.give_up()
        asker.wire.close()
    taken = sorted(second for asker in askers for second in asker.taken)
    return {
        "p50_ms": _at(taken, 0.5) * 1000,
        "p99_ms": _at(taken, 0.99) * 1000,
        "per_s": len(finished) / lasted,
        "mean_ms": sum(finished) / len(finished) * 1000 if finished else float("nan"),
        "client_busy": busy / lasted,
    }


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


if __name__ == "__main__":
    job = Job(**json.loads(sys.stdin.readline()))
    print(json.dumps(asyncio.run(hold(job) if job.ask == "hold" else run(job))))  # noqa: T201
