"""Every example in docs/protocol.md is sent to a running studio and compared; its tables hold what the code holds."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.test import override_settings
from websockets.exceptions import ConnectionClosed

from chat import consumers, forms, rate_limits
from chat.asyncapi import asyncapi
from gallery import errors
from pipeline import message
from pipeline.documents import new_id
from pipeline.store import stage_times
from pipeline.store.mongo import database
from tests.integration.project.test_readme import PAGES
from tests.integration.project.test_rights import change
from tests.support.messages import new
from tests.support.studio import HANGS_S, Client, Form, Socket, Studio, eventually, own_stores, running

PAGE = PAGES["docs/protocol.md"]
EXAMPLES = [
    (f"{section.splitlines()[0]} {number}", text)
    for section in PAGE.split("\n## ")[1:]
    for number, text in enumerate(re.findall(r"```socket\n(.*?)```", section, re.DOTALL), start=1)
]
SOCKETS = 2  # that one person may have open
DIFFERING = {"fraction", "eta_s"}  # numbers of which only the kind is compared


@pytest.fixture(scope="module")
def studio(prepared: None) -> Iterator[Studio]:
    of_its_own = own_stores("protocol_page", 9)
    few = {"STUDIO_LIMITS": "on", "STUDIO_SOCKETS_PER_USER": str(SOCKETS)}
    with override_settings(MONGO_URI=of_its_own["MONGO_URI"]), running(1, **few, **of_its_own) as studio:
        yield studio


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_the_example_is_what_the_studio_says(studio: Studio, text: str) -> None:
    with Conversation(studio) as conversation:
        for line in text.splitlines():
            conversation.play(line)


class Conversation:
    """One example: a new guest, a session of theirs, and a connection to it when the first frame goes."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.guest: Client = studio.guest()
        self.names = {"session": self.guest.session()}
        self.headers: dict[str, str] | None = None
        self._socket: Socket | None = None
        self._events: list[Form] = []  # that no line has asked for yet
        self._answer: tuple[int, Any] = 0, None
        self._open = ExitStack()
        self._busy = ExitStack()

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *_: object) -> None:
        self._busy.close()
        self._open.close()
        self.guest.http.delete(f"/api/v1/chat/sessions/{self.names['session']}/")  # what still waits is cancelled

    def play(self, line: str) -> None:
        if line.startswith("("):
            self._happens(line[1:-1])
        elif line.startswith("→ "):
            self._send(self._filled_in(line[2:]))
        elif code := re.fullmatch(r"← closes with (\d+)", line):
            assert self._closed() == int(code[1])
        elif answer := re.fullmatch(r"← (\d{3})(?: (\{.*))?", line):
            status, form = self._answer
            assert status == int(answer[1]), form
            assert answer[2] is None or self._fits(parsed(self._filled_in(answer[2])), form), form
        else:
            assert line.startswith("← "), line
            self._expect(parsed(self._filled_in(line[2:])))

    def _happens(self, what: str) -> None:
        what = re.sub(r"<(\w+)>", "<>", what)
        HAPPENINGS[what](self)

    def _send(self, text: str) -> None:
        if request := re.fullmatch(r"(GET|POST|PATCH|DELETE) (\S+)(?: (.*))?", text):
            method, path, body = request.groups()
            answer = self.guest.http.request(method, path, json=json.loads(body) if body else None)
            self._answer = answer.status_code, answer.json() if answer.content else None
        else:
            self.socket.connection.send(text)

    @property
    def socket(self) -> Socket:
        if self._socket is None:
            socket = Socket(self.guest, self.names["session"], headers=self.headers)
            self._socket = self._open.enter_context(socket)
        return self._socket

    def _expect(self, expected: Form) -> None:
        """A reply is the first frame with its `id`; an event is the first one that fits."""
        found = [event for event in self._events if self._fits(expected, event)]
        if found:
            self._events.remove(found[0])
            return
        while True:
            frame = self.socket.receive()
            if "type" in expected and self._fits(expected, frame):
                return
            if "type" not in frame:
                assert "type" not in expected, f"{frame}, where {expected} was awaited"
                assert self._fits(expected, frame), frame
                return
            self._events.append(frame)

    def _closed(self) -> int | None:
        try:
            while True:
                self._events.append(self.socket.receive())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def _filled_in(self, text: str) -> str:
        return re.sub(r"<(\w+)>", lambda name: self.names.get(name[1], name[0]), text)

    def _fits(self, expected: Any, found: Any) -> bool:
        """Names that are new are learned where all of it fits."""
        learned: Form = {}
        fits = matches(expected, found, learned)
        if fits:
            self.names |= learned
        return fits

    # What happens meanwhile

    def keep_busy(self) -> None:
        for stage in message.WORK:
            stage_times.note_time(stage, "generate", 2.0)
        stage_times.keep()
        self._busy.enter_context(self.studio.paused_workers())
        stage_times.note_threads(4)

    def set_free(self) -> None:
        self._busy.close()

    def have_many(self) -> None:
        form = {"session_id": self.names["session"], "user_id": self.guest.user["id"], "content": "a sea"}
        docs = [new(**form).stored() for _ in range(520)]
        database()["messages"].insert_many([{**doc, "status": "DONE", "version": 2} for doc in docs])
        self.names["oldest"] = str(docs[0]["_id"])

    def have_a_photo(self) -> None:
        self.names["photo"] = self.guest.photo(1200, 900)["id"]

    def be_blocked(self) -> None:
        change(
            "UPDATE project_user SET blocked_at = '2020-01-01', block_reason = 'Spam' WHERE id = :person",
            person=self.guest.user["id"].replace("-", ""),
        )
        eventually(lambda: self.guest.http.get("/v1/gallery/").status_code == 403)

    def have_no_token(self) -> None:
        self.headers = {}

    def ask_for_nothing(self) -> None:
        self.names["session"] = new_id()

    def open_enough(self) -> None:
        for _ in range(SOCKETS):
            self._open.enter_context(self.guest.connect(self.names["session"])).ready()

    def stop_the_web(self) -> None:
        web = self.studio.web
        assert web is not None
        web.terminate()
        self._open.callback(self.studio.start_web)
        self._open.callback(web.wait, HANGS_S)


HAPPENINGS: dict[str, Callable[[Conversation], None]] = {
    "every worker is busy": Conversation.keep_busy,
    "a worker is free": Conversation.set_free,
    "a session of 520 messages, the oldest of them <>": Conversation.have_many,
    "a photo <> of 1200 × 900": Conversation.have_a_photo,
    'a moderator blocks the guest, because of "Spam"': Conversation.be_blocked,
    "without a token": Conversation.have_no_token,
    "a session that is not there": Conversation.ask_for_nothing,
    "as many sockets as the settings allow": Conversation.open_enough,
    "the web process is stopped": Conversation.stop_the_web,
}


def parsed(text: str) -> Any:
    """JSON in which a bare … stands for further fields of an object, or further items of a list."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', text)
    inside, made = [""], []
    for part in parts:
        if part.startswith('"'):
            made.append(part)
            continue
        for char in part:
            if char in "{[":
                inside.append(char)
            elif char in "}]":
                inside.pop()
            made.append(char if char != "…" else '"…": true' if inside[-1] == "{" else '"…"')
    return json.loads("".join(made))


def matches(expected: Any, found: Any, names: Form) -> bool:
    if isinstance(expected, dict):
        more = "…" in expected
        fields = {name: value for name, value in expected.items() if name != "…"}
        if not isinstance(found, dict) or not (
            fields.keys() <= found.keys() if more else fields.keys() == found.keys()
        ):
            return False
        return all(
            type(value) is type(found[name]) if name in DIFFERING and value is not None
            else matches(value, found[name], names)
            for name, value in fields.items()
        )  # fmt: skip
    if isinstance(expected, list):
        more = expected[-1:] == ["…"]
        items = expected[:-1] if more else expected
        if not isinstance(found, list) or not (len(items) <= len(found) if more else len(items) == len(found)):
            return False
        return all(matches(item, other, names) for item, other in zip(items, found, strict=False))
    if isinstance(expected, str) and isinstance(found, str):
        if name := re.fullmatch(r"<(\w+)>", expected):
            return bool(names.setdefault(name[1], found) == found)
        return found.startswith(expected[:-1]) if expected.endswith("…") else found == expected
    return bool(expected == found) and type(expected) is type(found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ('{"a": 1}', {"a": 2}),
        ('{"a": 1}', {"a": True}),
        ('{"a": 1}', {"a": 1, "b": 2}),
        ('{"a": 1, …}', {"b": 2}),
        ('{"a": "x…"}', {"a": "y"}),
        ('{"a": "<x>", "b": "<x>"}', {"a": "1", "b": "2"}),
        ('{"a": [{…}, …]}', {"a": []}),
        ('{"eta_s": 1.5}', {"eta_s": None}),
    ],
)
def test_what_differs_does_not_match(expected: str, found: Form) -> None:
    assert not matches(parsed(expected), found, {})


def table(heading: str) -> list[list[str]]:
    """The rows below a heading's row, in cells."""
    _, _, rest = PAGE.partition(f"\n| {heading} |")
    rows = rest.split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_the_table_of_errors_is_the_one_of_the_code() -> None:
    said = {
        code.strip("`"): ({int(number) for number in status.split(", ")}, set(re.findall(r"\b(?:yes|no)\b", retryable)))
        for code, status, retryable, _ in table("code")
    }
    kinds: dict[str, tuple[set[int], set[str]]] = {}
    for kind in (errors.StudioError, *errors.ALL):
        statuses, retryable = kinds.setdefault(kind.code, (set(), set()))
        statuses.add(kind.status)
        retryable.add("yes" if kind.retryable else "no")
    assert said == kinds


def test_the_table_of_closing_codes_is_the_one_of_the_code() -> None:
    ours = {value for name, value in vars(consumers).items() if name.isupper() and isinstance(value, int)}
    too_large = 1009  # autobahn's own
    assert {int(row[0]) for row in table("closing code")} == {code for code in ours if code >= 1000} | {too_large}


@pytest.mark.parametrize(
    ("heading", "form"), [("field of a message", forms.MessageForm), ("field of a session", forms.SessionForm)]
)
def test_the_table_of_fields_has_every_field(heading: str, form: Any) -> None:
    said = [name for row in table(heading) for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(said) == sorted(form.model_fields)


def test_the_limits_are_the_ones_of_the_code() -> None:
    (sentence,) = re.findall(r"In a minute one person may (.*?);", PAGE, re.DOTALL)
    said = [int(number) for number in re.findall(r"\d+", sentence)]
    kinds = ("session", "rename", "list", "sync", "import", "key", "share", "ticket")
    assert said == [rate_limits.LIMITS[kind].amount for kind in kinds]


def test_every_command_and_event_has_an_example() -> None:
    shown = set(re.findall(r'"type": "([\w.]+)"', "".join(text for _, text in EXAMPLES)))
    document: Any = asyncapi("", "ws")
    named = {of["name"] for of in document["components"]["messages"].values()} - {"reply"}
    assert named <= shown
