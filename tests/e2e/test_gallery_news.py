"""An open gallery shows what other tabs and devices do to the same pictures, while it is looked at."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bringing import proof
from tests.e2e.person import Person, Tab
from tests.e2e.test_gallery_choosing import cards
from tests.support.serving import eventually

Both = tuple[Person, Tab, Page]


@pytest.fixture
def both(newcomer: Callable[..., Person]) -> Iterator[Both]:
    """A chat with one picture, and beside it the gallery."""
    person = newcomer()
    tab = person.opens()
    tab.paints()
    page = person.opens("/gallery/").page
    expect(cards(page).locator("img.loaded")).to_have_count(1)
    yield person, tab, page


def test_what_a_chat_makes_appears(both: Both) -> None:
    _, tab, page = both
    cards(page).evaluate("(card) => (card.dataset.known = '')")
    cards(page).locator(".open").focus()
    tab.paints("a snowy forest")
    expect(cards(page).locator("img.loaded")).to_have_count(2)
    expect(page.locator("gallery-card[data-known]")).to_have_count(1)  # which was not made anew
    eventually(lambda: page.evaluate("document.activeElement.matches('gallery-card[data-known] .open')"))


def test_what_another_gallery_trashes_goes_and_comes_back(both: Both) -> None:
    person, _, page = both
    other = person.opens("/gallery/").page
    cards(other).locator(".open").focus()
    other.keyboard.press("Delete")
    expect(page.locator("#empty")).to_be_visible()
    other.get_by_role("button", name="Undo").click()
    expect(cards(page).locator("img.loaded")).to_have_count(1)


def test_what_another_device_does_is_told_by_the_chats_own_connection(both: Both) -> None:
    person, tab, page = both
    [image] = person.asks("/v1/gallery/")["items"]
    tab.is_linked()
    person.context.request.delete(f"/v1/gallery/{image['id']}/", headers=proof(tab))
    expect(page.locator("#empty")).to_be_visible()


def test_nothing_is_taken_from_under_an_open_menu(both: Both) -> None:
    _, tab, page = both
    cards(page).hover()
    cards(page).get_by_role("button", name="More").click()
    expect(page.get_by_role("menu")).to_be_visible()
    with page.expect_event("requestfinished", lambda request: "/gallery/days/" in request.url):
        tab.paints("a snowy forest")
        page.wait_for_timeout(1000)
        expect(page.get_by_role("menu")).to_be_visible()
        expect(cards(page)).to_have_count(1)
        page.keyboard.press("Escape")
    expect(cards(page)).to_have_count(2)
