"""Searching in the gallery: as one types, by favourites and albums, and what stands in the address."""

import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.person import Person, go
from tests.e2e.reading import complaints


@pytest.fixture
def found(newcomer: Callable[..., Person]) -> Iterator[tuple[Person, Page]]:
    """The gallery of somebody with three photos, one of them a favourite, one in an album."""
    person = newcomer()
    tab = person.opens("/gallery/")
    for name, colour in {"Biển xanh": "teal", "Núi đá": "grey", "beach": "tan"}.items():
        bring(person, tab, Image.new("RGB", (64, 48), colour), f"{name}.png")
    rows = {item["title"]: item["id"] for item in person.asks("/v1/gallery/")["items"]}
    token = tab.page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    headers, request = {"X-CSRFToken": token, "Referer": tab.page.url}, person.context.request
    request.patch(f"/v1/gallery/{rows['Núi đá']}/", data={"favorite": True}, headers=headers)
    album = request.post("/v1/gallery/albums/", data={"title": "Sea"}, headers=headers).json()
    body = {"action": "add_to_album", "ids": [rows["beach"]], "album_id": album["id"]}
    assert request.post("/v1/gallery/bulk/", data=body, headers=headers).ok
    tab.page.reload()
    expect(cards(tab.page)).to_have_count(3)
    yield person, tab.page


def cards(page: Page) -> Locator:
    return page.locator("gallery-card .title")


def test_words_are_searched_as_one_types_and_stand_in_the_address(found: tuple[Person, Page]) -> None:
    page = found[1]
    page.get_by_role("searchbox", name="Search").press_sequentially("bien")
    expect(cards(page)).to_have_text(["Biển xanh"])
    expect(page).to_have_url(re.compile(r"\?q=bien$"))
    page.reload()
    expect(cards(page)).to_have_text(["Biển xanh"])
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("bien")
    page.get_by_role("searchbox", name="Search").fill("moon")
    expect(page.get_by_text("No picture is like that.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(cards(page)).to_have_count(3)
    expect(page).to_have_url(re.compile(r"/gallery/$"))


def test_back_takes_one_step_of_the_search_away(found: tuple[Person, Page]) -> None:
    page = found[1]
    page.get_by_role("searchbox", name="Search").press_sequentially("bien", delay=400)  # the gallery answers in between
    expect(cards(page)).to_have_text(["Biển xanh"])
    page.get_by_label("Favourites").check()
    expect(page.get_by_text("No picture is like that.")).to_be_visible()
    page.go_back()
    expect(cards(page)).to_have_text(["Biển xanh"])
    expect(page.get_by_label("Favourites")).not_to_be_checked()
    page.go_back()
    expect(cards(page)).to_have_count(3)
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("")
    page.go_forward()
    expect(cards(page)).to_have_text(["Biển xanh"])
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("bien")


def test_favourites_and_albums_narrow_what_is_seen(found: tuple[Person, Page]) -> None:
    page = found[1]
    page.get_by_label("Favourites").check()
    expect(cards(page)).to_have_text(["Núi đá"])
    page.get_by_label("Favourites").uncheck()
    page.get_by_label("Album").select_option("Sea")
    expect(cards(page)).to_have_text(["beach"])
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_text("No picture is like that.")).to_be_visible()
    page.get_by_role("link", name="Pictures", exact=True).click()
    page.get_by_label("Album").select_option("All albums")
    expect(cards(page)).to_have_count(3)


def test_an_album_is_renamed_and_deleted_and_its_pictures_stay(found: tuple[Person, Page]) -> None:
    person, page = found
    page.get_by_label("Album").select_option("Sea")
    expect(cards(page)).to_have_text(["beach"])
    page.get_by_role("button", name="Rename Sea").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Ocean")
    assert complaints(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("button", name="Rename Ocean")).to_be_visible()
    expect(page.get_by_label("Album").locator("option:checked")).to_have_text("Ocean")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Rename Sea")).to_be_visible()
    assert [album["title"] for album in person.asks("/v1/gallery/albums/")["items"]] == ["Sea"]
    assert complaints(page) == []
    page.get_by_role("button", name="Delete Sea").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the album").click()
    expect(cards(page)).to_have_count(3)
    expect(page).to_have_url(re.compile(r"/gallery/$"))
    expect(page.get_by_label("Album")).to_be_hidden()
    assert person.asks("/v1/gallery/albums/")["items"] == []


def test_a_filter_in_the_address_is_a_chip_that_goes_away(found: tuple[Person, Page]) -> None:
    page = found[1]
    go(page, "/gallery/?from=2020-01-01&to=2020-01-02&q=bien")
    expect(page.get_by_text("No picture is like that.")).to_be_visible()
    for filter in ("until", "from"):
        page.get_by_role("button", name=filter).click()
        expect(page.get_by_role("button", name=filter)).to_have_count(0)
    expect(cards(page)).to_have_text(["Biển xanh"])
    expect(page).to_have_url(re.compile(r"/gallery/\?q=bien$"))
    page.get_by_label("Kind").select_option("Painted")
    expect(page.get_by_text("No picture is like that.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=bien&intent=generate$"))
    page.reload()
    expect(page.get_by_label("Kind")).to_have_value("generate")
    expect(page.get_by_text("No picture is like that.")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_search_keeps_nobody_out(found: tuple[Person, Page], width: int, scheme: str) -> None:
    page = found[1]
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 700})
    page.get_by_label("Favourites").check()
    expect(cards(page)).to_have_count(1)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
