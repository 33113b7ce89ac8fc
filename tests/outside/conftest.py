"""The outside tools, each under a lock file: those from PyPI came with `make test`, Node.js among them; those from npm are
fetched here, once."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

HERE = Path(__file__).parent
FETCH_S = 600.0  # for some 140 MB

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def python_tools() -> Path:
    found: Path = settings.BASE_DIR / ".venv" / "outside" / "bin"
    if not found.exists():
        pytest.skip("The outside tools are not installed: make .venv/test.stamp")
    return found


@pytest.fixture(scope="session")
def node_tools(python_tools: Path) -> Path:
    """The folder of their package.json."""
    if not (python_tools / "npm").exists():
        pytest.skip("Node.js is not installed: there is none on PyPI for this machine")
    folder: Path = settings.BASE_DIR / ".venv" / "outside-node"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _fetch(folder, python_tools)
    return folder


def _fetch(folder: Path, tools: Path) -> None:
    stamp, wanted = folder / "fetched", (HERE / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    command: list[str | Path] = [tools / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    fetched = subprocess.run(
        command, cwd=folder, env=_environment(tools), capture_output=True, text=True, timeout=FETCH_S, check=False
    )
    if fetched.returncode != 0:
        pytest.skip(f"The tools could not be fetched from npm: {fetched.stderr[-500:]}")
    stamp.write_text(wanted)


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with openapi.json and asyncapi.json as the server gives them."""
    folder = tmp_path_factory.mktemp("documents")
    client = Client(headers={"host": "localhost:9999"})
    for name in ("openapi.json", "asyncapi.json"):
        (folder / name).write_bytes(client.get(f"/{name}").content)
    return folder


def _environment(tools: Path) -> dict[str, str]:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    return {**os.environ, **quiet, "PATH": f"{tools}:{os.environ['PATH']}"}


@pytest.fixture
def run(python_tools: Path) -> Run:
    """Runs a tool; the test fails with what it printed where it does not succeed."""

    def run(*command: str | Path, **how: object) -> "subprocess.CompletedProcess[str]":
        result = subprocess.run(  # type: ignore[call-overload]
            [str(part) for part in command],
            capture_output=True, text=True, check=False, env=_environment(python_tools), **how,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-5_000:]
        return result  # type: ignore[no-any-return]

    return run
