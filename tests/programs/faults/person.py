"""A client that survives every fault, like the page: it reconnects, resends what was not acknowledged, and keeps the highest
version of everything. The judge uses its journal."""

import asyncio
import json
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.support.studio import NO_KEEPALIVE, SMALL

Form = dict[str, Any]
AGAIN_S = 0.2  # between two attempts to connect
UNSURE_S = 2.0  # without an acknowledgement for so long, it sends again
PATIENCE_S = 3.0
DOWN = (OSError, WebSocketException, TimeoutError)


@dataclass
class Entry:
    """One request, from the person's point of view. Times are `time.monotonic()`."""

    client_id: str
    content: str
    said_at: float
    original: "Entry | None" = None  # which this one varies
    sent_at: float = 0.0
    message_id: str | None = None  # not None: acknowledged
    stopped: bool = False  # the cancellation was acknowledged
    refused: str | None = None
    ended_at: float | None = None
    end: Form | None = None  # the first one that was seen
    reopened: bool = False  # it changed after its end
    retried_at: int = 0  # the version; an end before it does not count, even if a tab sees it only now
    picture_changes: bool = False  # it was trashed or hidden, which may change the message

    @property
    def is_refused(self) -> bool:
        """Including the message that it varies."""
        return bool(self.refused or (self.original and self.original.refused))

    @property
    def is_waiting(self) -> bool:
        """Whether it is to be sent: not acknowledged, not refused, and its original is known."""
        tied = self.original is not None and self.original.message_id is None
        return self.message_id is None and self.refused is None and not tied

    def command(self) -> Form:
        fields = {"client_id": self.client_id, "content": self.content, "options": SMALL}
        if self.original:
            fields["variation_of"] = self.original.client_id
        return {"type": "message.send", "id": self.client_id, **fields}


class Tab:
    """One connection at a time to one web process, and the state from its events."""

    def __init__(self, person: "Person", port: int, hangs_up_every: float | None = None) -> None:
        self.messages: dict[str, Form] = {}
        self.session: Form = {}
        self.connects = 0
        self.socket: ClientConnection | None = None
        self._person, self._port = person, port
        self._hangs_up_every = hangs_up_every

    async def run(self) -> None:
        url = f"ws://127.0.0.1:{self._port}/ws/sessions/{self._person.session_id}/"
        patience: dict[str, float] = {"ping_interval": 1, "ping_timeout": PATIENCE_S, "close_timeout": 0.5}
        while True:
            try:
                opening = connect(url, additional_headers=self._person.headers, open_timeout=PATIENCE_S, **patience)  # type: ignore[arg-type]
                async with opening as socket, asyncio.timeout(self._hangs_up_every):
                    async for text in socket:
                        self._note(json.loads(text), socket)
            except DOWN:
                pass
            self.socket = None
            await asyncio.sleep(AGAIN_S)

    def _note(self, frame: Form, socket: ClientConnection) -> None:
        match frame.get("type"):
            case "session.ready":
                listed = {message["id"] for message in frame["messages"]}
                self.messages = {id: form for id, form in self.messages.items() if id in listed}
                self.apply(*frame["messages"])
                self.apply_session(frame["session"])
                self.socket = socket
                self.connects += 1
            case "message.changed":
                self.apply(frame["message"])
            case "session.changed" if frame["session"]["id"] == self._person.session_id:
                self.apply_session(frame["session"])
            case None:
                self._person.answered(frame)
                self.apply(*[frame["ok"]["message"]] if "message" in frame.get("ok", {}) else [])

    def apply(self, *messages: Form) -> None:
        for message in messages:
            if message["version"] > self.messages.get(message["id"], {"version": 0})["version"]:
                self.messages[message["id"]] = message
                self._person.saw(message)

    def apply_session(self, session: Form) -> None:
        if session["version"] >= self.session.get("version", 0):
            self.session = session


class Person:
    """A guest with one session, open in a tab on each web process; the first tab sends."""

    def __init__(self, ports: list[int], *, resends: int = 1, hangs_up_every: float | None = None) -> None:
        self.journal: dict[str, Entry] = {}
        self.headers: dict[str, str] = {}
        self.session_id = ""
        self.tabs = [Tab(self, port, hangs_up_every) for port in ports]
        self.ports = ports
        self._resends = resends
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(limits=NO_KEEPALIVE, timeout=PATIENCE_S, verify=False)

    @property
    def all_acknowledged(self) -> bool:
        return all(entry.message_id or entry.is_refused for entry in self.journal.values())

    async def arrive(self) -> None:
        self.headers = {"Authorization": f"Bearer {(await self.rest('POST', '/api/v1/auth/guest/'))['token']}"}
        self.session_id = (await self.rest("POST", "/api/v1/chat/sessions/", json={}))["id"]
        self._tasks = {asyncio.create_task(work) for work in (*(tab.run() for tab in self.tabs), self._send())}

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def rest(self, method: str, path: str, **what: Any) -> Any:
        """The answer of any web process that answers. Raises `httpx.HTTPError` when none does."""
        for port in reversed(self.ports):
            try:
                url = f"http://127.0.0.1:{port}{path}"
                answer = await self._http.request(method, url, headers=self.headers, **what)
                answer.raise_for_status()
                return answer.json() if answer.content else None
            except httpx.HTTPError as error:
                failure = error
        raise failure

    def say(self, content: str = "a sea", original: Entry | None = None) -> Entry:
        client_id = uuid.uuid4().hex
        entry = self.journal[client_id] = Entry(client_id, f"{content} {client_id}", time.monotonic(), original)
        return entry

    async def stop(self, entry: Entry) -> None:
        """Request its cancellation; `entry.stopped` says whether that was acknowledged."""
        await self._command("cancel", entry)

    async def retry(self, entry: Entry) -> None:
        entry.retried_at = entry.end["version"] if entry.end else 0
        entry.stopped, entry.end = False, None
        await self._command("retry", entry)

    async def _command(self, what: str, entry: Entry) -> None:
        await self._frame(
            {"type": f"message.{what}", "id": f"{what} {entry.client_id}", "message_id": entry.message_id}
        )

    def answered(self, frame: Form) -> None:
        """Handle a reply: the id of a send is its client_id; that of another command ends with it."""
        entry = self.journal[str(frame["id"]).rpartition(" ")[2]]
        if "ok" in frame:
            entry.message_id = frame["ok"]["message"]["id"]
            entry.stopped |= (
                frame["id"] == f"cancel {entry.client_id}" and frame["ok"]["message"]["status"] == "CANCELLED"
            )
        elif frame["error"]["retryable"] and frame["error"]["code"] != "budget":
            entry.sent_at = time.monotonic() - UNSURE_S + AGAIN_S
        elif frame["id"] == entry.client_id:
            entry.refused = frame["error"]["code"]

    def saw(self, message: Form) -> None:
        entry = self.journal.get(message["client_id"])
        if entry is None:
            return
        if entry.end is not None:
            entry.reopened |= message["version"] > entry.end["version"] and not entry.picture_changes
        elif message["status"] != "PROCESSING" and message["version"] > entry.retried_at:
            entry.end, entry.ended_at = message, time.monotonic()

    async def _send(self) -> None:
        """Resend what is not acknowledged: on a new connection at once, on the same one after `UNSURE_S`."""
        connects = 0
        while True:
            again = self.tabs[0].connects != connects
            connects = self.tabs[0].connects
            for entry in list(self.journal.values()):
                if entry.is_waiting and (again or time.monotonic() - entry.sent_at > UNSURE_S):
                    entry.sent_at = time.monotonic()
                    for _ in range(self._resends):
                        await self._frame(entry.command())
            await asyncio.sleep(0.02)

    async def _frame(self, command: Form) -> None:
        if socket := self.tabs[0].socket:
            with suppress(*DOWN):
                await socket.send(json.dumps(command))
