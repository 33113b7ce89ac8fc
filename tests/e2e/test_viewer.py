"""The viewer: closer, on and back, compared, and away again without leaving the page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.held import HeldRequests
from tests.e2e.person import Person, Tab, drag, go, place
from tests.e2e.reading import complaints
from tests.e2e.touching import fingers, line
from tests.support.serving import eventually

LARGE = (2400, 1600)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MOVING = "document.querySelector('zoom-stage').getAnimations({ subtree: true }).length > 0"
NAMES = ("first", "second", "third")  # the newest is the first of the gallery


def large() -> Image.Image:
    return Image.linear_gradient("L").resize(LARGE).convert("RGB")


@pytest.fixture(scope="module")
def chat(shared_person: Person) -> Tab:
    """A photo's line of three: sent, made warmer, made brighter."""
    tab = shared_person.opens()
    picture = bring(shared_person, tab, large(), "mountain.png")
    go(tab.page, f"/?source={picture['id']}")
    expect(tab.page.locator("photo-chip")).to_contain_text("Your next message edits this picture")
    tab.says("make it warmer")
    tab.shows(1)
    tab.says("make it brighter")
    tab.shows(2)
    return tab


@pytest.fixture
def tab(chat: Tab) -> Tab:
    chat.page.bring_to_front()
    if viewer(chat.page).count():
        close(chat.page)
    return chat


@pytest.fixture
def gallery(person: Person) -> Page:
    tab = person.opens("/gallery/")
    for name in reversed(NAMES):
        bring(person, tab, Image.new("RGB", (320, 240), "#6a8f5a"), f"{name}.png")
    go(tab.page, "/")
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(3)
    return tab.page


def viewer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Picture")


def look(tab: Tab, number: int = -1) -> Locator:
    tab.boxes.nth(number).locator("button.open").click()
    expect(viewer(tab.page).locator("zoom-stage img.loaded").first).to_be_visible()
    return viewer(tab.page)


def close(page: Page) -> None:
    viewer(page).get_by_role("button", name="Close").click()
    expect(viewer(page)).to_have_count(0)


def button(page: Page, name: str) -> Locator:
    return viewer(page).get_by_role("button", name=name, exact=True)


def said(page: Page) -> Locator:
    return viewer(page).get_by_role("status")


def percent(page: Page) -> int:
    found = re.search(r"(\d+) %", viewer(page).locator(".percent").inner_text())
    assert found
    return int(found[1])


def shown(page: Page) -> tuple[float, float, float, float]:
    """Where the picture lies, once nothing moves any more."""
    eventually(lambda: not page.evaluate(MOVING))
    return place(page.locator("zoom-stage .plane").first)


def near(*pixels: float) -> Any:
    """A tenth of a pixel is the browser's."""
    return pytest.approx(pixels, abs=0.1)


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Which part of the picture lies at a place of the screen."""
    left, top, width, height = shown(page)
    return (x - left) / width, (y - top) / height


# Away


def test_back_closes_it_and_leaves_the_chat_where_it_was(tab: Tab) -> None:
    address = tab.page.url
    look(tab)
    tab.page.go_back()
    expect(viewer(tab.page)).to_have_count(0)
    expect(tab.pictures).to_have_count(2)
    assert tab.page.url == address
    expect(tab.boxes.last.locator("button.open")).to_be_focused()


@pytest.mark.parametrize("how", ["Close", "Escape", "beside"])
def test_closed_by_other_means_it_leaves_nothing_to_go_back_to(gallery: Page, how: str) -> None:
    gallery.locator("gallery-card .open").first.click()
    expect(viewer(gallery)).to_be_visible()
    if how == "Close":
        close(gallery)
    elif how == "Escape":
        gallery.keyboard.press("Escape")
    else:
        x, y, _, height = place(gallery.locator("zoom-stage"))
        gallery.mouse.click(x + 100, y + height - 10)
    expect(viewer(gallery)).to_have_count(0)
    eventually(lambda: gallery.evaluate("!history.state?.overlays"))
    gallery.go_back()
    expect(gallery).not_to_have_url(re.compile("/gallery/"))


def test_back_closes_it_in_the_gallery_too(gallery: Page) -> None:
    gallery.locator("gallery-card .open").nth(1).click()
    expect(viewer(gallery)).to_be_visible()
    gallery.go_back()
    expect(viewer(gallery)).to_have_count(0)
    expect(gallery).to_have_url(re.compile("/gallery/$"))
    expect(gallery.locator("gallery-card .open").nth(1)).to_be_focused()


def test_after_a_reload_back_leads_on(gallery: Page) -> None:
    gallery.locator("gallery-card .open").first.click()
    expect(viewer(gallery)).to_be_visible()
    gallery.reload()
    expect(gallery.locator("gallery-card img.loaded")).to_have_count(3)
    expect(viewer(gallery)).to_have_count(0)
    gallery.go_back()
    expect(gallery).not_to_have_url(re.compile("/gallery/"))


def test_what_is_asked_for_in_it_happens_once_it_is_gone(tab: Tab) -> None:
    address = tab.page.url
    look(tab, 0)
    button(tab.page, "Edit from here").click()
    expect(tab.page.locator("photo-chip")).to_be_visible()
    assert tab.page.url == address
    assert tab.page.evaluate("history.state?.overlays ?? 0") == 0
    tab.button("Remove the photo").click()


def test_a_press_on_the_picture_does_not_close_it(tab: Tab) -> None:
    look(tab)
    x, y, width, height = shown(tab.page)
    tab.page.clock.install()
    tab.page.mouse.click(x + width / 2, y + height / 2)
    tab.page.clock.run_for(1000)  # longer than a second press would be waited for
    expect(viewer(tab.page)).to_be_visible()
    close(tab.page)


# On and back


def test_arrows_buttons_and_keys_go_on_and_back(gallery: Page) -> None:
    gallery.locator("gallery-card .open").first.click()
    expect(viewer(gallery).locator(".words")).to_have_text("first")
    expect(viewer(gallery).locator(".position")).to_have_text("1 of 3")
    gallery.keyboard.press("ArrowRight")
    expect(viewer(gallery).locator(".words")).to_have_text("second")
    expect(said(gallery)).to_have_text("Picture 2 of 3: second")
    button(gallery, "Next picture").click()
    expect(viewer(gallery).locator(".words")).to_have_text("third")
    expect(button(gallery, "Next picture")).to_be_focused()
    expect(button(gallery, "Next picture")).to_have_attribute("aria-disabled", "true")
    gallery.keyboard.press("ArrowRight")
    expect(said(gallery)).to_have_text("This is the last picture.")
    gallery.keyboard.press("PageUp")
    gallery.keyboard.press("ArrowLeft")
    expect(viewer(gallery).locator(".words")).to_have_text("first")
    gallery.keyboard.press("ArrowRight")
    gallery.keyboard.press("Escape")
    expect(viewer(gallery)).to_have_count(0)
    expect(gallery.locator("gallery-card .open").nth(1)).to_be_focused()  # where one stopped looking


def test_in_a_chat_it_goes_through_the_conversation(tab: Tab) -> None:
    look(tab, 0)
    expect(viewer(tab.page).locator(".words")).to_have_text("make it warmer")
    tab.page.keyboard.press("ArrowLeft")
    expect(said(tab.page)).to_have_text("This is the first picture.")
    tab.page.keyboard.press("ArrowRight")
    expect(viewer(tab.page).locator(".words")).to_have_text("make it brighter")
    line_buttons = viewer(tab.page).locator("lineage-strip li button")
    expect(line_buttons).to_have_count(3)
    line_buttons.first.click()  # the photo, which no message shows
    expect(viewer(tab.page).locator(".words")).to_have_text("mountain")
    tab.page.keyboard.press("PageUp")
    expect(viewer(tab.page).locator(".words")).to_have_text("make it brighter")
    close(tab.page)


def test_more_of_the_gallery_is_fetched_on_the_way(person: Person) -> None:
    tab = person.opens("/gallery/")
    for i in range(26):
        bring(person, tab, Image.new("RGB", (32, 24), "#6a8f5a"), f"{i}.png")
    tab.page.reload()
    cards = tab.page.locator("gallery-card")
    expect(cards.first.locator("img.loaded")).to_be_visible()
    known = cards.count()
    assert known < 26
    cards.last.locator(".open").focus()
    tab.page.keyboard.press("Enter")
    expect(viewer(tab.page).locator(".position")).to_have_text(f"{known} of 26")
    tab.page.keyboard.press("ArrowRight")
    expect(viewer(tab.page).locator(".position")).to_have_text(f"{known + 1} of 26")
    tab.page.keyboard.press("Escape")
    expect(cards.filter(has=tab.page.get_by_text(f"{25 - known}", exact=True)).locator(".open")).to_be_focused()


# Closer


def test_the_wheel_zooms_around_the_pointer(tab: Tab) -> None:
    look(tab)
    before = percent(tab.page)
    x, y, width, height = shown(tab.page)
    at = x + 0.3 * width, y + 0.6 * height
    tab.page.mouse.move(*at)
    tab.page.mouse.wheel(0, -600)
    expect(viewer(tab.page).locator(".percent")).not_to_have_text(f"{before} %")
    assert percent(tab.page) > before
    assert spot(tab.page, *at) == pytest.approx((0.3, 0.6), abs=0.01)
    tab.page.mouse.wheel(0, 3000)
    expect(viewer(tab.page).locator(".percent")).to_have_text(f"{before} %")
    assert shown(tab.page) == near(x, y, width, height)
    close(tab.page)


def test_a_double_click_shows_a_hundred_percent_at_the_pointer_and_dragging_moves(tab: Tab) -> None:
    look(tab)
    x, y, width, height = shown(tab.page)
    at = x + 0.4 * width, y + 0.5 * height
    tab.page.mouse.dblclick(*at)
    expect(viewer(tab.page).locator(".percent")).to_have_text("100 %")
    assert shown(tab.page)[2:] == near(*LARGE)
    assert spot(tab.page, *at) == pytest.approx((0.4, 0.5), abs=0.01)
    expect(said(tab.page)).to_have_text("Zoom 100 %")
    left, top, *_ = shown(tab.page)
    tab.page.mouse.move(*at)
    tab.page.mouse.down()
    tab.page.mouse.move(at[0] + 120, at[1] - 80, steps=5)
    tab.page.mouse.up()
    assert shown(tab.page)[:2] == near(left + 120, top - 80)
    tab.page.mouse.dblclick(*at)
    assert shown(tab.page) == near(x, y, width, height)
    close(tab.page)


def test_keys_zoom_and_then_move(tab: Tab) -> None:
    look(tab)
    fitted = shown(tab.page)
    keys = tab.page.keyboard
    keys.press("1")
    assert shown(tab.page)[2:] == near(*LARGE)
    expect(viewer(tab.page).locator(".words")).to_have_text("make it brighter")
    left = shown(tab.page)[0]
    keys.press("ArrowRight")
    assert shown(tab.page)[0] == pytest.approx(left - 60, abs=0.1)
    keys.press("+")
    assert percent(tab.page) == 125
    keys.press("-")
    keys.press("-")
    assert percent(tab.page) == 80
    keys.press("0")
    assert shown(tab.page) == near(*fitted)
    button(tab.page, "Zoom in").click()
    assert shown(tab.page)[2] > fitted[2]
    viewer(tab.page).locator(".percent").click()
    assert shown(tab.page) == near(*fitted)
    close(tab.page)


def test_nothing_moves_by_itself_for_those_who_do_not_want_it(newcomer: Callable[..., Person]) -> None:
    person = newcomer(reduced_motion="reduce")
    tab = person.opens("/gallery/")
    bring(person, tab, large())
    tab.page.reload()
    tab.page.locator("gallery-card .open").click()
    expect(viewer(tab.page)).to_be_visible()
    tab.page.keyboard.press("1")
    assert not tab.page.evaluate(MOVING)
    assert place(tab.page.locator("zoom-stage .plane"))[2:] == near(*LARGE)


# Fingers


@pytest.fixture
def phone(newcomer: Callable[..., Person]) -> Page:
    person = newcomer(**PHONE)
    tab = person.opens("/gallery/")
    for name in ("second", "first"):
        bring(person, tab, large(), f"{name}.png")
    tab.page.reload()
    tab.page.locator("gallery-card .open").first.tap()
    expect(viewer(tab.page).locator("zoom-stage img.loaded")).to_be_visible()
    return tab.page


def test_a_swipe_goes_on_and_back(phone: Page) -> None:
    x, y, width, height = place(phone.locator("zoom-stage"))
    middle = y + height / 3
    fingers(phone, line((x + 0.8 * width, middle), (x + 0.2 * width, middle)))
    expect(viewer(phone).locator(".words")).to_have_text("second")
    fingers(phone, line((x + 0.2 * width, middle), (x + 0.8 * width, middle)))
    expect(viewer(phone).locator(".words")).to_have_text("first")
    fingers(phone, line((x + 0.5 * width, middle), (x + 0.45 * width, middle)))  # not far enough
    expect(viewer(phone).locator(".words")).to_have_text("first")
    assert phone.evaluate("getComputedStyle(document.querySelector('zoom-stage')).getPropertyValue('--pull')") == ""


def test_a_swipe_down_closes_it_and_the_page_stays(phone: Page) -> None:
    x, y, width, height = place(phone.locator("zoom-stage"))
    fingers(phone, line((x + width / 2, y + 0.2 * height), (x + width / 2, y + 0.7 * height)))
    expect(viewer(phone)).to_have_count(0)
    expect(phone).to_have_url(re.compile("/gallery/"))
    expect(phone.locator("gallery-card img.loaded")).to_have_count(2)


def test_two_fingers_zoom_around_their_middle(phone: Page) -> None:
    x, y, width, height = shown(phone)
    middle = x + 0.6 * width, y + 0.5 * height
    before = percent(phone)
    fingers(
        phone,
        line((middle[0] - 20, middle[1]), (middle[0] - 60, middle[1])),
        line((middle[0] + 20, middle[1]), (middle[0] + 60, middle[1])),
    )
    assert percent(phone) == pytest.approx(3 * before, abs=2)
    assert spot(phone, *middle) == pytest.approx((0.6, 0.5), abs=0.02)
    left, *_ = shown(phone)
    fingers(phone, line(middle, (middle[0] - 40, middle[1])))  # enlarged, a finger moves it and goes nowhere else
    assert shown(phone)[0] == pytest.approx(left - 40, abs=1)
    expect(viewer(phone).locator(".words")).to_have_text("first")


def test_a_double_tap_zooms(phone: Page) -> None:
    x, y, width, height = shown(phone)
    for _ in range(2):
        fingers(phone, [(x + width / 2, y + height / 2)])
    expect(viewer(phone).locator(".percent")).to_have_text("100 %")


# Two pictures


def test_two_are_compared_at_one_zoom_with_the_original_too(tab: Tab) -> None:
    look(tab)
    fitted = shown(tab.page)
    button(tab.page, "Compare").click()
    slider = viewer(tab.page).get_by_role("slider", name="Before and after")
    expect(slider).to_be_focused()
    images = viewer(tab.page).locator("zoom-stage img.loaded")
    expect(images).to_have_count(2)
    assert place(images.nth(0)) == place(images.nth(1)) == near(*fitted)
    choice = viewer(tab.page).get_by_label("Compare with")
    expect(choice.locator("option")).to_have_text(["The one before", "The original"])
    tab.page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "49% before, 51% after")
    tab.page.keyboard.press("1")
    at_hundred = shown(tab.page)
    assert at_hundred[2:] == near(*LARGE)
    choice.select_option("The original")
    expect(said(tab.page)).to_have_text("Comparing with: The original")
    expect(images).to_have_count(2)
    original = tab.page.evaluate("document.querySelector('.before img').src")
    assert original != tab.page.evaluate("document.querySelector('.after img').src")
    assert place(images.nth(0)) == place(images.nth(1)) == near(*at_hundred)  # the place and the zoom stay
    tab.page.keyboard.press("Escape")  # ends the comparison, not the viewer
    expect(slider).to_have_count(0)
    expect(button(tab.page, "Compare")).to_be_focused()
    close(tab.page)


def test_the_line_between_two_is_dragged_and_the_rest_moves_them(tab: Tab) -> None:
    look(tab)
    expect(button(tab.page, "Compare")).to_be_enabled()  # once its line is known
    tab.page.keyboard.press("c")
    slider = viewer(tab.page).get_by_role("slider", name="Before and after")
    x, y, width, height = place(tab.page.locator("zoom-stage"))
    tab.page.mouse.click(x + 0.25 * width, y + height / 2)
    expect(slider).to_have_attribute("aria-valuetext", "25% before, 75% after")
    viewer(tab.page).locator(".percent").click()
    left, top, *_ = shown(tab.page)
    drag(tab.page, (x + 0.6 * width, y + height / 2), (x + 0.6 * width + 50, y + height / 2))
    expect(slider).to_have_attribute("aria-valuetext", "25% before, 75% after")
    assert shown(tab.page)[:2] == near(left + 50, top)
    drag(tab.page, (x + 0.25 * width, y + height / 2), (x + 0.75 * width, y + height / 2))
    expect(slider).to_have_attribute("aria-valuetext", "75% before, 25% after")
    assert shown(tab.page)[:2] == near(left + 50, top)
    close(tab.page)


def test_escape_ends_the_comparison_of_a_card(tab: Tab) -> None:
    box = tab.boxes.last
    box.hover()
    compare = box.get_by_role("button", name="Compare")
    compare.click()
    slider = box.get_by_role("slider", name="Before and after")
    expect(slider).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(slider).to_have_count(0)
    expect(compare).to_be_focused()
    expect(compare).to_have_attribute("aria-pressed", "false")


# For shared_person


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_in_it_keeps_anybody_out(newcomer: Callable[..., Person], width: int) -> None:
    person = newcomer(viewport={"width": width, "height": 700})
    tab = person.opens()
    tab.paints("a snowy forest")
    tab.says("make it bluer")
    tab.shows(2)
    look(tab)
    expect(button(tab.page, "Compare")).to_be_enabled()
    assert complaints(tab.page) == []
    tab.page.keyboard.press("c")
    expect(viewer(tab.page).locator("zoom-stage img.loaded")).to_have_count(2)
    assert complaints(tab.page) == []
    for name in ("Close", "Compare", "Edit from here", "Export…", "Previous picture"):
        expect(button(tab.page, name)).to_be_in_viewport(ratio=1)
    assert tab.page.evaluate("document.querySelector('.viewer').scrollWidth <= innerWidth")


# Windows are fetched when they are asked for


@pytest.mark.parametrize("locale", ["en-US", "vi-VN"])
def test_on_a_phone_its_buttons_are_one_row(newcomer: Callable[..., Person], locale: str) -> None:
    person = newcomer(locale=locale, viewport={"width": 390, "height": 800})
    tab = person.opens("/gallery/")
    bring(person, tab, Image.new("RGB", (64, 48), "teal"))
    go(tab.page, "/gallery/")
    tab.page.locator("gallery-card .open").click()
    buttons = tab.page.locator(".viewer .buttons :is(button, a)")
    expect(buttons).to_have_count(5)
    places = [place(button) for button in buttons.all()]
    assert len({top for _, top, _, _ in places}) == 1
    assert all(left >= 0 and left + width <= 390 for left, _, width, _ in places)


def test_a_window_that_cannot_be_fetched_says_so(newcomer: Callable[..., Person]) -> None:
    person = newcomer()
    person.excused = "ERR_FAILED"
    person.context.route("**/picture/viewer*.js", lambda route: route.abort())
    tab = person.opens()
    tab.paints()
    tab.page.locator("picture-box button.open").click()
    expect(tab.page.locator("#notice")).to_contain_text("The studio cannot be reached right now")
    person.context.unroute("**/picture/viewer*.js")
    tab.page.locator("picture-box button.open").click()
    expect(viewer(tab.page)).to_be_visible()


def test_two_presses_open_one_window(newcomer: Callable[..., Person]) -> None:
    tab = newcomer().opens()
    held = HeldRequests(tab.page, "**/picture/viewer*.js")
    tab.paints()
    for _ in range(2):
        tab.page.locator("picture-box button.open").click()
    held.let_go()
    expect(viewer(tab.page)).to_be_visible()
    expect(tab.page.locator("picture-viewer")).to_have_count(1)
