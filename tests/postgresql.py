"""Debian's PostgreSQL in a temporary folder. It refuses to run as root, so root runs it as `postgres`."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

AS_ROOT = os.getuid() == 0


def binaries() -> Path | None:
    """The folder with initdb and postgres, the newest version first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def running() -> Iterator[str]:
    """A server on a unix socket; the value is its DATABASE_URL. Nothing of it is left afterwards."""
    programs = binaries()
    assert programs, "ask binaries() first"
    folder = Path(tempfile.mkdtemp(prefix="studio-pg-"))
    data = folder / "data"
    try:
        if AS_ROOT:
            shutil.chown(folder, "postgres", "postgres")
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(_as_postgres(*initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        options = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                _as_postgres(programs / "postgres", "-D", data, *options), stdout=log, stderr=log, cwd=folder
            )
        try:
            _wait(folder)
            yield f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(*command: object) -> list[str]:
    """SIGINT is PostgreSQL's fast shutdown: it follows even tests that were killed."""
    person = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if AS_ROOT else []
    return ["setpriv", *person, "--pdeathsig=INT", *(str(part) for part in command)]


def _wait(folder: Path, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise AssertionError((folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return
