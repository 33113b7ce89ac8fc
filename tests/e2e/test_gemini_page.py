"""A studio with Gemini: what a person sees of what it can do."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.bringing import drop
from tests.e2e.conftest import QUICK
from tests.e2e.outages import AWAY
from tests.e2e.person import Person, Tab, new_context
from tests.e2e.reading import complaints
from tests.e2e.test_photos import picture
from tests.support.fakes import gemini as fake
from tests.support.fakes.gemini import Gemini
from tests.support.serving import Serving, serving


@pytest.fixture(scope="module")
def gemini() -> Iterator[Gemini]:
    with fake.gemini() as server:
        yield server


@pytest.fixture(scope="module")
def studio(gemini: Gemini, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    data = tmp_path_factory.mktemp("gemini") / "data"
    with serving(data, "--workers", "1", environment={**QUICK, **gemini.environment}) as studio:
        yield studio


@pytest.fixture
def person(studio: Serving, gemini: Gemini, browser: Browser) -> Iterator[Person]:
    gemini.forget()
    with Person(new_context(browser, studio.address)) as person:
        yield person


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def numbers(tab: Tab) -> Locator:
    return tab.page.locator("photo-chip .number")


def thumbnails(tab: Tab) -> list[str]:
    return [img.get_attribute("src") or "" for img in tab.page.locator("photo-chip img").all()]


def bring(tab: Tab, count: int) -> list[str]:
    drop(tab, *(picture(number) for number in range(count)))
    expect(numbers(tab)).to_have_text([str(n + 1) for n in range(count)])
    return thumbnails(tab)


def test_several_photos_go_with_one_message_and_keep_their_numbers(person: Person, tab: Tab, gemini: Gemini) -> None:
    bring(tab, 3)
    expect(tab.page.locator("photo-chips .note")).to_contain_text("say “picture 1”, “picture 2”")
    tab.says("make it wear picture 2")
    tab.shows(1)
    [sent] = person.messages(tab)
    assert (len(sent["source_image_ids"]), sent["source_image_id"]) == (3, sent["source_image_ids"][0])
    assert gemini.of("make")[-1].labels == ("Picture 1:", "Picture 2:", "Picture 3:")
    expect(tab.page.locator("message-card .numbered .number")).to_have_text(["1", "2", "3"])
    expect(tab.page.locator("photo-chips")).to_be_hidden()
    lineage = person.asks(f"/v1/gallery/{sent['image']['id']}/lineage/")
    assert [parent["id"] for parent in lineage["parents"]] == sent["source_image_ids"]


def test_they_are_put_in_another_order_by_keyboard_and_by_a_menu(tab: Tab) -> None:
    first, second, third = bring(tab, 3)
    tab.page.get_by_role("button", name="Picture 3 of 3").focus()
    tab.page.keyboard.press("ArrowLeft")
    assert thumbnails(tab) == [first, third, second]
    expect(tab.page.get_by_role("button", name="Picture 2 of 3")).to_be_focused()
    expect(tab.page.locator("#announcer")).to_contain_text("Now picture 2")
    tab.page.get_by_role("button", name="Picture 3 of 3").click()
    tab.page.get_by_role("menuitem", name="Make it picture 1").click()
    assert thumbnails(tab) == [second, first, third]
    tab.page.get_by_role("button", name="Picture 2 of 3").click()
    tab.page.get_by_role("menuitem", name="Remove the photo").click()
    expect(numbers(tab)).to_have_text(["1", "2"])
    assert thumbnails(tab) == [second, third]


def test_what_is_attached_and_its_order_survive_a_reload(tab: Tab) -> None:
    before = bring(tab, 2)
    tab.input.fill("both on one poster")
    tab.page.reload()
    expect(numbers(tab)).to_have_text(["1", "2"])
    expect(tab.input).to_have_value("both on one poster")
    assert thumbnails(tab) == before


def test_sent_without_network_they_wait_together_even_when_the_window_is_closed(
    person: Person, tab: Tab, gemini: Gemini
) -> None:
    person.excused = AWAY + "|error occurred when fetching the script"
    first, second, third = (url.split("/p/")[1].split("/")[0] for url in bring(tab, 3))
    tab.page.get_by_role("button", name="Picture 3 of 3").focus()
    tab.page.keyboard.press("ArrowLeft")
    expect(tab.page.get_by_role("button", name="Picture 2 of 3")).to_be_focused()
    person.context.set_offline(True)
    tab.says("all of them on one poster")
    expect(tab.page.locator('picture-box[data-state="kept"]')).to_have_count(1)
    expect(tab.page.locator("message-card .numbered .number")).to_have_text(["1", "2", "3"])
    tab.page.close()
    assert gemini.of("make") == []
    person.context.set_offline(False)
    tab = person.opens()
    tab.shows(1)
    [sent] = person.messages(tab)
    assert sent["source_image_ids"] == [first, third, second]
    assert gemini.of("make")[-1].labels == ("Picture 1:", "Picture 2:", "Picture 3:")


def test_each_can_still_go_by_itself(person: Person, tab: Tab) -> None:
    bring(tab, 2)
    tab.page.get_by_label("Each photo by itself").check()
    expect(numbers(tab)).to_have_count(0)
    tab.says("make it bluer")
    tab.shows(2)
    assert {len(sent["source_image_ids"]) for sent in person.messages(tab)} == {1}


def test_pictures_come_from_the_gallery_too(person: Person, tab: Tab) -> None:
    tab.says("a lake")
    tab.shows(1)
    drop(tab, picture(1))
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.button("Add from the gallery").click()
    dialog = tab.page.get_by_role("dialog", name="Add from the gallery")
    dialog.get_by_role("button", name=re.compile("lake", re.I)).click()
    dialog.get_by_role("button", name="Add 1 picture").click()
    expect(numbers(tab)).to_have_text(["1", "2"])
    tab.says("make it like picture 2")
    tab.shows(2)
    assert (
        len(person.messages(tab)[-1]["source_image_ids"]) == 2 or len(person.messages(tab)[0]["source_image_ids"]) == 2
    )


def test_a_draft_is_shown_until_the_picture_is_there(person: Person, tab: Tab, gemini: Gemini) -> None:
    go_on = threading.Event()
    gemini.then("make", fake.draft_first(go_on, fake.well))
    tab.says("a lake")
    frame = tab.boxes.first.locator(".frame")
    expect(frame).to_have_attribute("data-draft", "")
    expect(tab.boxes.first.locator(".word")).to_have_text(re.compile(r"about [1-9]\d*%"))  # it has been told more since
    assert "data:image/webp" in (frame.get_attribute("style") or "")
    go_on.set()
    tab.shows(1)
    expect(frame).not_to_have_attribute("data-draft", "")


def test_who_waits_for_a_provider_that_is_down_reads_why(tab: Tab, gemini: Gemini) -> None:
    gemini.then("make", fake.quota("8s"))
    tab.says("a lake")
    box = tab.boxes.first
    expect(box.locator(".say")).to_have_text(re.compile(r"no quota left|is down"))
    expect(box.locator(".word")).to_have_text(re.compile(r"waiting, about \d+ s"))
    assert complaints(tab.page) == []
    tab.shows(1)
    expect(box.locator(".say")).to_have_text("")


def test_a_question_about_a_picture_is_answered_in_words(tab: Tab) -> None:
    tab.says("a lake")
    tab.shows(1)
    tab.says("what do you see?")
    expect(tab.page.locator("message-card").last).to_contain_text("I see 1.")


def test_larger_sizes_are_offered(person: Person, tab: Tab, gemini: Gemini) -> None:
    tab.page.get_by_label("Size").select_option(label="Largest, 4K")
    tab.says("a lake")
    tab.shows(1)
    shape: Any = gemini.of("make")[-1].shape
    assert shape.size == "4K"
    assert person.messages(tab)[0]["options"]["resolution"] == "4K"


def test_it_fits_a_phone(studio: Serving, browser: Browser) -> None:
    with Person(new_context(browser, studio.address, viewport={"width": 320, "height": 640})) as person:
        tab = person.opens()
        bring(tab, 5)
        wide = tab.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320
        expect(tab.button("Send")).to_be_in_viewport()
