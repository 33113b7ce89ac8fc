"""The page about one's keys and things: a key is made, used and ended; everything is taken along; everything is removed."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from zipfile import ZipFile

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.person import Person, go, new_context
from tests.e2e.reading import complaints
from tests.support.serving import HANGS_S, Serving
from tests.support.studio import eventually

PAGE = "/you/keys/"
WHO = re.compile(r"You are (guest-\w+)\.")


def status_of(server: Serving, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.address}v1/gallery/", headers=headers, verify=False, timeout=HANGS_S).status_code


def make_key(page: Page, name: str) -> str:
    page.get_by_label("Name of a new key").fill(name)
    page.get_by_role("button", name="Make a key").click()
    return page.get_by_role("textbox", name=f"The key {name}").input_value()


def test_a_key_is_made_used_and_ended(person: Person, server: Serving) -> None:
    page = person.opens(PAGE).page
    expect(page.get_by_text("You have no keys.")).to_be_visible()
    token = make_key(page, "laptop")
    assert status_of(server, token) == 200
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_label("Name of a new key")).to_be_focused()
    page.reload()
    expect(page.get_by_role("listitem")).to_contain_text("laptop")
    expect(page.get_by_role("listitem")).to_contain_text("reads and changes")
    assert token not in page.content()
    page.get_by_role("button", name="Delete the key laptop").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("You have no keys.")).to_be_visible()
    eventually(lambda: status_of(server, token) == 401)


def test_everything_is_taken_along(person: Person) -> None:
    tab = person.opens()
    tab.paints()
    go(tab.page, PAGE)
    expect(tab.page.get_by_text("Pictures: 1 of 5,000")).to_be_visible()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name="Take everything along").click()
    assert re.fullmatch(r"studio-guest-\w+-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)
    with ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 1


def test_everything_is_removed(person: Person) -> None:
    tab = person.opens()
    tab.paints()
    page = tab.page
    go(page, PAGE)
    name = WHO.search(page.get_by_text("You are guest-").inner_text())
    assert name
    page.get_by_role("button", name="Remove everything").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("somebody else")
    dialog.get_by_role("button", name="Remove everything").click()
    expect(page.get_by_text("That is not your name: nothing was removed.")).to_be_visible()
    page.get_by_role("button", name="Remove everything").click()
    dialog.get_by_role("textbox").fill(name[1])
    dialog.get_by_role("button", name="Remove everything").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    expect(tab.sessions).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key !== 'studio.theme')") == []


def test_who_is_blocked_reads_why_and_may_leave(browser: Browser, server: Serving) -> None:
    with Person(new_context(browser, server.address), excused="403") as person:
        tab = person.opens()
        tab.paints()
        mine = person.asks("/api/v1/me/")["id"].replace("-", "")
        with closing(sqlite3.connect(server.folder / "studio.sqlite3", timeout=HANGS_S)) as database, database:
            database.execute(
                "UPDATE project_user SET blocked_at = '2020-01-01', block_reason = 'Spam' WHERE id = ?", [mine]
            )
        expect(tab.page.locator("link-state")).to_contain_text("You are blocked")
        tab.page.get_by_role("link", name="Why, and what now?").click()
        expect(tab.page.get_by_text("You are blocked: Spam.")).to_be_visible()
        expect(tab.page.get_by_role("button", name="Make a key")).to_have_count(0)
        expect(tab.page.get_by_role("link", name="Take everything along")).to_be_visible()
        expect(tab.page.get_by_role("button", name="Remove everything")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_for_everybody(newcomer: Callable[..., Person], width: int) -> None:
    page = newcomer(viewport={"width": width, "height": 900}).opens(PAGE).page
    make_key(page, "A script on my laptop")
    expect(page.get_by_text("You are guest-")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints(page) == []
