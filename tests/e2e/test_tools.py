"""What one press does to a picture: quick actions, variations, before and after, the line that it comes from."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from pipeline.providers.base import STYLES, Intent, RefinedRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.e2e.person import SMALL, Person, Tab, act, photo, place

Form = dict[str, Any]


@pytest.fixture(scope="module")
def chat(shared_person: Person) -> Tab:
    """With a picture and an edit of it."""
    tab = shared_person.opens()
    tab.paints("a snowy forest")
    tab.says("make it bluer")
    tab.shows(2)
    return tab


@pytest.fixture
def tab(chat: Tab) -> Tab:
    chat.page.bring_to_front()  # a page behind another one is hardly drawn
    return chat


def last_message(person: Person, tab: Tab) -> Form:
    """Once it has ended."""
    expect(tab.page.locator('picture-box[data-state="running"], picture-box[data-state="kept"]')).to_have_count(0)
    return person.messages(tab)[-1]


@pytest.mark.parametrize(
    ("button", "content", "intent"),
    [
        ("Enhance", "Enhance this picture", "enhance"),
        ("Remove background", "Remove the background", "remove_background"),
    ],
)
def test_a_quick_action_is_an_ordinary_message(
    shared_person: Person, tab: Tab, button: str, content: str, intent: str
) -> None:
    first = shared_person.messages(tab)[0]
    count = tab.page.locator("message-card").count()
    act(tab.boxes.first, button)
    expect(tab.page.locator("message-card")).to_have_count(count + 1)
    sent = last_message(shared_person, tab)
    assert (sent["content"], sent["options"]["intent"]) == (content, intent)
    assert sent["source_image_id"] == first["image"]["id"]
    assert_answered(tab, sent)


def assert_answered(tab: Tab, message: Form) -> None:
    """With a picture where the offline provider makes one, else with its sentence that says what would be needed."""
    assert message["status"] == "DONE"
    asked, content = message["options"], message["content"]
    refined = RefinedRequest(Intent(asked["intent"]), content, asked.get("style"), content, has_mask=False)
    if reason := OfflineProvider().unsupported_reason(refined):
        expect(tab.boxes.last.locator(".say")).to_have_text(reason)
    else:
        expect(tab.boxes.last.locator("img.loaded")).to_be_visible()


def test_a_style_is_chosen_from_the_menu_by_keyboard(shared_person: Person, tab: Tab) -> None:
    button = tab.boxes.first.get_by_role("button", name="Style")
    button.focus()
    tab.page.keyboard.press("ArrowDown")
    menu = tab.page.get_by_role("menu", name="Style")
    expect(menu.get_by_role("menuitem")).to_have_text([style.capitalize() for style in STYLES])
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    tab.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    tab.page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem").last).to_be_focused()
    tab.page.keyboard.press("s")
    expect(menu.get_by_role("menuitem", name="Sepia")).to_be_focused()
    count = tab.page.locator("message-card").count()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("message-card")).to_have_count(count + 1)
    sent = last_message(shared_person, tab)
    assert sent["content"] == "Sepia style"
    assert (sent["options"]["intent"], sent["options"]["style"]) == ("style_transfer", "sepia")
    assert_answered(tab, sent)


def test_variations_come_below_a_picture_that_keeps_its_place(person: Person) -> None:
    tab = person.opens()
    tab.paints("a desert at noon")
    before = place(tab.boxes.first)
    act(tab.boxes.first, "Variations")
    tab.shows(5)
    expect(tab.page.locator("message-card")).to_have_count(1)
    assert place(tab.boxes.first)[2:] == before[2:]
    original, *others = person.messages(tab)
    assert [other["variation_of"] for other in others] == [original["id"]] * 4
    assert {other["refined_prompt"] for other in others} == {original["refined_prompt"]}
    person.has_different_pictures(tab, 5)


def test_what_would_come_out_the_same_has_no_variations(tab: Tab) -> None:
    again = [tab.boxes.nth(i).locator('button[title="Variations"]') for i in (0, 1)]
    expect(again[0]).to_have_count(1)
    expect(again[1]).to_have_count(0)


def test_before_and_after_are_compared_by_keyboard_on_the_card(tab: Tab) -> None:
    box = tab.boxes.nth(1)
    frame = place(box.locator(".frame"))[2:]
    compare = box.get_by_role("button", name="Compare")
    compare.focus()
    tab.page.keyboard.press("Enter")
    slider = box.get_by_role("slider", name="Before and after")
    expect(slider).to_be_focused()
    expect(box.locator("compare-slider img.loaded")).to_have_count(2)
    assert place(box.locator(".frame"))[2:] == frame
    tab.page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "49% before, 51% after")
    tab.page.keyboard.press("End")
    assert seen(box.locator("compare-slider")) == [1, 0]
    tab.page.keyboard.press("Home")
    assert seen(box.locator("compare-slider")) == [0, 1]
    compare.focus()
    tab.page.keyboard.press("Enter")
    expect(slider).to_have_count(0)
    expect(compare).to_have_attribute("aria-pressed", "false")


def seen(slider: Locator) -> list[float]:
    """How much of before and of after can be seen, 0 to 1."""
    shares: list[float] = slider.evaluate(
        """(slider) => [".before", ".after"].map((half) => {
          const [, right, , left] = getComputedStyle(slider.querySelector(half)).clipPath.match(/[-.\\d]+(?=%|px)/g);
          return 1 - (Number(right) + Number(left)) / 100;
        })"""
    )
    return shares


def test_a_picture_that_was_turned_is_compared_in_its_own_shape(person: Person) -> None:
    tab = person.opens()
    tab.page.locator("input[type=file]").set_input_files(
        {"name": "wide.png", "mimeType": "image/png", "buffer": photo(300, 200)}
    )
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.says("rotate it by 90 degrees")
    tab.shows(1)
    act(tab.boxes.first, "Compare")
    halves = tab.boxes.first.locator("compare-slider img.loaded")
    expect(halves).to_have_count(2)
    after, before = (place(halves.nth(i)) for i in (0, 1))
    assert abs(before[2] / before[3] - 300 / 200) < 0.01
    assert abs(after[2] / after[3] - 200 / 300) < 0.01


def test_the_line_of_a_picture_is_walked_in_the_viewer(shared_person: Person, tab: Tab) -> None:
    first, second = shared_person.messages(tab)[:2]
    tab.boxes.nth(1).locator("button.open").click()
    viewer = tab.page.get_by_role("dialog", name="Picture")
    line = viewer.locator("lineage-strip li button")
    expect(line.nth(1)).to_have_attribute("aria-current", "true")
    expect(line.nth(0)).to_have_accessible_name(f"Look at: a snowy forest, {SMALL}, version 1 of 2")
    expect(line.nth(1)).to_have_accessible_name("Look at: make it bluer, version 2 of 2")
    expect(tab.pictures.nth(1)).to_have_attribute("alt", "make it bluer")
    expect(viewer.locator('button[title="Variations"]')).to_have_count(0)
    expect(viewer.get_by_role("button", name="Compare")).to_be_enabled()
    line.first.click()
    expect(line.first).to_have_attribute("aria-current", "true")
    expect(viewer.locator('button[title="Variations"]')).to_have_count(1)
    expect(viewer.locator("zoom-stage img")).to_have_attribute("src", first["image"]["url"])
    expect(viewer.locator("button.compare")).to_be_hidden()
    expect(line.first).to_be_focused()
    assert second["image"]["thumbnail_url"] in [img.get_attribute("src") for img in line.locator("img").all()]
    viewer.get_by_role("button", name="Edit from here").click()
    expect(viewer).to_have_count(0)
    expect(tab.page.locator("photo-chip img")).to_have_attribute("src", first["image"]["thumbnail_url"])
    tab.button("Remove the photo").click()


def test_a_deleted_picture_leaves_a_gap_in_the_line(person: Person) -> None:
    tab = person.opens()
    tab.paints("a green field")
    tab.says("make it bluer")
    tab.shows(2)
    act(tab.boxes.nth(1), "Compare")
    slider = tab.page.get_by_role("slider", name="Before and after")
    expect(slider).to_be_visible()
    first = person.messages(tab)[0]["image"]["id"]
    token = tab.page.locator("meta[name=csrf-token]").get_attribute("content")
    assert token
    deleted = person.context.request.delete(
        f"/v1/gallery/{first}/", headers={"X-CSRFToken": token, "Referer": tab.page.url}
    )
    assert deleted.ok
    expect(slider).to_have_count(0)  # what was deleted is not seen beside anything
    tab.shows(1)
    tab.boxes.nth(1).locator("button.open").click()
    expect(tab.page.get_by_role("img", name="A deleted picture")).to_be_visible()
    expect(tab.page.locator("dialog button.compare")).to_be_hidden()
    tab.page.keyboard.press("Escape")
    act(tab.boxes.nth(1), "Compare")
    expect(tab.page.get_by_role("alert")).to_have_text("The picture before this one is not here any more.")


def test_ground_shows_through_a_clear_picture(tab: Tab) -> None:
    """And through no picture that is still on its way."""
    ground = "(img) => getComputedStyle(img).backgroundImage"
    expect(tab.pictures.first).to_be_visible()
    assert "conic-gradient" in tab.pictures.first.evaluate(ground)
    waiting = tab.page.evaluate_handle("document.body.appendChild(new Image())").as_element()
    assert waiting
    assert waiting.evaluate(ground) == "none"
    waiting.evaluate("(img) => img.remove()")
