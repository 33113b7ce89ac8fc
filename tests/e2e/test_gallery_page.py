"""The gallery page: favourites, titles, the trash and the way back into a chat."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.person import SMALL, Person, Tab


@pytest.fixture
def page(person: Person) -> Iterator[Page]:
    """The gallery of somebody with two pictures."""
    tab = person.opens()
    tab.page.get_by_label("How many pictures").select_option("2")
    tab.says(f"a snowy forest, {SMALL}")
    tab.shows(2)
    tab.page.get_by_role("link", name="Gallery").click()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(2)
    yield tab.page


def cards(page: Page) -> Locator:
    return page.locator("gallery-card")


def act(card: Locator, name: str) -> None:
    card.page.bring_to_front()  # a page behind another one is hardly drawn, and slow to react
    card.hover()
    card.get_by_role("button", name=name, exact=True).click()


def test_a_favourite_stays_one(page: Page) -> None:
    act(cards(page).first, "Favourite")
    for _ in ("now", "after a reload"):
        expect(cards(page).first.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
        expect(cards(page).last.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "false")
        page.reload()


def test_a_picture_gets_a_title(page: Page) -> None:
    act(cards(page).first, "Rename")
    page.get_by_label("Title").fill("Mars")
    page.get_by_label("Title").press("Enter")
    expect(cards(page).first.locator(".title")).to_have_text("Mars")
    page.reload()
    expect(cards(page).first.locator(".title")).to_have_text("Mars")


def test_the_trash_gives_back_what_it_was_given(person: Person, page: Page) -> None:
    chat = last_chat(person)
    act(cards(page).first, "Move to the trash")
    expect(cards(page)).to_have_count(1)
    expect(chat.boxes.get_by_text("This picture was deleted.")).to_have_count(1)
    page.get_by_role("link", name="Trash").click()
    expect(cards(page)).to_have_count(1)
    expect(cards(page).locator(".say")).to_contain_text("In the trash since")
    act(cards(page).first, "Restore")
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    expect(cards(page).locator("img.loaded")).to_have_count(2)
    chat.shows(2)


def test_what_is_deleted_for_good_is_gone_from_everywhere(person: Person, page: Page) -> None:
    newest = person.asks("/v1/gallery/")["items"][0]
    act(cards(page).first, "Move to the trash")
    page.get_by_role("link", name="Trash").click()
    act(cards(page).first, "Delete for good")
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert person.context.request.get(f"/v1/gallery/{newest['id']}/").status == 404
    assert person.context.request.get(newest["url"]).status == 404
    chat = last_chat(person)
    expect(chat.boxes.get_by_text("This picture was deleted.")).to_have_count(1)


def test_a_picture_goes_from_the_gallery_into_a_chat(person: Person, page: Page) -> None:
    act(cards(page).last, "Edit in a chat")
    chat = Tab(page)
    expect(page.locator("photo-chip")).to_contain_text("Your next message edits this picture")
    chat.says("make it warmer")
    chat.shows(1)
    newest, _, oldest = person.asks("/v1/gallery/")["items"]
    assert newest["parent_id"] == oldest["id"]


def last_chat(person: Person) -> Tab:
    session = person.asks("/api/v1/chat/sessions/")["items"][0]
    return person.opens(f"/chat/{session['id']}/")
