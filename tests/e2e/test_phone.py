"""The page on a phone: words at every tool, styles that show what they do, a keyboard that covers half of the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from pipeline.providers.base import STYLES
from tests.e2e.person import SMALL, Person, Tab, go, photo, place
from tests.e2e.test_access import wider_than_the_screen

PHONE = {"has_touch": True, "is_mobile": True}
WORDLESS = """
(box) => [...box.querySelectorAll(".foot button, .foot a, quick-actions button")]
  .filter((e) => e.checkVisibility() && !e.closest(".menu"))
  .filter((e) => !e.querySelector(".label") || e.querySelector(".label").getBoundingClientRect().width < 8)
  .map((e) => e.title)
"""
OUTSIDE = """
(box) => [...box.querySelectorAll(".foot button, .foot a, quick-actions button")]
  .filter((e) => e.checkVisibility() && !e.closest(".menu"))
  .filter((e) => e.getBoundingClientRect().right > box.getBoundingClientRect().right + 1 ||
    e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.title)
"""
LOW = """
() => [...document.querySelectorAll("button, a.button, select, summary")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .filter((e) => !e.matches(".about .tools *, .check")) // those take a finger around them, too
  .filter((e) => e.getBoundingClientRect().height < 44)
  .map((e) => e.outerHTML.slice(0, 80))
"""
CUT = """
(composer) => [...composer.querySelectorAll("select, button, textarea")]
  .filter((e) => e.checkVisibility())
  .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth)
  .map((e) => e.getAttribute("aria-label") ?? e.title)
"""


def phone(newcomer: Callable[..., Person], width: int, height: int = 700, scheme: str = "light") -> Tab:
    return newcomer(viewport={"width": width, "height": height}, color_scheme=scheme, **PHONE).opens()


@pytest.mark.parametrize(("width", "count", "shape"), [
    (1280, "1", SMALL), (1280, "1", "192x256"), (1280, "4", SMALL), (390, "1", SMALL), (390, "4", "192x256"), (320, "1", SMALL),
    (320, "4", SMALL),
])  # fmt: skip
def test_every_tool_has_its_word(newcomer: Callable[..., Person], width: int, count: str, shape: str) -> None:
    size = {"viewport": {"width": width, "height": 800}}
    tab = newcomer(**size).opens() if width > 1000 else phone(newcomer, width)
    tab.paints("a snowy forest")
    tab.page.get_by_label("How many pictures").select_option(count)
    tab.says("make it bluer" if count == "1" and shape == SMALL else f"a red desert, {shape}")
    tab.shows(1 + int(count))
    box = tab.boxes.last
    box.scroll_into_view_if_needed()
    assert box.evaluate(WORDLESS) == []
    assert box.evaluate(OUTSIDE) == []
    assert reached(tab, box) >= {"Adjust", "Enhance", "Remove background", "Remove object", "Watercolour", "Download"}


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_vietnamese_words_have_room_too(newcomer: Callable[..., Person], width: int) -> None:
    touch = PHONE if width < 1000 else {}
    tab = newcomer(viewport={"width": width, "height": 800}, locale="vi-VN", **touch).opens()
    words = tab.page.get_by_label("Tin nhắn", exact=True)
    for said, count in ((f"rừng tuyết, {SMALL}", 1), ("làm sáng hơn", 2)):
        words.fill(said)
        words.press("Enter")
        tab.shows(count)
    box = tab.boxes.last
    box.scroll_into_view_if_needed()
    assert box.evaluate(OUTSIDE) == []
    for wide in (tab.page.locator("html"), tab.page.locator("studio-conversation")):
        assert wide.evaluate("(all) => all.scrollWidth - all.clientWidth") == 0


def test_a_finger_hits_every_button(newcomer: Callable[..., Person]) -> None:
    tab = phone(newcomer, 390)
    tab.paints("a snowy forest")
    tab.says("What can you do?")
    expect(tab.page.locator("message-card .suggestion").first).to_be_visible()
    assert tab.page.evaluate(LOW) == []
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
    assert tab.page.evaluate(LOW) == []
    tab.page.locator("gallery-card .touched").tap()
    expect(tab.page.get_by_role("menuitem", name="Download")).to_be_visible()
    assert tab.page.evaluate(LOW) == []


def test_in_the_gallerys_menu_styles_hide_nothing(newcomer: Callable[..., Person]) -> None:
    tab = phone(newcomer, 390)
    tab.paints("a snowy forest")
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
    tab.page.locator("gallery-card .touched").tap()
    items = tab.page.locator(".menu:popover-open [role=menuitem]").all_text_contents()
    assert items.index("Move to the trash") < items.index("Watercolour")


def reached(tab: Tab, box: Locator) -> set[str]:
    """What can be done with the picture: by a button, or from one of its menus."""
    found = set()
    buttons = box.locator(".foot button, .foot a, quick-actions button").locator("visible=true")
    for button in buttons.all():
        label = button.get_attribute("title") or ""
        if button.get_attribute("aria-haspopup") != "menu":
            found.add(label)
            continue
        button.click()
        items = tab.page.locator(".menu:popover-open [role=menuitem]")
        expect(items.first).to_be_visible()
        found |= set(items.all_text_contents())
        tab.page.keyboard.press("Escape")
    return found


def test_a_tool_from_the_menu_does_what_its_button_does(newcomer: Callable[..., Person]) -> None:
    tab = phone(newcomer, 390)
    tab.page.get_by_label("How many pictures").select_option("4")
    tab.says(f"a red desert, {SMALL}")
    tab.shows(4)
    tab.boxes.last.get_by_role("button", name="Tools").tap()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("menuitem", name="Download").tap()
    assert download.value.suggested_filename.endswith(".jpg")
    tab.boxes.last.get_by_role("button", name="Tools").tap()
    tab.page.get_by_role("menuitem", name="Sepia").tap()
    expect(tab.page.locator(".content").last).to_have_text("Sepia style")
    tab.shows(5)
    tab.boxes.last.get_by_role("button", name="Compare").tap()
    expect(tab.boxes.last.locator("compare-slider img.loaded")).to_have_count(2)


def test_every_style_shows_what_it_does(newcomer: Callable[..., Person]) -> None:
    tab = phone(newcomer, 320)
    tab.paints("a snowy forest")
    tab.button("Style").tap()
    menu = tab.page.get_by_role("menu", name="Style")
    expect(menu).to_be_in_viewport(ratio=1)
    pictures = menu.locator(".look").evaluate_all(
        """(looks) => Promise.all(looks.map(async (look) => {
          const [, url] = getComputedStyle(look).backgroundImage.match(/url\\("(.+)"\\)/);
          const img = Object.assign(new Image(), { src: url });
          await img.decode();
          return [url, img.naturalWidth];
        }))"""
    )
    assert [width for _, width in pictures] == [96] * len(STYLES)
    assert len({url for url, _ in pictures}) == len(STYLES)


@pytest.mark.parametrize("width", [320, 390])
def test_what_can_be_pressed_instead_keeps_its_shape(newcomer: Callable[..., Person], width: int) -> None:
    tab = phone(newcomer, width)
    tab.says("What can you do?")
    offered = tab.page.locator("message-card .suggestion")
    expect(offered.first).to_be_visible()
    assert offered.first.evaluate("(chip) => getComputedStyle(chip).paddingInlineStart") == "14px"


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_composer_cuts_nothing(newcomer: Callable[..., Person], width: int) -> None:
    tab = phone(newcomer, width)
    composer = tab.page.locator("message-composer")
    tab.page.get_by_label("Size").select_option(label="Landscape 1024 × 768")
    tab.page.get_by_label("How many pictures").select_option("4")
    tab.input.fill("word " * 380)
    assert composer.evaluate(CUT) == []
    expect(tab.page.locator(".counter")).to_be_in_viewport(ratio=1)
    expect(tab.button("Send")).to_be_in_viewport(ratio=1)
    tab.page.locator("input[type=file]").first.set_input_files(
        [FilePayload(name=f"{n}.png", mimeType="image/png", buffer=photo(60, 60)) for n in range(3)]
    )
    expect(tab.page.locator("photo-chip .drop")).to_have_count(3)
    assert composer.evaluate(CUT) == []
    assert width > 320 or wider_than_the_screen(tab.page) == []
    expect(tab.button("Send")).to_be_in_viewport(ratio=1)


def test_a_keyboard_pushes_nothing_away(newcomer: Callable[..., Person]) -> None:
    """With `interactive-widget=resizes-content` the window becomes smaller; elsewhere only what is seen of it does."""
    tab = phone(newcomer, 390, 760)
    tab.paints("a snowy forest")
    tab.input.tap()
    tab.page.set_viewport_size({"width": 390, "height": 380})
    assert_all_there(tab, 380)
    tab.page.set_viewport_size({"width": 390, "height": 760})
    tab.page.evaluate(
        """() => {
          Object.defineProperty(visualViewport, "height", { value: 400, configurable: true });
          visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    assert_all_there(tab, 400)
    tab.page.evaluate("() => { delete visualViewport.height; visualViewport.dispatchEvent(new Event('resize')); }")
    expect(tab.page.locator(".under")).to_be_visible()
    assert place(tab.page.locator("message-composer"))[1] > 500


def assert_all_there(tab: Tab, height: int) -> None:
    """The bar at the top, something of the conversation, and the whole composer above the keyboard."""
    expect(tab.button("Show your chats")).to_be_in_viewport(ratio=1)
    expect(tab.button("Send")).to_be_in_viewport(ratio=1)
    _, top, _, high = place(tab.page.locator("message-composer"))
    assert top + high <= height
    conversation = place(tab.page.locator("studio-conversation"))
    assert conversation[3] > 120
    assert conversation[1] + conversation[3] <= top + 1
    assert tab.page.evaluate("scrollY") == 0
