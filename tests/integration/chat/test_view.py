"""Whatever changes, what an open page has applied is what a fresh load shows: the page's own store, in a browser. Live, after
a reconnect, in a second tab, and however many of the events are lost on the way."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page

from tests.programs.faults.ledger import Ledger, listening
from tests.support.browser import launched
from tests.support.studio import HANGS_S, SMALL, Form, Studio, Visitor, eventually, own_stores

ENTRIES = {
    "project.asgi:application": "tests.programs.faults.web:application",
    "manage.py": "-m",
    "run_huey": "tests.programs.faults.worker",
}


class Breakable(Studio):
    """Its events can be lost, and its provider is the tests' own."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        quick = {"STUDIO_WATCH_S": "0.3", "STUDIO_ATTEMPTS": "1"}
        own = {**own_stores("view", 2), **quick}  # another studio's worker would take its messages
        faults = {
            "STUDIO_FAULTS": str(folder),
            "STUDIO_FAULTS_LEDGER": ledger.url,
            "STUDIO_FAULTS_PATIENCE_S": str(HANGS_S),
        }
        super().__init__(**faults, **own)
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
from gallery.moderation.verdicts import approve, hide
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


class Tab:
    """A chat page, and what its own store has applied."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.goto("/")

    def go(self, path: str) -> None:
        """As a link of the page does: the page stays, and so does its store."""
        self._page.evaluate(GO, path)

    def drop(self) -> None:
        self._page.evaluate("dispatchEvent(new Event('offline'))")

    def connect(self) -> None:
        self._page.evaluate("dispatchEvent(new Event('online'))")

    def shows(self) -> dict[str, dict[str, Form]]:
        return dict(self._page.evaluate(SHOWS))

    def viewed(self) -> str | None:
        """The session that is on the page."""
        viewed = self._page.evaluate("document.querySelector('studio-conversation').store.view.sessionId")
        return None if viewed is None else str(viewed)


GO = "(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
SHOWS = """() => {
  const byId = (items) => Object.fromEntries(items.map((item) => [item.id, item]));
  const { messages, sessions } = document.querySelector("studio-conversation").store;
  return { messages: byId(messages), sessions: byId(sessions) };
}"""


class Onlookers:
    """A person with three open tabs, one of which connects again for each look."""

    def __init__(self, studio: Breakable, context: BrowserContext) -> None:
        self.studio = studio
        self.client = Visitor(studio)
        cookies = [
            {"name": cookie.name, "value": cookie.value, "url": studio.url} for cookie in self.client.http.cookies.jar
        ]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        self.tabs = {name: Tab(context.new_page()) for name in ("live", "second tab", "reconnect")}

    def begin(self) -> None:
        """Another session, on all three."""
        self.session_id = self.client.session()
        for tab in self.tabs.values():
            tab.go(f"/chat/{self.session_id}/")

    def agree(self, after: str) -> None:
        """Wait until all of them show what a fresh load shows; fails with those that do not."""
        self.tabs["reconnect"].drop()
        self.tabs["reconnect"].connect()
        differing: list[str] = []

        def same() -> bool:
            fresh = self.fresh()
            differing[:] = [name for name, tab in self.tabs.items() if tab.shows() != fresh]
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

    def say(self, behaviour: str = "well") -> Form:
        self.studio.ledger.behave(behaviour)
        return self.client.say(self.session_id, "a sea", client_id=uuid.uuid4().hex, options=SMALL)

    def do(self, message: Form, what: str) -> None:
        path = f"/api/v1/chat/sessions/{self.session_id}/messages/{message['id']}/{what}/"
        self.client.http.post(path).raise_for_status()


@pytest.fixture(scope="module")
def everybody(breakable: Breakable, chromium: Path) -> Iterator[Onlookers]:
    with launched(chromium) as browser, browser.new_context(base_url=breakable.url) as context:
        context.set_default_timeout(HANGS_S * 1000)
        yield Onlookers(breakable, context)


@pytest.fixture(params=[0.0, 0.5, 1.0], ids=["all events", "half the events", "no events"])
def onlookers(everybody: Onlookers, request: pytest.FixtureRequest) -> Onlookers:
    everybody.studio.switches.write_text(f'{{"events lost": {request.param}}}')
    everybody.begin()
    return everybody


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
    cancelled = onlookers.say("held")
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
        states.append(onlookers.tabs["live"].shows()["messages"][done["id"]]["image"]["state"])
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
    listed = onlookers.tabs["live"].shows()["sessions"]
    assert onlookers.session_id in listed and other not in listed


def test_a_session_deleted_elsewhere_is_gone_in_every_tab(onlookers: Onlookers) -> None:
    onlookers.client.http.delete(f"/api/v1/chat/sessions/{onlookers.session_id}/").raise_for_status()

    def all_gone() -> bool:
        gone = onlookers.session_id
        return all(tab.viewed() != gone and gone not in tab.shows()["sessions"] for tab in onlookers.tabs.values())

    eventually(all_gone)
