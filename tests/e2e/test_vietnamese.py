"""The main job in Vietnamese, and no English on the way: what is said, what is answered, and the switch to English, which is
remembered."""

import re
from collections.abc import Callable

import polib
from playwright.sync_api import Page, expect

from tests.e2e.person import Person, Tab
from tests.programs import sentences

# All that is read, aloud too; of a part in another language, which says so itself, nothing.
SPOKEN = """
() => {
  const said = [];
  const walk = (element) => {
    if ((element.lang && element.lang !== "vi") || element.matches("script, style, svg, noscript, code, [hidden]")) return;
    for (const name of ["aria-label", "title", "alt", "placeholder"]) said.push(element.getAttribute(name) ?? "");
    for (const child of element.childNodes) child.nodeType === 3 ? said.push(child.data) : child.nodeType === 1 && walk(child);
  };
  walk(document.body);
  return [document.title, ...said].map((text) => text.trim()).filter(Boolean);
}
"""
# Words that are none in Vietnamese, as "in" and "to" are. Names stay as they are.
ENGLISH = re.compile(r"\b(?:the|of|and|your|this|is|are|you|picture|message|with|by|for|not|it)\b", re.IGNORECASE)
NAMES = re.compile(r"AI Photo Studio|guest-\w+")


def english() -> set[str]:
    """Every sentence of the catalogues that is another one in Vietnamese."""
    of_the_server = {entry.msgid for entry in polib.pofile(str(sentences.PO)) if entry.msgid != entry.msgstr}
    of_the_page = {said for said, translated in sentences.read_js(sentences.JS.read_text()) if said != translated}
    return of_the_server | of_the_page


def assert_all_is_vietnamese(page: Page) -> None:
    said = page.evaluate(SPOKEN)
    assert len(said) > 3
    assert [text for text in said if text in english() or ENGLISH.search(NAMES.sub("", text))] == []


def test_the_main_job_in_vietnamese(newcomer: Callable[..., Person]) -> None:
    person = newcomer(locale="vi-VN")
    person.excused = "401"  # how django-allauth says that nobody has signed in
    tab = person.opens()
    expect(tab.page.locator("html")).to_have_attribute("lang", "vi")
    assert_all_is_vietnamese(tab.page)
    a_starter_is_painted(tab)
    it_is_made_warmer(tab)
    an_answer_is_vietnamese(tab)
    for path in ("/gallery/", "/gallery/#trash", "/you/", "/you/keys/"):
        page = person.opens(path).page
        expect(page.locator("main")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert_all_is_vietnamese(page)
        page.close()
    the_switch_is_remembered(person, tab)


def a_starter_is_painted(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Vẽ phong cảnh hoàng hôn").click()
    tab.shows(1)
    expect(tab.sessions).to_have_text("Phong cảnh hoàng hôn")
    assert_all_is_vietnamese(tab.page)


def says(tab: Tab, words: str) -> None:
    box = tab.page.get_by_label("Tin nhắn", exact=True)
    box.fill(words)
    box.press("Enter")


def it_is_made_warmer(tab: Tab) -> None:
    says(tab, "làm ấm hơn")
    tab.shows(2)
    assert_all_is_vietnamese(tab.page)


def an_answer_is_vietnamese(tab: Tab) -> None:
    """Words that are English, from somebody who reads Vietnamese."""
    says(tab, "hello")
    expect(tab.page.locator("picture-box .say").last).to_contain_text("Tôi vẽ phong cảnh")
    expect(tab.page.locator("message-card h2").last).to_have_attribute("lang", "en")
    assert_all_is_vietnamese(tab.page)


def the_switch_is_remembered(person: Person, tab: Tab) -> None:
    tab.page.get_by_role("button", name="English").click()
    expect(tab.page.locator("html")).to_have_attribute("lang", "en")
    expect(tab.page.get_by_role("link", name="Gallery")).to_be_visible()
    gallery = person.opens("/gallery/").page
    expect(gallery.locator("html")).to_have_attribute("lang", "en")
    gallery.get_by_role("button", name="Tiếng Việt").click()
    expect(gallery.locator("html")).to_have_attribute("lang", "vi")
