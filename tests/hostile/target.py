"""A studio with stores of its own, so that what an attack leaves behind can be counted, and its log read."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from django.conf import settings
from pymongo import MongoClient

from tests.studio import NOT_KEPT, Studio, apart

METRICS_TOKEN = "the-token-of-prometheus"
PASSWORD = "a long pass phrase"
BAD_SIGNS = (" ERROR ", " CRITICAL ", "Unhandled", "never retrieved", "never awaited", "action=failed")


class Kept(NamedTuple):
    """How much is stored, everywhere."""

    sessions: int
    messages: int
    chunks: int
    pictures: int
    files: int


class Target(Studio):
    """The web process alone: what is sent stays queued. `environment` overrides its settings."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data, self.log = folder / "data", folder / "log"
        own = {
            "STUDIO_DATA": str(self.data),
            **apart(f"hostile-{folder.name}", 3),
            "STUDIO_IMAGE_WAIT_S": "0.1",
            "STUDIO_METRICS_TOKEN": METRICS_TOKEN,
        }
        super().__init__(**own, **environment)
        self.moderators = 0

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            environment = {**os.environ, **self.environment}
            return subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
            )

    def manage(self, *command: str, says: str = "") -> None:
        environment = {**os.environ, **self.environment}
        arguments = [sys.executable, "manage.py", *command]
        subprocess.run(arguments, cwd=settings.BASE_DIR, env=environment, input=says, text=True, check=True)

    @contextmanager
    def documents(self) -> Iterator[Any]:
        with MongoClient[dict[str, Any]](self.environment["MONGO_URI"]) as client:
            yield client.get_default_database()

    def sql(self, statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.data / "studio.sqlite3", timeout=20, isolation_level=None)) as rows:
            return rows.execute(statement, values).fetchall()

    def kept(self) -> Kept:
        with self.documents() as documents:
            names = ("sessions", "messages", "artifacts")
            sessions, messages, chunks = (documents[name].count_documents({}) for name in names)
        files = sum(path.is_file() for path in (self.data / "pictures").rglob("*"))
        return Kept(sessions, messages, chunks, self.sql("SELECT count(*) FROM gallery_image")[0][0], files)

    def complaints(self) -> list[str]:
        """Lines of the log that a hostile client must not be able to cause."""
        lines = self.log.read_text(errors="replace").splitlines()
        # Django's word for what a client did, and where a 403 or 400 of the admin came from, below a warning.
        # A trace below an empty line goes on with the one above it.
        theirs = ("WARNING", " django.security.")
        traces = [
            lines[at - 1] for at, line in enumerate(lines)
            if line.startswith("Traceback") and lines[at - 1] and not any(word in lines[at - 1] for word in theirs)
        ]  # fmt: skip
        return traces + [line for line in lines if any(sign in line for sign in BAD_SIGNS) and theirs[1] not in line]

    def visitor(self) -> httpx.Client:
        """Somebody at a browser: a guest by cookie, with the CSRF token of the page."""
        client = httpx.Client(base_url=self.url, timeout=30, limits=NOT_KEPT, verify=False)
        page = client.get("/").text
        client.headers["X-CSRFToken"] = page.split('name="csrf-token" content="')[1].split('"')[0]
        client.headers["Origin"] = self.url
        return client

    def moderator(self, name: str = "mo") -> httpx.Client:
        """A moderator, logged in at the admin."""
        self.manage("moderator", name, "--password-stdin", says=PASSWORD + "\n")
        client = httpx.Client(
            base_url=self.url, timeout=30, limits=NOT_KEPT, verify=False, headers={"Origin": self.url}
        )
        form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": _token(client.get("/admin/login/").text)}
        answer = client.post("/admin/login/?next=/admin/", data=form)
        assert answer.headers.get("Location") == "/admin/", answer.text
        client.headers["X-CSRFToken"] = _token(client.get("/admin/password_change/").text)
        return client

    def memory(self) -> int:
        """Bytes of memory that the web process holds now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """Bytes of memory that it has held at most."""
        return self._status("VmHWM")

    def _status(self, field: str) -> int:
        assert self.web is not None
        lines = Path(f"/proc/{self.web.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _token(page: str) -> str:
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


@contextmanager
def attacked(folder: Path, **environment: str) -> Iterator[Target]:
    """Up from beginning to end of the block."""
    target = Target(folder, **environment)
    target.data.mkdir(mode=0o700)
    with (
        closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3")) as migrated,  # by the fixture `prepared`
        closing(sqlite3.connect(target.data / "studio.sqlite3")) as own,
    ):
        migrated.backup(own)
    try:
        target.start_web()
        yield target
    finally:
        target.stop()


class Pings:
    """Somebody else, who pings all the while; `seconds` are the times of the answers."""

    def __init__(self, target: Studio, every_s: float = 0.01) -> None:
        self._client = target.guest()
        self._session, self._every_s = self._client.session(), every_s
        self._stop = threading.Event()
        self.seconds: list[float] = []

    def __enter__(self) -> "Pings":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        import time

        with self._client.connect(self._session) as socket:
            socket.ready()
            while not self._stop.wait(self._every_s):
                began = time.perf_counter()
                socket.ask("ping")
                self.seconds.append(time.perf_counter() - began)

    def percentile(self, share: float) -> float:
        """Seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
