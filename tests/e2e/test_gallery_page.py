"""The gallery page: favourites, titles, the trash, tools in place, one's place in it, and the way back into a chat."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.held import HeldRequests
from tests.e2e.outages import standing_still
from tests.e2e.person import SMALL, Person, Tab, new_context, place, says_how_far_it_is
from tests.e2e.reading import complaints
from tests.support.serving import Serving, eventually

LARGE = (1400, 1000)  # of which one can get hold while it is enhanced


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
    button = card.get_by_role("button", name=name, exact=True)
    if not button.count():
        card.get_by_role("button", name="More", exact=True).click()
        button = card.get_by_role("menuitem", name=name, exact=True)
    button.click()


def test_a_favourite_stays_one(page: Page) -> None:
    act(cards(page).first, "Favourite")
    for _ in ("now", "after a reload"):
        expect(cards(page).first).to_have_attribute("data-favorite", "")
        expect(cards(page).last).not_to_have_attribute("data-favorite", "")
        cards(page).first.hover()
        expect(cards(page).first.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
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
    chat.shows(2)
    act(cards(page).first, "Move to the trash")
    expect(cards(page)).to_have_count(1)
    expect(chat.boxes.get_by_text("This picture was deleted.")).to_have_count(1)
    page.get_by_role("link", name="Trash").click()
    expect(cards(page)).to_have_count(1)
    expect(cards(page).locator("img.loaded")).to_have_count(1)  # small, and for its owner alone
    expect(cards(page).locator(".title")).to_have_text("30 days left")
    trashed = person.asks("/v1/gallery/deleted/")["items"][0]
    assert person.context.request.get(trashed["trash_thumbnail_url"]).ok
    act(cards(page).first, "Restore")
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    expect(cards(page).locator("img.loaded")).to_have_count(2)
    chat.shows(2)


def test_the_trash_waits_for_a_picture_that_is_on_its_way_there(page: Page) -> None:
    held = HeldRequests(page, "**/v1/gallery/bulk/")
    act(cards(page).first, "Move to the trash")
    held.first()
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_role("link", name="Trash")).to_have_attribute("aria-current", "page")
    held.let_go()
    expect(cards(page)).to_have_count(1)
    expect(cards(page).locator(".title")).to_have_text("30 days left")


def test_what_is_deleted_for_good_is_gone_from_everywhere(person: Person, page: Page) -> None:
    newest = person.asks("/v1/gallery/")["items"][0]
    with page.expect_response(lambda answer: answer.request.method in ("DELETE", "POST") and answer.ok):
        act(cards(page).first, "Move to the trash")
    page.get_by_role("link", name="Trash").click()
    act(cards(page).first, "Delete for good")
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert person.context.request.get(f"/v1/gallery/{newest['id']}/").status == 404
    assert person.context.request.get(newest["url"]).status == 404
    person.excused = "status of 404"  # the chat as it was last seen comes first, with its picture
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


# Tools in place


@pytest.fixture
def photos(person: Person) -> Page:
    """The gallery of somebody with three photos, the newest one first."""
    tab = person.opens("/gallery/")
    for name in ("third", "second", "first"):
        bring(person, tab, Image.linear_gradient("L").resize((160, 120)).convert("RGB"), f"{name}.png")
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(3)
    return tab.page


def titles(page: Page) -> list[str]:
    return cards(page).locator(".title").all_inner_texts()


def test_a_tool_works_beside_its_picture_and_no_chat_is_opened(person: Person, photos: Page) -> None:
    act(cards(photos).nth(1), "Enhance")
    expect(photos.locator("work-card").or_(cards(photos).nth(3))).to_be_visible()
    expect(cards(photos).locator("img.loaded")).to_have_count(4)
    assert titles(photos) == ["first", "Enhance this picture", "second", "third"]
    expect(photos.get_by_role("log")).to_contain_text("The picture is ready: Enhance this picture")
    expect(photos).to_have_url(re.compile("/gallery/$"))
    newest, _, second, _ = person.asks("/v1/gallery/")["items"]
    assert (newest["parent_id"], newest["width"]) == (second["id"], 320)
    assert person.asks("/api/v1/chat/sessions/")["items"] == []
    photos.reload()
    expect(cards(photos)).to_have_count(4)
    eventually(lambda: titles(photos) == ["Enhance this picture", "first", "second", "third"])


def test_a_style_from_the_viewer_comes_beside_its_picture_too(photos: Page) -> None:
    cards(photos).nth(2).locator(".open").click()
    viewer = photos.get_by_role("dialog", name="Picture")
    viewer.get_by_role("button", name="Style").click()
    viewer.get_by_role("menuitem", name="Sepia").click()
    expect(viewer).to_have_count(0)
    expect(cards(photos).locator("img.loaded")).to_have_count(4)
    assert titles(photos) == ["first", "second", "Sepia style", "third"]


def test_what_should_go_is_painted_over_in_the_gallery(person: Person, photos: Page) -> None:
    act(cards(photos).first, "Remove object")
    brush = photos.get_by_role("dialog", name="Paint over what should go")
    expect(brush).to_be_visible()
    photos.keyboard.press("Space")
    brush.get_by_role("button", name="Remove", exact=True).click()
    expect(cards(photos).locator("img.loaded")).to_have_count(4)
    assert person.asks("/v1/gallery/")["items"][0]["intent"] == "remove_object"


def test_where_no_picture_comes_there_is_a_sentence_to_dismiss(photos: Page) -> None:
    act(cards(photos).first, "Remove object")
    brush = photos.get_by_role("dialog", name="Paint over what should go")
    brush.get_by_label("What should go").fill("the tree")
    brush.get_by_role("button", name="Remove", exact=True).click()
    work = photos.locator("work-card")
    expect(work.locator(".say")).to_contain_text("To remove something, paint over it with the brush")
    work.get_by_role("button", name="Dismiss").click()
    expect(work).to_have_count(0)
    expect(cards(photos).first.locator(".open")).to_be_focused()


@pytest.fixture
def slow(person: Person) -> Page:
    """With one photo that takes its time."""
    tab = person.opens("/gallery/")
    bring(person, tab, Image.effect_noise(LARGE, 60).convert("RGB"))
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(1)
    return tab.page


@contextmanager
def under_way(server: Serving, page: Page) -> Iterator[Locator]:
    """The card of what has begun, says how far it is, and then stands still."""
    work = page.locator("work-card")
    with standing_still(server) as work_until:
        act(cards(page), "Enhance")
        expect(work).to_have_count(1)
        work_until(lambda: says_how_far_it_is(work))
        yield work


def test_what_is_under_way_says_how_far_it_is_and_can_be_stopped(server: Serving, slow: Page) -> None:
    with under_way(server, slow) as work:
        expect(work.locator(".word")).to_have_text(re.compile(r"editing \d+%"))
        expect(work.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
        work.get_by_role("button", name="Stop").click()
        expect(work.locator(".say")).to_have_text("Stopped.")
        expect(cards(slow)).to_have_count(1)
    work.get_by_role("button", name="Try again").click()
    expect(cards(slow).locator("img.loaded")).to_have_count(2)
    expect(work).to_have_count(0)


def test_what_is_under_way_is_there_again_after_a_reload(server: Serving, slow: Page) -> None:
    with under_way(server, slow):
        slow.reload()
        expect(slow.locator("work-card")).to_have_count(1)
    expect(cards(slow).locator("img.loaded")).to_have_count(2)
    expect(slow.locator("work-card")).to_have_count(0)


def test_what_is_under_way_is_there_again_after_a_look_into_the_trash(server: Serving, slow: Page) -> None:
    with under_way(server, slow):
        slow.get_by_role("link", name="Trash").click()
        expect(slow.get_by_text("The trash is empty.")).to_be_visible()
        slow.get_by_role("link", name="Pictures", exact=True).click()
        expect(slow.locator("work-card .word")).to_have_text(re.compile("editing"))
    expect(cards(slow).locator("img.loaded")).to_have_count(2)
    expect(slow.locator("work-card")).to_have_count(0)


def test_what_could_not_be_sent_is_tried_again_and_made_once(person: Person, photos: Page) -> None:
    person.excused = "net::ERR_"
    answered: list[str] = []

    def lose(route: object) -> None:
        """The studio gets it; its answer never arrives."""
        answered.append(route.fetch().text())  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    photos.route("**/v1/image/generate/", lose)
    act(cards(photos).first, "Enhance")
    work = photos.locator("work-card")
    expect(work.locator(".say")).to_have_text("The studio cannot be reached right now.")
    assert len(answered) == 1
    photos.unroute("**/v1/image/generate/")
    work.get_by_role("button", name="Try again").click()
    expect(cards(photos).locator("img.loaded")).to_have_count(4)
    expect(work).to_have_count(0)
    assert len(person.asks("/v1/gallery/")["items"]) == 4


# By keyboard


def test_the_grid_is_one_stop_and_tab_goes_on_to_what_can_be_done(photos: Page) -> None:
    keys = photos.keyboard
    opens = photos.locator("gallery-card .open")
    opens.first.focus()
    keys.press("ArrowRight")
    expect(opens.nth(1)).to_be_focused()
    keys.press("Tab")
    reached = []
    for _ in range(12):
        reached.append(photos.evaluate("document.activeElement.title"))
        if reached[-1] == "More":
            break
        keys.press("ArrowRight")
    assert reached == ["Adjust", "Enhance", "Remove background", "Remove object", "Style", "Favourite", "More"]
    keys.press("Enter")
    menu = photos.get_by_role("menu", name="More")
    expect(menu.get_by_role("menuitem", name="Edit in a chat")).to_be_focused()
    keys.press("Escape")
    expect(cards(photos).nth(1).get_by_role("button", name="More")).to_be_focused()
    keys.press("Shift+Tab")
    expect(opens.nth(1)).to_be_focused()
    keys.press("End")
    expect(opens.last).to_be_focused()
    keys.press("Home")
    expect(opens.first).to_be_focused()
    assert photos.locator('.open[tabindex="0"]').count() == 1


def test_up_and_down_lead_to_the_pictures_above_and_below(photos: Page) -> None:
    photos.set_viewport_size({"width": 700, "height": 700})
    expect(photos.get_by_role("grid", name="Pictures")).to_have_attribute("aria-colcount", "2")
    opens = photos.locator("gallery-card .open")
    opens.first.focus()
    photos.keyboard.press("ArrowDown")
    expect(opens.nth(2)).to_be_focused()
    photos.keyboard.press("ArrowUp")
    expect(opens.first).to_be_focused()


def test_there_is_nothing_under_a_picture_but_its_name(photos: Page) -> None:
    for hovered in (False, True):
        if hovered:
            cards(photos).first.hover()
        _, top, _, height = place(cards(photos).first)
        _, frame_top, _, frame_height = place(cards(photos).first.locator(".open"))
        assert top == frame_top
        assert height - frame_height <= 44
    expect(cards(photos).first.locator("quick-actions")).to_have_css("opacity", "1")


def test_with_a_finger_the_menu_has_the_tools(newcomer: Callable[..., Person]) -> None:
    person = newcomer(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    tab = person.opens("/gallery/")
    bring(person, tab, Image.new("RGB", (160, 120), "#6a8f5a"))
    tab.page.reload()
    cards(tab.page).get_by_role("button", name="More").tap()
    tab.page.get_by_role("menuitem", name="Sepia").tap()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(2)
    assert titles(tab.page)[0] == "Sepia style"


# One's place


@pytest.fixture(scope="module")
def collector(server: Serving, browser: Browser) -> Iterator[Person]:
    """With more pictures than a window has."""
    with Person(new_context(browser, server.address, viewport={"width": 600, "height": 500})) as person:
        tab = person.opens("/gallery/")
        for i in range(28):
            bring(person, tab, Image.new("RGB", (32, 24), "#6a8f5a"), f"photo {i}.png")
        tab.page.close()
        yield person


@pytest.fixture
def many(collector: Person) -> Iterator[Page]:
    """A long way down."""
    tab = collector.opens("/gallery/")
    expect(cards(tab.page).first.locator("img.loaded")).to_be_visible()
    tab.page.evaluate("scrollTo(0, 1800)")
    expect(far(tab.page)).to_be_in_viewport()
    eventually(lambda: tab.page.evaluate("history.state?.place?.index > 0 && history.state.place.y === scrollY"))
    yield tab.page
    tab.page.close()


def far(page: Page) -> Locator:
    """A picture that lies a long way down."""
    return cards(page).filter(has=page.get_by_text("photo 12", exact=True))


def heights(page: Page) -> float:
    """Where it lies in the window."""
    expect(far(page)).to_be_visible()
    return place(far(page))[1]


def test_a_reload_returns_to_the_place(many: Page) -> None:
    before = heights(many)
    many.reload()
    eventually(lambda: abs(heights(many) - before) < 2)


def test_back_from_a_chat_returns_to_the_place(many: Page) -> None:
    act(far(many), "Edit in a chat")
    expect(many.locator("photo-chip")).to_be_visible()
    many.go_back()
    expect(far(many)).to_be_in_viewport()
    expect(cards(many).filter(has=many.get_by_text("photo 27", exact=True))).not_to_be_in_viewport()


def test_back_from_the_trash_returns_to_the_place(many: Page) -> None:
    before = heights(many)
    many.get_by_role("link", name="Trash").click()
    expect(many.get_by_text("The trash is empty.")).to_be_visible()
    many.go_back()
    eventually(lambda: abs(heights(many) - before) < 2)


def test_the_viewer_closes_over_the_place(many: Page) -> None:
    before = heights(many)
    far(many).locator(".open").click()
    expect(many.get_by_role("dialog", name="Picture")).to_be_visible()
    many.go_back()
    expect(many.get_by_role("dialog", name="Picture")).to_have_count(0)
    assert abs(heights(many) - before) < 2
    far(many).locator(".open").click()
    expect(many.get_by_role("dialog", name="Picture")).to_be_visible()
    many.reload()
    eventually(lambda: abs(heights(many) - before) < 2)


# For everybody


def test_a_tall_picture_is_cut_alike_above_and_below_as_its_placeholder_is(newcomer: Callable[..., Person]) -> None:
    person = newcomer()
    tab = person.opens("/gallery/")
    bring(person, tab, Image.linear_gradient("L").resize((200, 600)))
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(1)
    assert cards(tab.page).locator("img").bounding_box() == cards(tab.page).locator(".open").bounding_box()


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_in_it_keeps_anybody_out(newcomer: Callable[..., Person], width: int) -> None:
    touch = width < 600
    screen = {"width": width, "height": 700}
    person = newcomer(viewport=screen, has_touch=touch, is_mobile=touch)
    tab = person.opens("/gallery/")
    bring(person, tab, Image.effect_noise((900, 600), 60).convert("RGB"))
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(1)
    assert complaints(tab.page) == []
    if not touch:
        cards(tab.page).hover()
    cards(tab.page).get_by_role("button", name="More").click()
    assert complaints(tab.page) == []
    tab.page.keyboard.press("Escape")
    if not touch:
        cards(tab.page).hover()
        assert complaints(tab.page) == []
        act(cards(tab.page), "Enhance")
        expect(tab.page.locator("work-card").or_(cards(tab.page).nth(1)).first).to_be_visible()
        assert complaints(tab.page) == []
        expect(cards(tab.page)).to_have_count(2)
    act(cards(tab.page).first, "Move to the trash")
    expect(cards(tab.page)).to_have_count(0 if touch else 1)  # it lies there before anybody looks
    tab.page.get_by_role("link", name="Trash").click()
    expect(cards(tab.page)).to_have_count(1)
    assert complaints(tab.page) == []
