"""Where a picture comes from, as a graph; each of its pictures can be looked at, or be the start of a new branch."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.person import Person, Tab, go
from tests.e2e.reading import complaints


@pytest.fixture
def person(newcomer: Callable[..., Person]) -> Person:
    return newcomer()


def edited(person: Person) -> Tab:
    """A line of three, the viewer over the last of them."""
    tab = person.opens()
    tab.paints()
    tab.says("make it warmer")
    tab.shows(2)
    tab.says("make it brighter")
    tab.shows(3)
    tab.boxes.last.locator("button.open").click()
    return tab


def graph(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Where does this come from?")


def opened(page: Page) -> Locator:
    page.get_by_role("dialog", name="Picture").get_by_role("button", name="Where does this come from?").click()
    expect(graph(page).locator("img.loaded")).to_have_count(3)
    return graph(page)


def test_the_line_is_a_graph_and_any_picture_is_looked_at_or_starts_a_branch(person: Person) -> None:
    tab = edited(person)
    dialog = opened(tab.page)
    expect(dialog.locator("svg path")).to_have_count(2)
    expect(dialog.get_by_role("button", name="Picture 3:")).to_have_attribute("aria-pressed", "true")
    first = dialog.get_by_role("button", name="Picture 1:")
    source = str(first.get_attribute("data-image"))
    first.click()
    expect(dialog.get_by_role("status")).to_contain_text("built-in tools")
    dialog.get_by_role("button", name="Look at it").click()
    expect(graph(tab.page)).to_have_count(0)
    expect(tab.page.locator(f"zoom-stage img[src^='/p/{source}/']").first).to_be_visible()
    dialog = opened(tab.page)
    dialog.get_by_role("button", name="Picture 2:").click()
    dialog.get_by_role("button", name="Start a new branch from it").click()
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    expect(tab.page.locator("photo-chip")).to_be_visible()
    tab.says("make it darker")
    tab.shows(4)


def test_from_the_gallery_a_branch_begins_in_a_new_chat(person: Person) -> None:
    tab = edited(person)
    go(tab.page, "/gallery/")
    card = tab.page.locator("gallery-card").last
    card.hover()
    card.get_by_role("button", name="More").last.click()
    tab.page.get_by_role("menuitem", name="Where does this come from?").click()
    expect(graph(tab.page).locator("img.loaded")).to_have_count(3)
    graph(tab.page).get_by_role("button", name="Start a new branch from it").click()
    expect(tab.page.locator("photo-chip")).to_be_visible()


def test_a_screen_reader_misses_nothing(person: Person) -> None:
    tab = edited(person)
    opened(tab.page)
    assert complaints(tab.page) == []
