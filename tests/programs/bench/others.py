"""(k) The same work by two well-known frameworks, in an environment of their own (`make compare`): Chainlit, which is one
process, and FastAPI with arq on Redis. Neither stores anything."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings

from tests.programs.bench.load import Job
from tests.programs.bench.measures import MANY
from tests.programs.bench.testbed import Numbers, load, seen
from tests.support.serving import free_port, listens
from tests.support.studio import HANGS_S, eventually

HERE = Path(__file__).parent / "compare"
BIN = settings.BASE_DIR / ".venv" / "compare" / "bin"
WAVES = 4
CHAINLIT_DOOR = ("/ws/socket.io/?EIO=4&transport=websocket", "")


def is_installed() -> bool:
    return (BIN / "chainlit").exists() and (BIN / "arq").exists()


def journeys(seconds: float) -> Numbers:
    """From the frame with a message to its final frame."""
    with _chainlit() as port:
        found = _measure("Chainlit", port, "chainlit", [CHAINLIT_DOOR] * MANY, seconds)
    with _arq() as port:
        doors = [(f"/ws/{number}", "") for number in range(MANY)]
        return found | _measure("FastAPI and arq", port, "draw", doors, seconds)


def _measure(name: str, port: int, ask: str, doors: list[tuple[str, str]], seconds: float) -> Numbers:
    seen(load(Job(port, doors[:4], ask, seconds, greets=False)))
    one = seen(load(Job(port, doors[:1], ask, seconds, greets=False)))
    many = seen(load(Job(port, doors, ask, WAVES * seconds, greets=False)))
    # Calculated, not counted: Chainlit answers all hundred at about the same time, in few waves. Each socket sends again at
    # once, so the answers a second are the number of sockets divided by the seconds of one answer.
    per_s = len(doors) / many["mean_ms"] * 1000
    return {f"{name}, 1 socket: p50": one["p50_ms"], f"{name}, {MANY} sockets: a second": per_s}


@contextmanager
def _chainlit() -> Iterator[int]:
    port = free_port()
    with _running(port, ["chainlit", "run", str(HERE / "chainlit_app.py"), "--headless", "--port", str(port)]):
        yield port


@contextmanager
def _arq() -> Iterator[int]:
    port = free_port()
    serve = ["uvicorn", "arq_app:app", "--port", str(port), "--log-level", "warning"]
    with _running(port, serve, ["arq", "arq_app.Worker"]):
        yield port


@contextmanager
def _running(port: int, *commands: list[str]) -> Iterator[None]:
    """In a temporary folder: Chainlit writes settings and pictures into its working directory."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-beside-"))
        environment = {**os.environ, "PYTHONPATH": str(HERE), "REDIS_URL": settings.REDIS_URL}
        log = stack.enter_context((settings.DATA_DIR / "bench.log").open("ab"))
        for name, *arguments in commands:
            process = subprocess.Popen(
                [str(BIN / name), *arguments], cwd=folder, env=environment, stdout=log, stderr=log
            )
            stack.callback(process.wait, HANGS_S)
            stack.callback(process.send_signal, signal.SIGTERM)
        eventually(lambda: listens(port))
        yield
