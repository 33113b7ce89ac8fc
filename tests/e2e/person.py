"""Somebody at a browser: what they do, what they see, and whatever the browser complained about meanwhile."""

import re
from io import BytesIO
from typing import Any, Self

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

WAIT_MS = 30_000
SMALL = "256x192"  # of a picture that is painted at once, in the shape that pictures have by themselves
NOTE_REFUSALS = """
addEventListener("securitypolicyviolation", ({ violatedDirective: rule, blockedURI }) => console.error(rule, blockedURI));
"""


class Person:
    """A browser context. Leaving it fails when the browser had anything to complain about: errors and warnings of the
    console, uncaught exceptions, broken policies, dialogs of scripts. `excused` says what may be complained about."""

    def __init__(self, context: BrowserContext, excused: str = "(?!)") -> None:
        self.context, self.excused = context, excused
        self.complaints: list[str] = []
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(NOTE_REFUSALS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("dialog", self._dialog)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            complaints = [text for text in self.complaints if not re.search(self.excused, text)]
            assert not complaints, complaints

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def opens(self, path: str = "/") -> "Tab":
        page = self.context.new_page()
        page.goto(path)
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
        expect(self.pictures).to_have_count(pictures)
        expect(self.page.locator('picture-box[data-state="running"], picture-box[data-state="kept"]')).to_have_count(0)

    def paints(self, words: str = "a desert at noon") -> None:
        """One small picture, from the request to the end."""
        before = self.pictures.count()
        self.says(f"{words}, {SMALL}")
        self.shows(before + 1)

    def is_linked(self) -> None:
        expect(self.page.locator("link-state .words")).to_have_text("Connected")


def size(picture: Locator) -> tuple[int, int]:
    """Of the file, in pixels."""
    width, height = picture.evaluate("(img) => [img.naturalWidth, img.naturalHeight]")
    return width, height


def place(element: Locator) -> tuple[float, float, float, float]:
    """x, y, width, height on the screen."""
    box = element.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


def photo(width: int = 200, height: int = 300) -> bytes:
    """A PNG as a camera's would be: no two pixels alike."""
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()
