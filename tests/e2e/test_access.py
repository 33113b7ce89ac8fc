"""The chat page for everybody: keyboard, small screens, dark and light, and text that would like to be more than text."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.person import SMALL, Person, act, go, photo

HOSTILE = "<img src=x onerror=alert(1)>"
CONTRAST = """
(element) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const light = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data]
      .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = [];
  for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
  const [a, b] = [light(grounds), light([...grounds, getComputedStyle(element).color])].sort((x, y) => x - y);
  return (b + 0.05) / (a + 0.05);
}
"""


def test_the_main_path_needs_no_mouse(person: Person) -> None:
    tab = person.opens()
    keys = tab.page.keyboard
    expect(tab.input).to_be_focused()
    keys.type(f"a snowy forest, {SMALL}")
    keys.press("Enter")
    tab.shows(1)
    expect(tab.input).to_be_focused()
    keys.type("one line")
    keys.press("Shift+Enter")
    keys.type("another")
    expect(tab.input).to_have_value("one line\nanother")
    tab_to(tab.page, tab.page.locator("button.open"), "Shift+Tab")
    keys.press("Enter")
    viewer = tab.page.get_by_role("dialog", name="Picture")
    expect(viewer.get_by_role("button", name="Close")).to_be_focused()
    keys.press("Escape")
    expect(viewer).to_have_count(0)
    expect(tab.page.locator("button.open")).to_be_focused()
    tab_to(tab.page, tab.button("Edit this"), "Tab")
    keys.press("Enter")
    expect(tab.page.locator("photo-chip")).to_be_visible()
    expect(tab.input).to_be_focused()


def test_a_chat_is_renamed_and_deleted_without_a_mouse(person: Person) -> None:
    tab = person.opens()
    tab.paints()
    tab_to(tab.page, tab.page.get_by_role("button", name=re.compile("^Rename ")), "Shift+Tab")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.type("Mine")
    tab.page.keyboard.press("Enter")
    expect(tab.sessions).to_have_text("Mine")
    expect(tab.page.get_by_role("button", name="Rename Mine")).to_be_focused()
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    expect(tab.page.get_by_role("button", name="Delete Mine")).to_be_focused()
    tab.page.keyboard.press("Enter")
    tab_to(tab.page, tab.page.get_by_role("dialog").get_by_role("button", name="Delete"), "Tab")
    tab.page.keyboard.press("Enter")
    expect(tab.sessions).to_have_count(0)


def tab_to(page: Page, target: Locator, key: str) -> None:
    """Press `key` until the target has the focus."""
    for _ in range(30):
        page.keyboard.press(key)
        if target.evaluate("(element) => element === document.activeElement"):
            assert target.evaluate("(element) => element.matches(':focus-visible')")
            return
    raise AssertionError("the focus never came there")


def test_events_are_read_out(person: Person) -> None:
    tab = person.opens()
    tab.says(f"a red desert, {SMALL}")
    tab.shows(1)
    expect(tab.page.get_by_role("log")).to_contain_text(f"The picture is ready: a red desert, {SMALL}")


def test_a_narrow_screen_never_scrolls_sideways(newcomer: Callable[..., Person]) -> None:
    tab = newcomer(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True).opens()
    assert wider_than_the_screen(tab.page) == []
    tab.page.get_by_label("How many pictures").select_option("4")
    tab.says(f"{'Donaudampfschiff' * 8} in a green field at noon, {SMALL}")
    tab.shows(4)
    assert wider_than_the_screen(tab.page) == []
    tab.button("Tools").first.tap()
    expect(tab.page.get_by_role("menu", name="Tools")).to_be_in_viewport(ratio=1)
    assert wider_than_the_screen(tab.page) == []
    tab.page.get_by_role("menuitem", name="Remove object").tap()
    expect(tab.page.locator("brush-canvas img.loaded")).to_be_visible()
    assert wider_than_the_screen(tab.page) == []
    assert nameless(tab.page) == []
    tab.button("Cancel").tap()
    tab.page.locator("button.open").first.tap()
    expect(tab.page.locator(".viewer img.loaded")).to_be_visible()
    assert wider_than_the_screen(tab.page) == []
    assert nameless(tab.page) == []
    tab.button("Close").tap()
    tab.button("Show your chats").tap()
    expect(tab.sessions).to_be_in_viewport()
    tab.page.get_by_role("link", name="Gallery").tap()
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(4)
    assert wider_than_the_screen(tab.page) == []
    assert nameless(tab.page) == []


def wider_than_the_screen(page: Page) -> list[str]:
    """What reaches past the right edge, and what can be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("*")]
          .filter((e) => e.getClientRects().length && !e.closest(".unseen, .label, svg, [aria-hidden]"))
          .filter((e) => e.getBoundingClientRect().right > 321 || (e.scrollWidth > e.clientWidth + 1 &&
            /auto|scroll/.test(getComputedStyle(e).overflowX)))
          .map((e) => e.outerHTML.slice(0, 100))"""
    )
    return found


def nameless(page: Page) -> list[str]:
    """What can be used, and what a screen reader would have to pass over in silence; ids that are used twice, too."""
    found: list[str] = page.evaluate(
        """() => {
          const spoken = (e) => e.ariaLabel || e.innerText?.trim() || e.title || e.labels?.[0]?.innerText ||
            e.querySelector("img")?.alt || document.getElementById(e.getAttribute("aria-labelledby"))?.innerText;
          const silent = [...document.querySelectorAll("button, a[href], input, select, textarea, dialog, [role], img")]
            .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest("[aria-hidden]"))
            .filter((e) => !(e.matches("img") ? e.hasAttribute("alt") : spoken(e) || e.matches("[role=status], [role=alert]")));
          const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
          return [...silent.map((e) => e.outerHTML.slice(0, 100)), ...ids.filter((id, i) => ids.indexOf(id) !== i)];
        }"""
    )
    return found


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_can_be_read_in_dark_and_light(newcomer: Callable[..., Person], scheme: str) -> None:
    tab = newcomer(color_scheme=scheme).opens()
    tab.paints()
    ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) > 384) == (scheme == "light")
    readable = [
        tab.page.locator(part).first for part in (".content", ".note", ".title", ".words", ".provider", "textarea")
    ]
    assert [round(part.evaluate(CONTRAST), 1) for part in readable if part.evaluate(CONTRAST) < 4.5] == []
    tab.page.locator("button.open").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Style").click()
    expect(tab.page.get_by_role("menuitem", name="Pencil")).to_be_visible()
    in_the_viewer = tab.page.locator(".viewer").locator(".words, .label, .item")
    assert in_the_viewer.count() > 10
    assert [part.inner_text() for part in in_the_viewer.all() if part.evaluate(CONTRAST) < 4.5] == []
    tab.page.keyboard.press("Escape")
    act(tab.page.get_by_role("dialog"), "Remove object")
    in_the_brush = tab.page.locator(".brush").locator("h2, .said, .label, button")
    expect(in_the_brush.first).to_be_visible()
    unreadable = [part for part in in_the_brush.all() if part.is_enabled() and part.evaluate(CONTRAST) < 4.5]
    assert [part.inner_text() for part in unreadable] == []


def test_the_chosen_look_stays(newcomer: Callable[..., Person]) -> None:
    tab = newcomer(color_scheme="light").opens()
    tab.button("Dark or light").click()
    look = "document.documentElement.dataset.theme"
    assert tab.page.evaluate(look) == "dark"
    tab.page.reload()
    assert tab.page.evaluate(look) == "dark"


def test_text_is_never_markup(person: Person) -> None:
    """In a prompt, a title, a photo's name: whatever would run, or open a dialog, is a complaint that fails the test."""
    tab = person.opens()
    tab.page.locator("input[type=file]").set_input_files(
        {"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": photo()}
    )
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.says(f"{HOSTILE} make it bluer")
    tab.shows(1)
    expect(tab.page.locator(".content")).to_have_text(f"{HOSTILE} make it bluer")
    tab.sessions.hover()
    tab.page.get_by_role("button", name=re.compile("^Rename ")).click()
    tab.page.get_by_label("Title").fill(HOSTILE)
    tab.page.get_by_label("Title").press("Enter")
    expect(tab.sessions).to_have_text(HOSTILE)
    tab.page.reload()
    tab.shows(1)
    tab.sessions.hover()
    tab.page.get_by_role("button", name=f"Delete {HOSTILE}").click()
    expect(tab.page.get_by_role("heading", name=f"Delete “{HOSTILE}”?")).to_be_visible()
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(2)
    expect(tab.page.locator("gallery-card .title", has_text="<img src=x")).not_to_have_count(0)
    assert tab.page.locator("[onerror]").count() == 0
