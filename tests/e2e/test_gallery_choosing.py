"""Choosing pictures and doing something with all of them, and the way back from it."""

from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.person import Person, place
from tests.e2e.reading import complaints
from tests.support.serving import eventually

Found = tuple[Person, Page]
NAMES = ["a", "b", "c", "d", "e", "f"]  # newest first


@pytest.fixture
def six(newcomer: Callable[..., Person]) -> Iterator[Found]:
    person = newcomer()
    tab = person.opens("/gallery/")
    for name in reversed(NAMES):
        bring(person, tab, Image.linear_gradient("L").resize((64, 48)), f"{name}.png")
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(6)
    yield person, tab.page


def cards(page: Page) -> Locator:
    return page.locator("gallery-card")


def titles(page: Page) -> list[str]:
    return cards(page).locator(".title").all_inner_texts()


def chosen(page: Page) -> list[str]:
    return page.locator('gallery-card[aria-selected="true"] .title').all_inner_texts()


def bar(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Chosen pictures")


def check(page: Page, number: int, **how: object) -> None:
    cards(page).nth(number).hover()
    cards(page).nth(number).get_by_role("button", name="Select").click(**how)  # type: ignore[arg-type]


def kept(person: Person, path: str = "/v1/gallery/") -> list[str]:
    return [item["title"] for item in person.asks(path)["items"]]


def test_a_click_chooses_and_shift_goes_on_to_there(six: Found) -> None:
    page = six[1]
    check(page, 1)
    assert chosen(page) == ["b"]
    cards(page).nth(3).locator(".open").click(modifiers=["Shift"])
    expect(bar(page)).to_contain_text("3 chosen")
    assert chosen(page) == ["b", "c", "d"]
    cards(page).nth(2).locator(".open").click()  # no viewer opens as long as something is chosen
    expect(bar(page)).to_contain_text("2 chosen")
    assert chosen(page) == ["b", "d"]
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    assert chosen(page) == []


def test_it_is_done_by_keyboard_alone(six: Found) -> None:
    person, page = six
    cards(page).first.locator(".open").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(bar(page)).to_contain_text("3 chosen")
    page.keyboard.press("Delete")
    expect(cards(page)).to_have_count(3)
    expect(cards(page).first.locator(".open")).to_be_focused()
    eventually(lambda: kept(person) == ["d", "e", "f"])
    page.keyboard.press("Control+z")
    expect(cards(page)).to_have_count(6)
    eventually(lambda: kept(person) == NAMES)
    for place_of_focus in (cards(page).first.locator(".open"), bar(page).get_by_role("button", name="Favourite")):
        cards(page).first.locator(".open").focus()
        page.keyboard.press("Escape")
        page.keyboard.press("Space")
        place_of_focus.focus()
        page.keyboard.press("Control+a")
        expect(bar(page)).to_contain_text("6 chosen")


def test_a_rectangle_chooses_what_it_touches(six: Found) -> None:
    page = six[1]
    left, top, width, height = place(cards(page).nth(4))
    page.mouse.move(left - 10, top + height + 20)
    page.mouse.down()
    page.mouse.move(left + 30, top + 30, steps=4)
    page.mouse.move(left + width + 40, top + 20, steps=4)
    expect(page.locator(".band")).to_be_visible()
    assert chosen(page) == ["e", "f"]
    page.mouse.up()
    expect(page.locator(".band")).to_have_count(0)
    expect(bar(page)).to_contain_text("2 chosen")
    page.mouse.click(left - 10, top + height + 20)
    expect(bar(page)).to_be_hidden()


def test_a_long_press_chooses(newcomer: Callable[..., Person]) -> None:
    person = newcomer(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    tab = person.opens("/gallery/")
    for name in ("b", "a"):
        bring(person, tab, Image.linear_gradient("L").resize((64, 48)), f"{name}.png")
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(2)
    left, top, width, height = place(cards(tab.page).first)
    session = person.context.new_cdp_session(tab.page)
    finger = [{"x": left + width / 2, "y": top + height / 3}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": finger})
    expect(bar(tab.page)).to_contain_text("1 chosen")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    cards(tab.page).nth(1).locator(".open").tap()
    expect(bar(tab.page)).to_contain_text("2 chosen")
    assert complaints(tab.page) == []


def test_the_trash_takes_many_and_gives_them_back(six: Found) -> None:
    person, page = six
    check(page, 0)
    check(page, 4, modifiers=["Shift"])
    bar(page).get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("5 pictures are in the trash now").first).to_be_visible()
    expect(cards(page)).to_have_count(1)
    page.get_by_role("link", name="Trash").click()
    expect(cards(page).locator("img.loaded")).to_have_count(5)
    check(page, 0)
    check(page, 1)
    bar(page).get_by_role("button", name="Restore").click()
    expect(cards(page)).to_have_count(3)
    eventually(lambda: kept(person) == ["a", "b", "f"])
    page.get_by_role("button", name="Undo").click()
    expect(cards(page)).to_have_count(5)
    eventually(lambda: kept(person) == ["f"])
    page.keyboard.press("Escape")
    cards(page).first.locator(".open").focus()
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Delete for good").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    eventually(lambda: kept(person, "/v1/gallery/deleted/") == [])


def test_favourites_are_undone_as_they_were(six: Found) -> None:
    person, page = six
    check(page, 0)
    bar(page).get_by_role("button", name="Favourite").click()
    expect(cards(page).first).to_have_attribute("data-favorite", "")
    eventually(lambda: kept(person, "/v1/gallery/?favorite=true") == ["a"])  # the page shows it before the studio knows
    check(page, 1)
    bar(page).get_by_role("button", name="Favourite").click()
    expect(page.get_by_text("1 picture is a favourite now").first).to_be_visible()  # the other one was one before
    eventually(lambda: kept(person, "/v1/gallery/?favorite=true") == ["a", "b"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("gallery-card[data-favorite]")).to_have_count(1)
    eventually(lambda: kept(person, "/v1/gallery/?favorite=true") == ["a"])


def test_chosen_ones_go_into_a_new_album(six: Found) -> None:
    person, page = six
    check(page, 0)
    check(page, 2, modifiers=["Shift"])
    bar(page).get_by_role("button", name="Add to an album").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title of the new album").fill("Sea")
    assert complaints(page) == []
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("3 pictures are in “Sea” now").first).to_be_visible()
    (album,) = person.asks("/v1/gallery/albums/")["items"]
    assert (album["title"], album["count"]) == ("Sea", 3)
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: person.asks("/v1/gallery/albums/")["items"][0]["count"] == 0)


def test_chosen_ones_are_downloaded_as_one_file(six: Found) -> None:
    page = six[1]
    check(page, 0)
    check(page, 1)
    with page.expect_download() as download:
        bar(page).get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(".zip")


def test_a_new_title_is_undone(six: Found) -> None:
    person, page = six
    cards(page).first.hover()
    cards(page).first.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Title").fill("Mars")
    page.get_by_label("Title").press("Enter")
    expect(cards(page).locator(".title").first).to_have_text("Mars")
    page.keyboard.press("Control+z")
    expect(cards(page).locator(".title").first).to_have_text("a")
    eventually(lambda: kept(person) == NAMES)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_what_is_chosen_keeps_nobody_out(six: Found, width: int) -> None:
    page = six[1]
    page.set_viewport_size({"width": width, "height": 700})
    cards(page).first.locator(".open").focus()
    page.keyboard.press("Space")
    expect(bar(page)).to_be_visible()
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert complaints(page) == []
    page.get_by_role("link", name="Trash").click()
    expect(cards(page)).to_have_count(1)
    assert complaints(page) == []
