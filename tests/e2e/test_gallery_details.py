"""What is known about a picture, and a slideshow of all of them."""

import re
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.person import SMALL, Person, Tab
from tests.e2e.reading import complaints


def cards(page: Page) -> Locator:
    return page.locator("gallery-card")


def details(page: Page) -> Locator:
    cards(page).first.hover()
    cards(page).first.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Details").click()
    return page.get_by_role("dialog")


@pytest.fixture
def painted(person: Person) -> Page:
    tab = person.opens()
    tab.says(f"a snowy forest, {SMALL}")
    tab.shows(1)
    tab.page.get_by_role("link", name="Gallery").click()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(1)
    return tab.page


def test_details_say_all_that_is_known(person: Person, painted: Page) -> None:
    image = person.asks("/v1/gallery/")["items"][0]
    dialog = details(painted)
    seed = str(person.asks(f"/v1/gallery/{image['id']}/")["seed"])
    for words in (
        "built-in tools",
        image["prompt"],
        "256 × 192 pixels",
        f"a snowy forest, {SMALL}",
        "kB",
        "Painted",
        seed,
    ):
        expect(dialog).to_contain_text(words)
    expect(dialog).not_to_contain_text("Cost")  # nothing has a price here
    assert complaints(painted) == []
    dialog.get_by_role("link", name="Open in its chat").click()
    expect(painted).to_have_url(re.compile(f"/chat/{image['session_id']}/$"))
    Tab(painted).shows(1)


def test_the_focus_is_back_where_details_were_opened(painted: Page) -> None:
    dialog = details(painted)
    expect(dialog).to_be_visible()
    painted.mouse.move(5, 5)
    painted.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(cards(painted).first.get_by_role("button", name="More")).to_be_focused()


def test_a_file_has_its_prompt_where_that_is_wanted(person: Person, painted: Page) -> None:
    prompt = person.asks("/v1/gallery/")["items"][0]["prompt"].encode()
    for name, has in (("Download", False), ("Save with its prompt", True)):
        cards(painted).first.hover()
        cards(painted).first.get_by_role("button", name="More").click()
        with painted.expect_download() as download:
            painted.get_by_role("menuitem", name=name, exact=True).click()
        assert (prompt in download.value.path().read_bytes()) == has


@pytest.mark.parametrize("wanted", [False, True])
def test_a_zip_has_prompts_where_they_are_wanted(person: Person, painted: Page, wanted: bool) -> None:
    prompt = person.asks("/v1/gallery/")["items"][0]["prompt"].encode()
    cards(painted).first.locator(".open").focus()
    painted.keyboard.press("Space")
    painted.get_by_role("toolbar", name="Chosen pictures").get_by_role("button", name="Download").click()
    dialog = painted.get_by_role("dialog", name="Download 1 picture")
    dialog.get_by_label("Write the prompts and the seeds into the files").set_checked(wanted)
    assert complaints(painted) == []
    with painted.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    with ZipFile(download.value.path()) as zip:
        picture = next(name for name in zip.namelist() if name != "manifest.json")
        assert (prompt in zip.read(picture)) == wanted


def test_its_prompt_is_used_again(person: Person, painted: Page) -> None:
    prompt = person.asks("/v1/gallery/")["items"][0]["prompt"]
    details(painted).get_by_role("button", name="Use this prompt").click()
    expect(Tab(painted).input).to_have_value(prompt)


def test_a_slideshow_goes_by_keys(person: Person) -> None:
    tab = person.opens("/gallery/")
    for name in ("third", "second", "first"):
        bring(person, tab, Image.linear_gradient("L").resize((64, 48)), f"{name}.png")
    tab.page.reload()
    expect(cards(tab.page).locator("img.loaded")).to_have_count(3)
    tab.page.get_by_role("button", name="Slideshow").click()
    slides = tab.page.get_by_role("dialog", name="Slideshow")
    tab.page.keyboard.press("Space")
    expect(slides.get_by_role("button", name="Play")).to_be_focused()
    for key, shown in (
        ("ArrowRight", "second"),
        ("ArrowRight", "third"),
        ("ArrowRight", "third"),
        ("ArrowLeft", "second"),
    ):
        tab.page.keyboard.press(key)
        expect(slides.get_by_role("img", name=shown)).to_be_visible()
    assert complaints(tab.page) == []
    tab.page.keyboard.press("Escape")
    expect(slides).to_have_count(0)
    expect(cards(tab.page).nth(1).locator(".open")).to_be_focused()
