"""What a newcomer is shown first, and what a card says and offers."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.person import SMALL, Person, Tab, place
from tests.support.serving import eventually

DRAWN = "(img) => img.complete && img.naturalWidth > 0"


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def card(tab: Tab) -> Locator:
    return tab.page.locator("message-card").last


def answer(tab: Tab, words: str) -> Locator:
    """The last card, once it has answered in words."""
    cards = tab.page.locator("message-card").count()
    tab.says(words)
    expect(tab.page.locator("message-card")).to_have_count(cards + 1)
    expect(tab.boxes.last).to_have_attribute("data-state", "reply")
    return card(tab)


# The first visit


def test_a_newcomer_sees_what_can_be_begun_with(tab: Tab) -> None:
    starters = tab.page.locator(".starters button:visible")
    expect(starters).to_have_count(4)
    for n in range(4):
        eventually(lambda n=n: starters.nth(n).locator("img").evaluate(DRAWN))  # type: ignore[misc]
    expect(starters.last).to_have_text("Change a photo")
    expect(tab.page.locator("#welcome")).to_contain_text("people, animals and things it could paint too")
    expect(tab.page.locator("#welcome")).to_contain_text("drop a photo here")
    expect(tab.page.locator("#welcome")).not_to_contain_text("offline")
    expect(tab.button("Add a photo").locator(".label")).to_be_visible()


def test_the_first_sight_waits_for_no_program(newcomer: Callable[..., Person]) -> None:
    tab = newcomer(java_script_enabled=False).opens()
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    expect(tab.page.locator(".starters img:visible")).to_have_count(4)


def test_a_chat_does_not_begin_with_the_first_sight(newcomer: Callable[..., Person]) -> None:
    tab = newcomer(java_script_enabled=False).opens(f"/chat/{uuid.uuid4()}/")
    expect(tab.page.locator("#welcome")).to_be_hidden()


def test_a_starter_paints_what_its_picture_shows(person: Person, tab: Tab) -> None:
    tab.page.get_by_label("Size").select_option("1")
    tab.page.locator(".starters button").first.click()
    tab.shows(1)
    assert [message["content"] for message in person.messages(tab)] == ["Create a sunset landscape"]


def test_change_a_photo_asks_for_one_and_puts_words_to_it(tab: Tab, tmp_path: Path) -> None:
    sample = Path("static/studio/chat/starters/photo.webp")
    with tab.page.expect_file_chooser() as chooser:
        tab.button("Change a photo").click()
    chooser.value.set_files(sample)
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    expect(tab.input).to_have_value("Turn it into a pencil drawing")
    expect(tab.input).to_be_focused()


def test_the_sample_photo_is_changed_as_its_picture_promises(person: Person, tab: Tab) -> None:
    tab.button("Try it with this one").click()
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    expect(tab.input).to_have_value("Turn it into a pencil drawing")
    tab.button("Send").click()
    tab.shows(1)
    (message,) = person.messages(tab)
    assert (message["intent"], message["refined_prompt"]) == ("style_transfer", "in pencil style")


def test_where_there_is_no_mouse_nothing_is_said_of_dropping(newcomer: Callable[..., Person]) -> None:
    phone = newcomer(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True).opens()
    expect(phone.page.locator("#welcome p").first).to_be_visible()
    assert "drop" not in phone.page.locator("#welcome").inner_text()
    assert "add a photo" in phone.page.locator("#welcome").inner_text()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# The cards


def test_what_was_left_out_comes_first_and_in_view_with_what_can_be_done_instead(tab: Tab) -> None:
    tab.says(f"a dragon over a lake, {SMALL}")
    tab.shows(1)
    reply = card(tab).locator(".reply")
    expect(reply).to_have_text("I left out: dragon.")
    expect(reply).to_be_in_viewport(ratio=1)
    colour = "(element) => getComputedStyle(element).color"
    assert reply.evaluate(colour) == card(tab).locator(".content").evaluate(colour)
    assert reply.evaluate("(element) => getComputedStyle(element).fontSize") == "16px"
    assert place(reply)[1] < place(tab.boxes.last)[1]
    expect(card(tab).locator(".instead button")).to_have_text(["Add birds", "Add a boat", "Change a photo"])
    card(tab).locator(".instead button").first.click()
    tab.shows(2)
    expect(card(tab).locator(".content")).to_have_text("Add birds")


def test_a_large_picture_does_not_push_what_was_left_out_away(tab: Tab) -> None:
    tab.says("a dragon over a lake, 1024x1024")
    tab.shows(1)
    expect(card(tab).locator(".content")).to_be_in_viewport(ratio=1)
    expect(card(tab).locator(".reply")).to_be_in_viewport(ratio=1)


def test_the_same_words_stand_once(tab: Tab) -> None:
    tab.paints()
    tab.boxes.hover()
    tab.page.locator("quick-actions .row").get_by_role("button", name="Remove background").click()
    tab.shows(2)
    expect(card(tab)).to_contain_text("Remove the background")
    assert "remove the background" not in card(tab).inner_text()


@pytest.mark.parametrize("words", ["What can you do?", "you are stupid", "hello", "asdf"])
def test_who_asks_for_nothing_that_can_be_done_gets_a_sentence_and_buttons(tab: Tab, words: str) -> None:
    said = answer(tab, words).locator(".say")
    assert len(said.inner_text()) < 130
    offered = card(tab).locator(".suggestion")
    expect(offered).to_have_count(4)
    for n in range(4):
        expect(offered.nth(n)).to_be_in_viewport(ratio=1)
        assert offered.nth(n).evaluate("(button) => button.scrollWidth <= button.clientWidth + 1")
    with tab.page.expect_file_chooser():
        tab.button("Change a photo").last.click()
    assert not re.search("GEMINI|offline", card(tab).inner_text())


def test_a_chat_in_which_nothing_was_painted_has_no_empty_square(tab: Tab) -> None:
    answer(tab, "hello")
    thumb = tab.sessions.locator(".thumb")
    expect(thumb.locator("img")).to_be_hidden()
    expect(thumb.locator(".icon")).to_be_visible()
    assert thumb.evaluate("(thumb) => getComputedStyle(thumb).backgroundColor") == "rgba(0, 0, 0, 0)"
    tab.paints()
    expect(thumb.locator("img")).to_be_visible()
    expect(thumb.locator(".icon")).to_be_hidden()


def test_the_studio_chooses_something_beautiful_and_paints_more_of_it(person: Person, tab: Tab) -> None:
    tab.page.get_by_label("Size").select_option("1")
    tab.says("something beautiful")
    tab.shows(1)
    tab.says("more")
    tab.shows(2)
    one, two = person.messages(tab)
    assert one["refined_prompt"] == two["refined_prompt"]
    person.has_different_pictures(tab, 2)


def test_undo_goes_back_to_the_version_before(person: Person, tab: Tab) -> None:
    tab.paints()
    tab.says("make it bluer")
    tab.shows(2)
    undone = answer(tab, "undo")
    painted = person.messages(tab)[0]["image"]
    expect(undone.locator(".source")).to_have_attribute("src", painted["thumbnail_url"])
    tab.button("Look at it").click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.page.keyboard.press("Escape")
    tab.says("make it warmer")
    tab.shows(3)
    made = person.messages(tab)[-1]["image"]["id"]
    ancestors = person.asks(f"/v1/gallery/{made}/lineage/")["ancestors"]
    assert [ancestor["id"] for ancestor in ancestors] == [painted["id"]]


def test_delete_this_offers_the_button_that_does_it_to_the_picture_that_was_meant(tab: Tab) -> None:
    tab.paints()
    answer(tab, "delete this")
    tab.paints("a green field")
    tab.button("Delete this picture").click()
    expect(tab.boxes.first).to_have_attribute("data-state", "deleted")
    expect(tab.page.get_by_role("alert")).to_contain_text("trash of your gallery")
    tab.shows(1)
    tab.button("Delete this picture").click()
    expect(tab.page.get_by_role("alert")).to_contain_text("not here any more")


def test_download_offers_the_button_that_does_it(tab: Tab) -> None:
    tab.paints()
    answer(tab, "download")
    with tab.page.expect_download() as saved:
        tab.button("Download this picture").click()
    assert saved.value.suggested_filename == f"a desert at noon, {SMALL}.jpg"


def test_what_is_to_be_found_by_its_name_is_offered_to_the_brush(tab: Tab) -> None:
    tab.paints()
    answer(tab, "remove the car")
    tab.button("Paint over what is to go").click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.button("Cancel").click()
