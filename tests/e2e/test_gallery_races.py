"""The gallery while an answer is on its way: what has happened meanwhile counts, and what was asked for elsewhere does not."""

import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.e2e.bringing import bring, proof
from tests.e2e.held import HeldRequests, late
from tests.e2e.person import Person, Tab, go, photo
from tests.e2e.test_gallery_choosing import bar, cards, check, kept, titles
from tests.e2e.test_gallery_page import act
from tests.support.serving import eventually

Found = tuple[Person, Page]
DAYS = "**/v1/gallery/days/**"
PAGES = re.compile(r"/v1/gallery/\?(?!.*hidden)")  # of what is shown; whether anything is hidden is asked for, too
MARKS = "(cards) => cards.forEach((card) => (card.dataset.before = ''))"
COUNTS = """
() => {
  const grid = document.querySelector("#grid");
  globalThis.most = 0;
  const count = () => (most = Math.max(most, grid.querySelectorAll("[role=gridcell]").length));
  new MutationObserver(count).observe(grid, { childList: true, subtree: true });
}
"""
TOLD = "dispatchEvent(new StorageEvent('storage', { key: 'studio.pictures' }))"  # as another tab tells it
UNREACHABLE = "Failed to load resource"


@pytest.fixture
def three(newcomer: Callable[..., Person]) -> Iterator[Found]:
    person = newcomer()
    tab = person.opens("/gallery/")
    for name in ("c", "b", "a"):
        bring(person, tab, Image.linear_gradient("L").resize((64, 48)), f"{name}.png")
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(3)
    person.context.request.post("/v1/gallery/albums/", data={"title": "Sea"}, headers=proof(tab))
    yield person, tab.page


def search(page: Page) -> str:
    return page.get_by_role("searchbox", name="Search").input_value()


def test_a_space_at_the_end_stays_while_the_next_word_is_thought_of(three: Found) -> None:
    page = three[1]
    box = page.get_by_role("searchbox", name="Search")
    box.press_sequentially("red ")
    expect(page).to_have_url(re.compile(r"\?q=red$"))
    box.press_sequentially("car")
    assert search(page) == "red car"


def test_what_is_typed_stays_when_the_albums_come(three: Found) -> None:
    page = three[1]
    with late(page, "**/v1/gallery/albums/**") as albums:
        page.reload()
        albums()
        page.clock.install()  # nothing that is typed is asked for yet
        page.get_by_role("searchbox", name="Search").press_sequentially("bie")
    expect(page.get_by_label("Album")).to_be_visible()
    page.clock.run_for(1000)
    assert search(page) == "bie"
    expect(page).to_have_url(re.compile(r"\?q=bie$"))


def test_the_album_in_the_address_counts_before_the_albums_come(three: Found) -> None:
    person, page = three
    album = person.asks("/v1/gallery/albums/")["items"][0]["id"]
    with late(page, "**/v1/gallery/albums/**") as albums:
        go(page, f"/gallery/?album={album}")
        albums()
        page.get_by_role("searchbox", name="Search").fill("b")
        expect(page).to_have_url(re.compile("q=b"))
    expect(page.get_by_label("Album")).to_have_value(album)
    assert f"album={album}" in page.url


def test_what_is_chosen_late_is_not_chosen_in_another_view(newcomer: Callable[..., Person]) -> None:
    """Else "Delete for good", which the trash offers, would be about pictures that nobody sees there."""
    person = newcomer(viewport={"width": 390, "height": 300})
    tab = person.opens("/gallery/")
    for _ in range(16):
        bring(person, tab, Image.linear_gradient("L").resize((64, 48)))
    page = tab.page
    page.reload()
    expect(cards(page).first.locator("img.loaded")).to_be_visible()
    expect(page.locator(".hole")).to_have_count(0)
    assert cards(page).count() < 16  # those that are out of sight are not known
    with late(page, "**/v1/gallery/?**") as pictures:
        cards(page).first.locator(".open").focus()
        page.keyboard.press("Control+a")
        pictures()
        page.get_by_role("link", name="Trash").click()
        expect(page.get_by_text("The trash is empty.")).to_be_visible()
    expect(bar(page)).to_be_hidden()


def test_what_the_trash_offers_is_offered_of_the_trash_alone(three: Found) -> None:
    """It cannot be read just now, so that the pictures before are still seen."""
    person, page = three
    person.excused = UNREACHABLE
    page.route("**/v1/gallery/deleted/days/**", lambda route: route.abort())
    page.get_by_role("link", name="Trash").click()
    expect(page.locator("#notice")).not_to_be_empty()
    check(page, 0)
    expect(bar(page).get_by_role("button", name="Move to the trash")).to_be_visible()
    expect(bar(page).get_by_role("button", name="Delete for good")).to_have_count(0)


def test_a_picture_that_is_gone_does_not_come_back_with_an_older_answer(three: Found) -> None:
    page = three[1]
    with late(page, DAYS) as days:
        page.evaluate("dispatchEvent(new Event('hashchange'))")  # the page looks again
        days()
        check(page, 0)
        bar(page).get_by_role("button", name="Move to the trash").click()
        expect(cards(page)).to_have_count(2)
        page.evaluate(COUNTS)
        cards(page).evaluate_all(MARKS)
    expect(page.locator("gallery-card[data-before]")).to_have_count(0)  # the view is a new one
    expect(cards(page)).to_have_count(2)
    assert titles(page) == ["b", "c"]
    assert page.evaluate("most") <= 2


def test_a_photo_that_comes_while_the_gallery_is_read_is_there(three: Found) -> None:
    page = three[1]
    with late(page, DAYS) as days:
        page.reload()
        days()
        file = {"name": "new.png", "mimeType": "image/png", "buffer": photo()}
        page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
        expect(page.locator("#announcer")).to_contain_text("Added: new")
    expect(cards(page)).to_have_count(4)
    assert titles(page) == ["new", "a", "b", "c"]


def test_a_photo_that_comes_between_the_days_and_their_pictures_is_there(three: Found) -> None:
    person, page = three
    picture = Image.linear_gradient("L").resize((64, 48))
    bring(person, Tab(page), picture, "d.png")
    held = HeldRequests(page, PAGES, times=1)
    page.evaluate(TOLD)
    held.first()  # the days have been answered
    bring(person, Tab(page), picture, "e.png")
    held.let_go()
    expect(cards(page)).to_have_count(5)
    assert titles(page) == ["e", "d", "a", "b", "c"]


def test_chosen_favourites_are_favourites_no_more_at_the_second_press(three: Found) -> None:
    person, page = three
    check(page, 0)
    for favourites in (["a"], []):
        bar(page).get_by_role("button", name="Favourite").click()
        eventually(lambda: kept(person, "/v1/gallery/?favorite=true") == favourites)  # noqa: B023


def test_a_finished_picture_comes_though_it_could_not_be_fetched_at_once(three: Found) -> None:
    person, page = three
    person.excused = UNREACHABLE
    page.clock.install()
    page.route(re.compile(r"/v1/gallery/[0-9a-f-]{36}/$"), lambda route: route.abort(), times=1)
    act(cards(page).first, "Enhance")
    eventually(lambda: page.evaluate("1") and len(kept(person)) == 4)
    expect(page.locator("work-card")).to_be_visible()
    page.clock.run_for(10_000)
    expect(page.locator("work-card")).to_have_count(0)
    expect(cards(page)).to_have_count(4)


def test_what_was_done_before_the_studio_was_out_of_reach_is_seen(three: Found) -> None:
    person, page = three
    person.excused = UNREACHABLE
    answers = [{"id": "", "ok": True, "changed": True, "error": None}]
    page.route("**/studio/gallery/acts*.js", one_at_once)
    page.reload()
    expect(cards(page).locator("img.loaded")).to_have_count(3)
    page.route("**/v1/gallery/bulk/", lambda route: route.abort() if answers.pop() is None else route.continue_())
    answers[:] = [None, answers[0]]  # type: ignore[list-item]
    check(page, 0)
    check(page, 2, modifiers=["Shift"])
    bar(page).get_by_role("button", name="Move to the trash").click()
    expect(cards(page)).to_have_count(2)
    assert titles(page) == ["b", "c"]
    expect(page.locator("#notice")).to_have_text("The studio cannot be reached right now.")
    page.unroute("**/v1/gallery/bulk/")
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: kept(person) == ["a", "b", "c"])


def one_at_once(route: Route) -> None:
    """Instead of two hundred pictures in a request."""
    answer = route.fetch()
    text = answer.text()
    assert "AT_ONCE = 200" in text
    route.fulfill(response=answer, body=text.replace("AT_ONCE = 200", "AT_ONCE = 1"))
