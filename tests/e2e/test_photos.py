"""A photo of one's own: picked, dropped, pasted wrongly, edited."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.bringing import drop, paste
from tests.e2e.person import Person, Tab, photo, place, size

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def test_a_photo_is_picked_and_edited_in_a_box_of_its_shape(person: Person, tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "holiday.png"
    file.write_bytes(photo())
    with tab.page.expect_file_chooser() as chooser:
        tab.button("Add a photo").click()
    chooser.value.set_files(file)
    chip = tab.page.locator("photo-chip")
    expect(chip).to_contain_text("Your photo")
    tab.says("make it black and white")
    expect(chip).to_be_hidden()
    _, _, width, height = place(tab.boxes.locator(".frame"))
    assert abs(width / height - 200 / 300) < 0.01
    tab.shows(1)
    assert size(tab.pictures.first) == (200, 300)
    tab.page.reload()
    expect(tab.page.locator("message-card .source")).to_be_visible()
    titles = {image["title"] for image in person.asks("/v1/gallery/")["items"]}
    assert any("holiday" in title for title in titles)


def test_a_photo_is_dropped_and_edited(tab: Tab) -> None:
    drop(tab, (photo(300, 200), "dropped.png", "image/png"))
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.says("rotate it by 90 degrees")
    tab.shows(1)
    assert size(tab.pictures.first) == (200, 300)


def test_a_photo_is_pasted_wherever_the_focus_is(tab: Tab) -> None:
    tab.input.focus()
    assert not paste(tab, text="two words")  # the browser's own business
    tab.button("Add a photo").focus()
    assert paste(tab, (photo(300, 200), "image.png", "image/png"))
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.button("Remove the photo").click()
    tab.page.get_by_role("link", name="Gallery").click()
    cards = tab.page.locator("gallery-card img.loaded")
    expect(cards).to_have_count(1)
    assert paste(tab, (photo(), "image.png", "image/png"))
    expect(cards).to_have_count(2)


@pytest.mark.parametrize(
    ("data", "name", "kind", "sentence"),
    [
        (b"hello", "notes.txt", "text/plain", "Please choose a JPEG, PNG or WebP picture."),
        (photo()[:900], "half.png", "image/png", ""),
        (
            HEIC,
            "IMG_0001.HEIC",
            "image/heic",
            "This is a HEIC or AVIF photo. Please save it as a JPEG and choose that.",
        ),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    person: Person, tab: Tab, data: bytes, name: str, kind: str, sentence: str
) -> None:
    person.excused = "status of 4"  # the browser notes every refusal
    drop(tab, (data, name, kind))
    chip = tab.page.locator("photo-chip[data-failed]")
    expect(chip).to_be_visible()
    assert sentence in chip.inner_text()
    assert re.search(r"\w+ \w+ .*\.", chip.inner_text())
    tab.button("Remove the photo").click()
    expect(tab.input).to_be_focused()
    assert person.asks("/v1/gallery/")["items"] == []


def test_an_earlier_picture_is_edited_by_its_button(person: Person, tab: Tab) -> None:
    tab.paints("a snowy forest")
    tab.paints("a green field")
    tab.boxes.first.hover()
    tab.boxes.first.get_by_role("button", name="Edit this").click()
    expect(tab.page.locator("photo-chip")).to_contain_text("Your next message edits this picture")
    tab.says("make it brighter")
    tab.shows(3)
    first, _, third = person.messages(tab)
    assert third["source_image_id"] == first["image"]["id"]


def test_an_upload_that_fails_is_tried_again(person: Person, tab: Tab) -> None:
    person.excused = "net::ERR_"
    tab.page.route("**/v1/gallery/", lambda route: route.abort())
    drop(tab, (photo(), "dropped.png", "image/png"))
    expect(tab.page.locator("photo-chip[data-failed]")).to_contain_text("The studio cannot be reached right now.")
    tab.page.unroute("**/v1/gallery/")
    tab.button("Try again").click()
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    expect(tab.page.locator("photo-chip[data-failed]")).to_have_count(0)
    assert len(person.asks("/v1/gallery/")["items"]) == 1


def test_an_upload_is_stopped_on_its_way(person: Person, tab: Tab) -> None:
    tab.page.route("**/v1/gallery/", lambda route: None)  # it never arrives
    drop(tab, (photo(), "dropped.png", "image/png"))
    expect(tab.page.locator("photo-chip progress")).to_be_visible()
    with tab.page.expect_event("requestfailed"):
        tab.button("Stop the upload").click()
    expect(tab.page.locator("photo-chip")).to_be_hidden()
    tab.page.unroute("**/v1/gallery/")
    tab.says("hello")
    expect(tab.boxes.locator(".say")).not_to_be_empty()  # nothing keeps one from writing on
    assert person.messages(tab)[0]["source_image_id"] is None


def test_many_photos_are_dropped_into_the_gallery(person: Person) -> None:
    tab = person.opens("/gallery/#trash")
    files = [(photo(), f"photo {i}.png", "image/png") for i in range(3)]
    drop(tab, *files, (HEIC, "IMG_0001.HEIC", "image/heic"))
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(3)
    expect(tab.page.locator("gallery-card .title")).to_have_text(["photo 2", "photo 1", "photo 0"])
    refused = tab.page.locator("photo-upload")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("HEIC")
    refused.get_by_role("button", name="Remove the photo").click()
    expect(refused).to_have_count(0)
    assert len(person.asks("/v1/gallery/")["items"]) == 3


def test_a_phone_offers_its_camera(newcomer: Callable[..., Person], tab: Tab) -> None:
    expect(tab.button("Take a photo")).to_have_count(0)
    phone = newcomer(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True).opens()
    with phone.page.expect_file_chooser() as chooser:
        phone.button("Take a photo").tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files({"name": "camera.png", "mimeType": "image/png", "buffer": photo()})
    expect(phone.page.locator("photo-chip")).to_contain_text("Your photo")
