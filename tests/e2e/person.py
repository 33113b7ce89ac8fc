"""Somebody at a browser: what they do, what they see, and whatever the browser complained about meanwhile."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Self

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    WebError,
    expect,
)

from tests.support.serving import HANGS_S, eventually

WAIT_MS = HANGS_S * 1000
EMPTY = "/healthz"  # of the studio's pages the one on which nothing runs
RUNNING = 'picture-box[data-state="running"], picture-box[data-state="kept"]'
SMALL = "256x192"  # of a picture that is painted at once, in the shape that pictures have by themselves
NOTE_REFUSALS = """
addEventListener("securitypolicyviolation", ({ violatedDirective: rule, blockedURI }) => console.error(rule, blockedURI));
"""


BLOCKED = "Service Worker registration blocked by Playwright"
OVERTAKEN = re.compile("net::ERR_ABORTED|interrupted by another navigation")


def go(page: Page, path: str) -> None:
    """Opens another page, again where the page before overtakes it: by a step in its history that it had begun, or by loading
    itself again."""

    def opened() -> bool:
        try:
            page.goto(path)
        except Error as error:
            if not OVERTAKEN.search(error.message):
                raise
            return False
        return True

    eventually(opened)


def new_context(browser: Browser, address: str, offline: bool = False, **options: Any) -> BrowserContext:
    """`offline`: its service worker keeps the page for times without network, which for each person again would take a fifth
    of the time of these tests."""
    return browser.new_context(base_url=address, service_workers="allow" if offline else "block", **options)


def prepare(context: BrowserContext) -> None:
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(NOTE_REFUSALS)


class Person:
    """A browser context. Leaving it fails when the browser had anything to complain about: errors and warnings of the
    console, uncaught exceptions, broken policies, dialogs of scripts. `excused` says what may be complained about.
    `page`: one that is there already, for the first that is opened."""

    def __init__(self, context: BrowserContext, excused: str = "(?!)", page: Page | None = None) -> None:
        self.context, self.excused = context, excused
        self._page = page
        self.complaints: list[str] = []
        self._listeners: dict[Any, Any] = {"console": self._console, "weberror": self._error, "dialog": self._dialog}
        if page is None:
            prepare(context)
        for event, note in self._listeners.items():
            context.on(event, note)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            self.is_content()

    def is_content(self) -> None:
        complaints = [text for text in self.complaints if not re.search(self.excused, text)]
        assert not complaints, complaints

    def stop_listening(self) -> None:
        for event, note in self._listeners.items():
            self.context.remove_listener(event, note)

    def _error(self, error: WebError) -> None:
        self.complaints.append(str(error.error))

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and said.text != BLOCKED:
            self.complaints.append(said.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def opens(self, path: str = "/") -> "Tab":
        page, self._page = self._page or self.context.new_page(), None
        go(page, path)
        return Tab(page)

    def asks(self, path: str) -> Any:
        """REST by this person's cookie."""
        answer = self.context.request.get(path)
        assert answer.ok, answer.status_text
        return answer.json()

    def has_different_pictures(self, tab: "Tab", count: int) -> None:
        """So many in the card, and no two files of them alike."""
        urls = [message["image"]["url"] for message in self.messages(tab)]
        files = {self.context.request.get(url).body() for url in urls}
        assert len(urls) == len(files) == count

    def messages(self, tab: "Tab") -> list[dict[str, Any]]:
        """What the studio keeps of the session on the page, oldest first."""
        session_id = tab.page.url.rstrip("/").rpartition("/")[2]
        items: list[dict[str, Any]] = self.asks(f"/api/v1/chat/sessions/{session_id}/messages/")["items"]
        return items[::-1]


class SharedWindow:
    """A window that people take one after the other, because a new one for each costs more than most of what they do. Who
    leaves takes everything along: cookies, storage, whatever was open."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._open()

    def _open(self) -> None:
        self.context = new_context(self._browser, self._address)
        prepare(self.context)
        self.page = self.context.new_page()
        self._size = self.page.viewport_size

    def close(self) -> None:
        self.context.close()

    @contextmanager
    def lent(self) -> Iterator[Person]:
        person = Person(self.context, page=self.page)
        try:
            yield person
            self._clear()
            person.stop_listening()
        except BaseException:
            self.close()
            self._open()
            raise
        person.is_content()

    def _clear(self) -> None:
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        self.page.unroute_all(behavior="ignoreErrors")
        if self._size and self.page.viewport_size != self._size:
            self.page.set_viewport_size(self._size)
        go(self.page, EMPTY)
        self.page.evaluate("sessionStorage.clear()")
        self.context.clear_cookies()
        session = self.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self._address.rstrip("/"), "storageTypes": "all"})
        session.detach()


class Tab:
    """A chat page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def input(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def boxes(self) -> Locator:
        return self.page.locator("picture-box")

    @property
    def pictures(self) -> Locator:
        """Those that are wholly here."""
        return self.page.locator("picture-box button.open img.loaded")

    @property
    def sessions(self) -> Locator:
        return self.page.locator("session-list li")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self, words: str) -> None:
        self.input.fill(words)
        self.input.press("Enter")

    def shows(self, pictures: int) -> None:
        """Waits until exactly so many pictures are here, and nothing runs."""
        running = self.page.locator(RUNNING)
        soon(self.page, lambda: self.pictures.count() == pictures and not running.count(), within_s=3)
        expect(self.pictures).to_have_count(pictures)
        expect(running).to_have_count(0)

    def paints(self, words: str = "a desert at noon") -> None:
        """One small picture, from the request to the end."""
        before = self.pictures.count()
        self.says(f"{words}, {SMALL}")
        self.shows(before + 1)

    def is_linked(self) -> None:
        expect(self.page.locator("link-state .words")).to_have_text("Connected")


def soon(page: Page, holds: Callable[[], bool], within_s: float = HANGS_S) -> bool:
    """Looks often until it holds, or for so long; `expect`, which says what is wrong, soon looks only once a second."""
    end = time.monotonic() + within_s
    while not (held := holds()) and time.monotonic() < end:
        page.wait_for_timeout(50)
    return held


def says_how_far_it_is(card: Locator) -> bool:
    """By one of the passing words "painting 40%", "editing 40%"."""
    return bool(re.fullmatch(r"(painting|editing) \d+%", card.locator(".word").text_content() or ""))


def size(picture: Locator) -> tuple[int, int]:
    """Of the file, in pixels."""
    width, height = picture.evaluate("(img) => [img.naturalWidth, img.naturalHeight]")
    return width, height


def place(element: Locator) -> tuple[float, float, float, float]:
    """x, y, width, height on the screen."""
    box = element.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def photo(width: int = 200, height: int = 300) -> bytes:
    """A PNG as a camera's would be: no two pixels alike."""
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


def act(box: Locator, name: str) -> None:
    """By its button, or where there is no room for that, from the menu."""
    box.hover()
    expect(box.locator("quick-actions")).to_be_visible()
    button = box.get_by_role("button", name=name, exact=True)
    if not button.is_visible():
        box.locator("quick-actions").get_by_role("button", name="More").click()
        button = box.get_by_role("menuitem", name=name, exact=True)
    button.click()
