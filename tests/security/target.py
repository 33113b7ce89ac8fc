"""A studio with stores of its own, so that what an attack leaves behind can be counted, and its log read."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from django.conf import settings
from pymongo import MongoClient
from websockets.exceptions import WebSocketException

from tests.support import staff
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Studio, Visitor, own_stores

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
            **own_stores(f"hostile-{folder.name}", 3),
            "STUDIO_IMAGE_WAIT_S": "0.1",
            "STUDIO_METRICS_TOKEN": METRICS_TOKEN,
        }
        super().__init__(**{**own, **environment})
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
        with closing(sqlite3.connect(self.data / "studio.sqlite3", timeout=HANGS_S, isolation_level=None)) as rows:
            return rows.execute(statement, values).fetchall()

    def kept(self) -> Kept:
        with self.documents() as documents:
            names = ("sessions", "messages", "artifacts")
            sessions, messages, chunks = (documents[name].count_documents({}) for name in names)
        files = sum(path.is_file() for path in (self.data / "pictures").rglob("*"))
        return Kept(sessions, messages, chunks, self.sql("SELECT count(*) FROM gallery_image")[0][0], files)

    def pictures_bytes(self) -> int:
        return sum(path.stat().st_size for path in (self.data / "pictures").rglob("*") if path.is_file())

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
        return Visitor(self).http

    def moderator(self, name: str = "mo") -> httpx.Client:
        """Somebody at a browser who is logged in at the admin too, which has a form token of its own."""
        self.manage("moderator", name, "--password-stdin", says=PASSWORD + "\n")
        client = self.visitor()
        form = {
            "username": name,
            "password": PASSWORD,
            "csrfmiddlewaretoken": token_of(client.get("/admin/login/").text),
        }
        answer = client.post("/admin/login/?next=/admin/", data=form)
        assert answer.headers.get("Location") == "/admin/", answer.text
        page = client.get(staff.SET_UP).text
        code = {"code": staff.code_for(staff.secret_on(page)), "csrfmiddlewaretoken": token_of(page)}
        assert "The second step is on" in client.post(staff.SET_UP, data=code).text
        tokens = {
            False: client.headers["X-CSRFToken"],
            True: token_of(client.get("/admin/password_change/").text),
        }

        def add_token(request: httpx.Request) -> None:
            request.headers["X-CSRFToken"] = tokens[request.url.path.startswith("/admin/")]

        client.event_hooks = {"request": [add_token]}
        return client

    def memory(self) -> int:
        """Bytes of memory that the web process holds now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """Bytes of memory that it has held at most, since its start or since that was forgotten."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        assert self.web is not None
        Path(f"/proc/{self.web.pid}/clear_refs").write_text("5")

    def temporary(self) -> int:
        """Bytes of files that it has open and that nobody else sees: bodies of requests."""
        assert self.web is not None
        size = 0
        for file in Path(f"/proc/{self.web.pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                size += file.stat().st_size if str(file.readlink()).endswith("(deleted)") else 0
        return size

    def _status(self, field: str) -> int:
        assert self.web is not None
        lines = Path(f"/proc/{self.web.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def token_of(page: str) -> str:
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


@contextmanager
def attacked(folder: Path, proxied: bool = False, /, **environment: str) -> Iterator[Target]:
    """Up from beginning to end of the block. `proxied`: it believes what a proxy in front says, which the attacker is."""
    target = Target(folder, **environment)
    target.web_options = ("--proxy-headers",) if proxied else ()
    target.data.mkdir(mode=0o700)
    if "DATABASE_URL" in environment:
        target.manage("migrate", "--verbosity", "0")
    else:
        _copy_tables(target)
    try:
        target.start_web()
        yield target
    finally:
        target.stop()


def _copy_tables(target: Target) -> None:
    with (
        closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3")) as migrated,  # by the fixture `prepared`
        closing(sqlite3.connect(target.data / "studio.sqlite3")) as own,
    ):
        migrated.backup(own)


class Others:
    """Somebody else, who asks all the while for a bit of everything, and comes anew by a socket; `troubles` are the answers
    that nobody should have got."""

    PATHS = ("/readyz", "/v1/gallery/", "/api/v1/chat/sessions/", "/gallery/", "/static/studio/ui/base.css")

    def __init__(self, target: Studio, every_s: float = 0.2) -> None:
        self._client, self._every_s = target.guest(), every_s
        self._session = self._client.session()
        self._visitor = httpx.Client(base_url=target.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False)
        self._visitor.get("/")  # the cookie of a page
        self._stop = threading.Event()
        self.troubles: list[str] = []
        self.answered = 0

    def __enter__(self) -> "Others":
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(HANGS_S)
        if not self.answered:
            self.troubles.append("nobody else was answered")

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            for path in self.PATHS:
                client = self._visitor if path == "/gallery/" else self._client.http
                self._note(path, lambda client=client, path=path: client.get(path).raise_for_status())  # type: ignore[misc]
            self._note("a new socket", self._connect)

    def _connect(self) -> None:
        with self._client.connect(self._session) as socket:
            socket.ready()

    def _note(self, what: str, ask: Callable[[], object]) -> None:
        try:
            ask()
            self.answered += 1
        except (httpx.HTTPError, WebSocketException, OSError, TimeoutError) as error:
            self.troubles.append(f"{what}: {error!r}"[:200])


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
        self._thread.join(HANGS_S)

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
