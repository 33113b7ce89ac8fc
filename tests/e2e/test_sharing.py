"""A picture is shared from its viewer, seen by somebody else, reported, and not shared any more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.bringing import bring
from tests.e2e.conftest import QUICK
from tests.e2e.moderating import run
from tests.e2e.person import Person, go, new_context
from tests.e2e.reading import complaints
from tests.support.serving import serving


def shown(person: Person) -> Page:
    """The gallery, with the viewer over its only picture."""
    tab = person.opens("/gallery/")
    bring(person, tab, Image.new("RGB", (640, 420), "#6a8f5a"), "secret hill.png")
    go(tab.page, "/gallery/")
    tab.page.locator("gallery-card button.open").click()
    return tab.page


def stranger(newcomer: Callable[..., Person]) -> Person:
    """Browsers complain of a page that has ended."""
    somebody = newcomer()
    somebody.excused = "404"
    return somebody


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Share this picture")


def share(page: Page) -> str:
    """The new link."""
    page.get_by_role("button", name="Share…").click()
    dialog(page).get_by_role("button", name="Make a link").click()
    expect(dialog(page).get_by_role("status")).to_contain_text("The link is made")
    return dialog(page).get_by_role("textbox", name="Link").first.input_value()


def test_a_shared_picture_is_seen_by_somebody_else_until_it_is_not(
    person: Person, newcomer: Callable[..., Person]
) -> None:
    page = shown(person)
    link = share(page)
    expect(dialog(page).locator(".until")).to_contain_text("ends ")
    other = stranger(newcomer).opens(link).page
    picture = other.get_by_role("img", name="The shared picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("img => img.naturalWidth") == 640
    assert "hill" not in other.content()
    assert other.context.cookies() == []
    with other.expect_download() as download:
        other.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "picture.jpg"
    dialog(page).get_by_role("button", name="End", exact=True).click()
    expect(dialog(page).get_by_role("status")).to_have_text("The link has ended.")
    other.reload()
    expect(other.get_by_role("heading", name="Nothing is shared here")).to_be_visible()


def test_what_waits_for_a_moderator_says_so_to_its_owner(browser: Browser, tmp_path: Path) -> None:
    with (
        serving(tmp_path / "data", environment={**QUICK, "STUDIO_MODERATION": "before"}) as studio,
        Person(new_context(browser, studio.address)) as person,
    ):
        page = shown(person)
        link = share(page)
        waits = dialog(page).get_by_text("A moderator looks at it first")
        expect(waits).to_be_visible()
        assert complaints(page) == []
        with stranger(lambda: Person(new_context(browser, studio.address))) as other:
            seen = other.opens(link).page
            expect(seen.get_by_role("heading", name="Nothing is shared here")).to_be_visible()
            run(studio, "verdicts.approve(Image.objects.all(), moderator('mo').pk)")
            seen.reload()
            expect(seen.get_by_role("img", name="The shared picture")).to_be_visible()
        go(page, "/gallery/")
        page.locator("gallery-card button.open").click()
        page.get_by_role("button", name="Share…").click()
        expect(dialog(page).get_by_role("textbox", name="Link")).to_be_visible()
        expect(waits).to_be_hidden()


def test_it_is_reported_by_a_form_that_needs_no_script(person: Person, newcomer: Callable[..., Person]) -> None:
    link = share(shown(person))
    other = newcomer(java_script_enabled=False).opens(link).page
    other.get_by_text("Report this picture").click()
    other.get_by_label("It is mine: copyright or a trademark").check()
    other.get_by_label("What a moderator should know (optional)").fill("I took it in 2019.")
    other.get_by_role("button", name="Send the report").click()
    expect(other.get_by_role("status")).to_contain_text("Thank you.")


def test_new_links_end_all_and_the_picture_is_seen_by_its_new_address(person: Person) -> None:
    page = shown(person)
    link = share(page)
    before = page.locator("zoom-stage img").first.get_attribute("src")
    dialog(page).get_by_role("button", name="End every link").click()
    page.get_by_role("dialog", name="End every link?").get_by_role("button", name="End every link").click()
    expect(dialog(page).get_by_role("status")).to_have_text("Every link has ended.")
    expect(dialog(page).get_by_role("listitem")).to_have_count(0)
    dialog(page).get_by_role("button", name="Close").click()
    expect(dialog(page)).to_have_count(0)
    expect(page.locator("zoom-stage img").first).not_to_have_attribute("src", str(before))
    expect(page.locator("zoom-stage img.loaded").first).to_be_visible()
    for url in (link, before):
        answer = page.request.get(str(url))
        assert answer.status == 404


def test_nothing_of_what_was_shared_is_kept_for_offline(person: Person, newcomer: Callable[..., Person]) -> None:
    link = share(shown(person))
    tab = newcomer(offline=True).opens("/")
    tab.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    go(tab.page, link)
    expect(tab.page.get_by_role("img", name="The shared picture")).to_be_visible()
    kept: Any = tab.page.evaluate(
        """async () => {
          const kept = [];
          for (const name of await caches.keys()) {
            for (const { url } of await (await caches.open(name)).keys()) kept.push(new URL(url).pathname);
          }
          return kept;
        }"""
    )
    assert kept
    assert [path for path in kept if path.startswith("/s/")] == []


def test_a_screen_reader_misses_nothing(person: Person, newcomer: Callable[..., Person]) -> None:
    page = shown(person)
    link = share(page)
    assert complaints(page) == []
    other = stranger(newcomer).opens(link).page
    other.get_by_text("Report this picture").click()
    assert complaints(other) == []
    go(other, link[:-2] + "/")
    expect(other.get_by_role("heading", name="Nothing is shared here")).to_be_visible()
    assert complaints(other) == []
