"""A studio in processes of its own, and clients that use only HTTP and the socket."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from django.conf import settings
from django.test import override_settings
from PIL import Image
from pymongo import MongoClient
from pymongo.database import Database
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from pipeline.store.indexes import make_indexes
from tests.support.serving import HANGS_S as HANGS_S  # re-exported, as is `eventually`
from tests.support.serving import eventually as eventually
from tests.support.serving import free_port

Form = dict[str, Any]
SMALL = {"width": 128, "height": 128}
NO_KEEPALIVE = httpx.Limits(max_keepalive_connections=0)  # no connection is left open
# `verify=False` below and elsewhere: nothing here is HTTPS, and loading the machine's certificates takes 25 ms of CPU.
logging.getLogger("httpx").setLevel(logging.WARNING)


class Studio:
    """A web process and workers on the tests' stores; `environment` overrides settings of both."""

    web_options: tuple[str, ...] = ()

    def __init__(self, **environment: str) -> None:
        self.environment = {
            "STUDIO_LIMITS": "off",
            "STUDIO_LEASE_S": str(HANGS_S),  # a worker keeps its messages however busy the machine is
            "STUDIO_RESCUE_S": "1",
            "STUDIO_LOG_LEVEL": "WARNING",
            **environment,
        }
        self.port = free_port()
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **self.environment}
        return subprocess.Popen([sys.executable, *command], cwd=settings.BASE_DIR, env=environment)

    def start_web(self) -> None:
        self.web = self.run(
            "-m", "project.daphne", "-v", "0", *self.web_options, "-p", str(self.port), "project.asgi:application"
        )
        eventually(
            lambda: httpx.get(f"{self.url}/healthz", verify=False, timeout=HANGS_S).is_success, but=httpx.TransportError
        )

    def start_worker(self) -> "subprocess.Popen[bytes]":
        worker = self.run("manage.py", "run_huey", "--workers", "2")
        self.workers.append(worker)
        return worker

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        running = [process for process in (self.web, *self.workers) if process is not None]
        for process in running:
            process.send_signal(how)
        for process in running:
            process.wait(HANGS_S)
        self.web, self.workers = None, []

    @contextmanager
    def paused_workers(self) -> Iterator[None]:
        """What is sent meanwhile stays queued."""
        for worker in self.workers:
            worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in self.workers:
                worker.send_signal(signal.SIGCONT)

    def guest(self) -> "Client":
        return Client(self)


class Client:
    """A guest with a bearer token."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.http = httpx.Client(base_url=studio.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False)
        answer = self.http.post("/api/v1/auth/guest/").raise_for_status().json()
        self.user, self.token = answer["user"], answer["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def session(self, title: str = "") -> str:
        created = self.http.post("/api/v1/chat/sessions/", json={"title": title}).raise_for_status()
        return str(created.json()["id"])

    def messages(self, session_id: str) -> list[Form]:
        answer = self.http.get(f"/api/v1/chat/sessions/{session_id}/messages/").raise_for_status()
        return list(answer.json()["items"])

    def message(self, session_id: str, message_id: str) -> Form:
        answer = self.http.get(f"/api/v1/chat/sessions/{session_id}/messages/{message_id}/").raise_for_status()
        return dict(answer.json())

    def say(self, session_id: str, content: str, **fields: Any) -> Form:
        body = {"content": content, "options": SMALL, **fields}
        return dict(
            self.http.post(f"/api/v1/chat/sessions/{session_id}/messages/", json=body).raise_for_status().json()
        )

    def ended(self, message: Form) -> Form:
        """Poll until the message has ended."""
        found: Form = {}

        def look() -> bool:
            found.update(self.message(message["session_id"], message["id"]))
            return bool(found["status"] != "PROCESSING")

        eventually(look)
        return found

    def photo(self, width: int = 160, height: int = 120) -> Form:
        files = {"file": ("photo.png", picture(width, height), "image/png")}
        return dict(self.http.post("/v1/gallery/", files=files).raise_for_status().json())

    def connect(self, session_id: str, **how: Any) -> "Socket":
        return Socket(self, session_id, **how)


class Visitor(Client):
    """A guest by cookie, as in a browser, with the page's CSRF token."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.http = httpx.Client(base_url=studio.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False)
        page = self.http.get("/").text
        self.http.headers["X-CSRFToken"] = page.split('name="csrf-token" content="')[1].split('"')[0]
        self.http.headers["Origin"] = studio.url
        self.user = self.http.post("/api/v1/auth/cookie/").raise_for_status().json()["user"]


class Socket:
    """One connection. Like the page, it keeps the highest version of every message."""

    def __init__(self, client: Client, session_id: str, headers: dict[str, str] | None = None, **how: Any) -> None:
        url = f"ws://127.0.0.1:{client.studio.port}/ws/sessions/{session_id}/"
        headers = {"Authorization": f"Bearer {client.token}"} if headers is None else headers
        self._open = ExitStack()
        # Without pings: with them the client gives up a server that is slow for 20 s.
        opening = connect(url, additional_headers=headers, max_size=None, ping_interval=None, **how)
        self.connection: ClientConnection = self._open.enter_context(opening)
        self.events: list[Form] = []
        self.messages: dict[str, Form] = {}
        self._next_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def ready(self) -> Form:
        frame = self.receive()
        assert frame["type"] == "session.ready", frame
        self.apply(*frame["messages"])
        return frame

    def receive(self, timeout: float = HANGS_S) -> Form:
        return dict(json.loads(self.connection.recv(timeout)))

    def apply(self, *messages: Form) -> None:
        for message in messages:
            if message["version"] > self.messages.get(message["id"], {"version": 0})["version"]:
                self.messages[message["id"]] = message

    def ask(self, type: str, **fields: Any) -> Form:
        """Send a command and return its reply; events before it are kept."""
        self._next_id += 1
        self.connection.send(json.dumps({"type": type, "id": self._next_id, **fields}))
        return self.reply(self._next_id)

    def ask_as_it_is(self, command: Form) -> Form:
        self.connection.send(json.dumps(command))
        return self.reply(command["id"])

    def reply(self, id: int | str | None) -> Form:
        while True:
            frame = self.receive()
            if "type" not in frame and frame["id"] == id:
                if "message" in frame.get("ok", {}):
                    self.apply(frame["ok"]["message"])
                return frame
            self.note(frame)

    def note(self, frame: Form) -> None:
        self.events.append(frame)
        if frame.get("type") == "message.changed":
            self.apply(frame["message"])

    def say(self, content: str, **fields: Any) -> Form:
        fields = {"client_id": uuid.uuid4().hex, "options": SMALL, **fields}
        answer = self.ask("message.send", content=content, **fields)
        assert "ok" in answer, answer
        return dict(answer["ok"]["message"])

    def until(self, condition: Callable[[], bool]) -> None:
        """Take events until the condition holds."""
        deadline = time.monotonic() + HANGS_S
        while not condition():
            self.note(self.receive(max(0.01, deadline - time.monotonic())))

    def until_ended(self, message: Form) -> Form:
        self.until(lambda: self.messages[message["id"]]["status"] != "PROCESSING")
        return self.messages[message["id"]]

    def close_code(self) -> int | None:
        """Read to the end."""
        try:
            while True:
                self.note(self.receive())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def own_stores(database: str, number: int) -> dict[str, str]:
    """Settings for a studio with a MongoDB database and a numbered Redis database of its own on the tests' servers, so that
    other studios' workers do not take its messages."""
    uri = f"{settings.MONGO_URI.rpartition('/')[0]}/{database}"
    with override_settings(MONGO_URI=uri):
        make_indexes()
    return {"MONGO_URI": uri, "REDIS_URL": f"{settings.REDIS_URL}?db={number}"}


class LoggedStudio(Studio):
    """The output of its processes goes into a file."""

    def __init__(self, log: Path, **environment: str) -> None:
        super().__init__(**{"STUDIO_LOG_LEVEL": "DEBUG", **environment})
        self.log = log

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
            )


S = TypeVar("S", bound=Studio)


@contextmanager
def started(studio: S, workers: int = 0) -> Iterator[S]:
    try:
        studio.start_web()
        for _ in range(workers):
            studio.start_worker()
        yield studio
    finally:
        studio.stop()


def running(workers: int = 0, **environment: str) -> AbstractContextManager[Studio]:
    return started(Studio(**environment), workers)


def end_leases(messages: Any) -> None:
    """Those that a killed worker had, as if their time were over."""
    messages.update_many({"token": {"$exists": True}}, {"$unset": {"leased_at": ""}})


@contextmanager
def conversations(database: str) -> Iterator[Database[Any]]:
    """The MongoDB database of a studio with `own_stores`."""
    with MongoClient[Any](settings.MONGO_URI, uuidRepresentation="standard") as client:
        yield client[database]


def picture(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()
