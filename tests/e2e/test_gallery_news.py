"""An open gallery shows what other tabs and devices do to the same pictures, while it is looked at."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bringing import proof
from tests.e2e.held import LATER_ANSWER, late
from tests.e2e.person import Person, Tab
from tests.e2e.test_gallery_page import act, cards
from tests.support.serving import eventually

PICTURES = re.compile(r"/v1/gallery/\?")
Both = tuple[Person, Tab, Page]
NOTES_NEWS = "addEventListener('storage', ({ key }) => key === 'studio.pictures' && (document.body.dataset.told = ''))"


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


def test_what_another_gallery_renames_and_likes_shows(both: Both) -> None:
    person, _, page = both
    other = person.opens("/gallery/").page
    act(cards(other), "Rename")
    other.get_by_label("Title").fill("My desert")
    other.get_by_label("Title").press("Enter")
    expect(cards(page).locator(".title")).to_have_text("My desert")
    act(cards(other), "Favourite")
    expect(page.locator("gallery-card[data-favorite]")).to_have_count(1)


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
    page.clock.install()
    page.evaluate(NOTES_NEWS)
    tab.paints("a snowy forest")
    page.wait_for_selector("[data-told]", state="attached")
    page.clock.run_for(10_000)  # longer than the page lets pass between two looks
    expect(page.get_by_role("menu")).to_be_visible()
    expect(cards(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.clock.run_for(10_000)
    expect(cards(page)).to_have_count(2)


def test_nothing_is_taken_from_under_a_menu_that_opens_while_the_page_looks_again(both: Both) -> None:
    _, tab, page = both
    with page.expect_response(PICTURES), late(page, "**/v1/gallery/days/**") as answer:
        tab.paints("a snowy forest")
        answer()
        cards(page).hover()
        cards(page).get_by_role("button", name="More").click()
        expect(page.get_by_role("menu")).to_be_visible()
    page.evaluate(LATER_ANSWER)
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cards(page)).to_have_count(2)


def test_what_was_not_made_stays_until_it_is_dismissed(both: Both) -> None:
    _, tab, page = both
    act(cards(page), "Remove object")
    brush = page.get_by_role("dialog", name="Paint over what should go")
    brush.get_by_label("What should go").fill("the tree")
    brush.get_by_role("button", name="Remove", exact=True).click()
    said = page.locator("work-card .say")
    expect(said).to_contain_text("To remove something, paint over it with the brush")
    tab.paints("a snowy forest")
    expect(cards(page).locator("img.loaded")).to_have_count(2)
    expect(said).to_contain_text("To remove something, paint over it with the brush")
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    page.locator("work-card").get_by_role("button", name="Dismiss").click()
    expect(said).to_have_count(0)


def test_a_menu_that_is_taken_away_while_it_is_open_listens_no_longer(both: Both) -> None:
    _, _, page = both
    before = listening(page)
    cards(page).hover()
    cards(page).get_by_role("button", name="More").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert listening(page) > before
    page.evaluate("document.querySelector('.menu:popover-open').remove(); window.dispatchEvent(new Event('resize'))")
    assert listening(page) == before


def listening(page: Page) -> int:
    """How many listeners the window has."""
    session = page.context.new_cdp_session(page)
    window = session.send("Runtime.evaluate", {"expression": "window"})["result"]["objectId"]
    listeners = session.send("DOMDebugger.getEventListeners", {"objectId": window})["listeners"]
    session.detach()
    return len(listeners)
