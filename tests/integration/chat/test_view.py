"""The view's oracle: whatever changes, what an open page has applied is what a fresh load shows. Live, after a reconnect,
in a second tab, and however much of the news is lost on the way."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.programs.faults.ledger import Ledger, listening
from tests.support.page import Page
from tests.support.studio import SMALL, Client, Form, Studio, apart, eventually

ENTRIES = {
    "project.asgi:application": "tests.programs.faults.web:application",
    "manage.py": "-m",
    "run_huey": "tests.programs.faults.worker",
}


class Breakable(Studio):
    """Its news can be lost, and its provider is the tests' own."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        quick = {"STUDIO_WATCH_S": "0.3", "STUDIO_ATTEMPTS": "1"}
        own = {**apart("view", 2), **quick}  # another studio's worker would take its messages
        super().__init__(STUDIO_FAULTS=str(folder), STUDIO_FAULTS_LEDGER=ledger.url, **own)
        self.switches = folder / "switches"
        self.ledger = ledger

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        return super().run(*(ENTRIES.get(word, word) for word in command))


@pytest.fixture(scope="module")
def breakable(prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    with listening() as ledger:
        studio = Breakable(tmp_path_factory.mktemp("faults"), ledger)
        try:
            studio.start_web()
            studio.start_worker()
            yield studio
        finally:
            studio.stop()


MODERATOR = """
import sys, django
django.setup()
from gallery.changes import approve, hide
from gallery.models import Image
for line in sys.stdin:
    exec(line)
    print(flush=True)
"""


@pytest.fixture(scope="module")
def moderate(breakable: Breakable) -> Iterator[Callable[[str], None]]:
    """Does a line of Python as a moderator's request would, in another process."""
    command = [sys.executable, "-c", MODERATOR]
    environment = {**os.environ, **breakable.environment}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, text=True, bufsize=1, **pipes) as process:

        def do(line: str) -> None:
            assert process.stdin and process.stdout
            process.stdin.write(f"{line}\n")
            assert process.stdout.readline() == "\n"

        yield do
        process.communicate()


class Onlookers:
    """A person with two open tabs and one that is opened again for each look."""

    def __init__(self, studio: Breakable) -> None:
        self.studio = studio
        self.client: Client = studio.guest()
        self.session_id = self.client.session()
        self.live, self.second, self.returning = (Page(self.client, self.session_id) for _ in range(3))

    def leave(self) -> None:
        for page in (self.live, self.second, self.returning):
            page.drop()

    def agree(self, after: str) -> None:
        """Wait until all of them show what a fresh load shows; fails with the first one that does not."""
        self.returning.drop()
        self.returning.connect()
        differing: list[str] = []

        def same() -> bool:
            fresh = self.fresh()
            for page in (self.live, self.second, self.returning):
                page.listen()
            seen = {"live": self.live, "second tab": self.second, "reconnect": self.returning}
            differing[:] = [name for name, page in seen.items() if page.shows() != fresh]
            return not differing

        try:
            eventually(same)
        except AssertionError:
            pytest.fail(f"after {after}: {differing} differ from a fresh load")

    def fresh(self) -> dict[str, dict[str, Form]]:
        """What REST says, which a new socket must say too."""
        messages = {message["id"]: message for message in self.client.messages(self.session_id)}
        sessions = self.client.http.get("/api/v1/chat/sessions/").raise_for_status().json()["items"]
        return {"messages": messages, "sessions": {session["id"]: session for session in sessions}}

    def say(self, mood: str = "well") -> Form:
        self.studio.ledger.behave(mood)
        return self.client.say(self.session_id, "a sea", client_id=uuid.uuid4().hex, options=SMALL)

    def do(self, message: Form, what: str) -> None:
        path = f"/api/v1/chat/sessions/{self.session_id}/messages/{message['id']}/{what}/"
        self.client.http.post(path).raise_for_status()


@pytest.fixture(params=[0.0, 0.5, 1.0], ids=["all news", "half the news", "no news"])
def onlookers(breakable: Breakable, request: pytest.FixtureRequest) -> Iterator[Onlookers]:
    breakable.switches.write_text(f'{{"news lost": {request.param}}}')
    onlookers = Onlookers(breakable)
    yield onlookers
    onlookers.leave()


def test_every_stage_of_a_message_looks_the_same_to_everybody(onlookers: Onlookers) -> None:
    message = onlookers.say("slowly")
    onlookers.agree("send")
    for stage in ("refining", "generating"):
        eventually(lambda stage=stage: onlookers.client.message(onlookers.session_id, message["id"])["stage"] >= stage)  # type: ignore[misc]
        onlookers.agree(stage)
    assert onlookers.client.ended(message)["status"] == "DONE"
    onlookers.agree("done")


def test_failed_cancelled_and_tried_again_look_the_same_to_everybody(onlookers: Onlookers) -> None:
    failed = onlookers.say("with an error")
    assert onlookers.client.ended(failed)["status"] == "FAILED"
    onlookers.agree("fail")
    cancelled = onlookers.say("slowly")
    onlookers.do(cancelled, "cancel")
    onlookers.agree("cancel")
    onlookers.studio.ledger.behave("well")
    for message in (failed, cancelled):
        onlookers.do(message, "retry")
        onlookers.agree("retry")
        assert onlookers.client.ended(message)["status"] == "DONE"
        onlookers.agree("done after a retry")


def test_what_becomes_of_a_picture_looks_the_same_to_everybody(
    onlookers: Onlookers, moderate: Callable[[str], None]
) -> None:
    done = onlookers.client.ended(onlookers.say())
    picture, row = f"/v1/gallery/{done['image']['id']}/", f"Image(pk='{done['image']['id']}')"
    changes: dict[str, Callable[[], Any]] = {
        "trash": lambda: onlookers.client.http.delete(picture),
        "restore": lambda: onlookers.client.http.post(f"{picture}restore/"),
        "hide": lambda: moderate(f"hide([{row}], 'no', None)"),
        "approve": lambda: moderate(f"approve([{row}], None)"),
        "permanent deletion": lambda: onlookers.client.http.delete(f"{picture}permanent/"),
    }
    states = []
    for name, change in changes.items():
        change()
        onlookers.agree(name)
        states.append(onlookers.live.shows()["messages"][done["id"]]["image"]["state"])
    assert states == ["deleted", "shown", "hidden", "shown", "deleted"]


def test_what_becomes_of_a_session_looks_the_same_to_everybody(onlookers: Onlookers) -> None:
    client = onlookers.client
    other = client.session("Another one")
    onlookers.agree("a new session")
    client.http.patch(f"/api/v1/chat/sessions/{other}/", json={"title": "Renamed"}).raise_for_status()
    onlookers.agree("rename")
    client.say(other, "a sea")
    onlookers.agree("a message in another session")
    client.http.delete(f"/api/v1/chat/sessions/{other}/").raise_for_status()
    onlookers.agree("delete")
    assert list(onlookers.live.shows()["sessions"]) == [onlookers.session_id]


def test_a_session_deleted_elsewhere_is_gone_in_every_tab(onlookers: Onlookers) -> None:
    onlookers.client.http.delete(f"/api/v1/chat/sessions/{onlookers.session_id}/").raise_for_status()

    def all_gone() -> bool:
        pages = (onlookers.live, onlookers.second, onlookers.returning)
        for page in pages:
            page.listen()
        return all(page.is_gone and onlookers.session_id not in page.shows()["sessions"] for page in pages)

    eventually(all_gone)
