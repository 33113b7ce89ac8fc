"""Debian's PostgreSQL in a temporary folder. It refuses to run as root, so root starts it as the user `postgres`."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from tests.support.serving import HANGS_S, ROOT

AS_ROOT = os.getuid() == 0


def binaries() -> Path | None:
    """The folder with initdb and postgres of the newest version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


class Server:
    """A server in a folder of its own, which can be stopped and started again. Without a password it listens on a unix
    socket and trusts everybody; with one, on a port."""

    def __init__(self, folder: Path, password: str = "", port: int = 0) -> None:
        self.folder, self._port = folder, port
        if AS_ROOT:
            shutil.chown(folder, "postgres", "postgres")
        (folder / "password").write_text(password or "-")
        (folder / "password").chmod(0o644)  # the folder around it is private
        ask = ["-A", "scram-sha-256" if password else "trust", f"--pwfile={folder / 'password'}"]
        initdb = [_programs() / "initdb", "-D", folder / "data", "-U", "postgres", *ask, "-E", "UTF8", "--no-sync"]
        subprocess.run(_as_postgres(*initdb), check=True, stdout=subprocess.DEVNULL, cwd=folder)
        host = f"127.0.0.1:{port}" if password else quote(str(folder), safe="")
        secret = f":{quote(password, safe='')}" if password else ""
        self.url = f"postgres://postgres{secret}@{host}/postgres"

    def start(self) -> None:
        listens = ["-c", f"listen_addresses={'127.0.0.1' if self._port else ''}", "-p", self._port or 5432]
        options = ["-k", self.folder, *listens, "-c", "fsync=off", "-c", "max_connections=60"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                _as_postgres(_programs() / "postgres", "-D", self.folder / "data", *options),
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        _wait(self.url, self.folder / "log")

    def stop(self) -> None:
        """At once, even while clients are connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


@contextmanager
def server(password: str = "", port: int = 0) -> Iterator[Server]:
    """Its folder is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="studio-pg-"))
    try:
        found = Server(folder, password, port)
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running() -> Iterator[str]:
    """The DATABASE_URL of a server on a unix socket."""
    with server() as found:
        yield found.url


def database(server: str, name: str) -> str:
    """The DATABASE_URL of a new database on this server with all tables, copied from a template that is migrated once."""
    folder = server.removesuffix("/postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'migrated'").fetchone():
            connection.execute("CREATE DATABASE migrated")
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": f"{folder}/migrated"}, check=True)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    return f"{folder}/{name}"


def ran(url: str, *command: str) -> str:
    """What Python prints that runs the studio's code on this database."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings"}
    result = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _programs() -> Path:
    programs = binaries()
    assert programs, "ask binaries() first"
    return programs


def _as_postgres(*command: object) -> list[str]:
    """`setpriv` sends SIGINT, PostgreSQL's fast shutdown, when the tests end, even when they are killed."""
    person = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if AS_ROOT else []
    return ["setpriv", *person, "--pdeathsig=INT", *(str(part) for part in command)]


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + HANGS_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise AssertionError(log.read_text()) from None
            time.sleep(0.05)
        else:
            return
