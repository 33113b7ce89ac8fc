"""A photo of one's own: picked, dropped, pasted wrongly, edited."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.person import Person, Tab, photo, place, size

DROP = """
([bytes, name, type]) => {
  const dataTransfer = new DataTransfer();
  const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type });
  dataTransfer.items.add(file);
  const tell = (what) =>
    document.querySelector("main").dispatchEvent(new DragEvent(what, { bubbles: true, cancelable: true, dataTransfer }));
  tell("dragenter");
  const hinted = document.body.hasAttribute("data-dropping");
  tell("drop");
  return hinted;
}
"""


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def drop(tab: Tab, data: bytes, name: str, kind: str) -> None:
    hinted = tab.page.evaluate(DROP, [base64.b64encode(data).decode(), name, kind])
    assert hinted
    assert not tab.page.evaluate("document.body.hasAttribute('data-dropping')")


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
    drop(tab, photo(300, 200), "dropped.png", "image/png")
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.says("rotate it by 90 degrees")
    tab.shows(1)
    assert size(tab.pictures.first) == (200, 300)


@pytest.mark.parametrize(
    ("data", "name", "kind", "sentence"),
    [
        (b"hello", "notes.txt", "text/plain", "Please choose a JPEG, PNG or WebP picture."),
        (photo()[:900], "half.png", "image/png", ""),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    person: Person, tab: Tab, data: bytes, name: str, kind: str, sentence: str
) -> None:
    person.excused = "status of 4"  # the browser notes every refusal
    drop(tab, data, name, kind)
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
