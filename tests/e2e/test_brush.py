"""The mask brush, by mouse, by finger and by keys: what is painted is what the studio is given as the mask."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.bringing import drop, paste
from tests.e2e.person import Person, Tab, act, photo, place, soon

WIDTH, HEIGHT = 256, 192  # of the picture that is painted over
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
WHITE, BLACK = 255, 0
SIZES = {
    "+": "10",
    "-": "9",
    "Control+Alt+[": "8",
    "Control+Alt+]": "9",
}  # of the brush, one key after the other; AltGr is Ctrl + Alt
SLOW_PNG = """
() => {
  const { toBlob } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.toBlob = function (take, ...rest) {
    window.letGo = async () => { // resolves with whether anything is sent after that
      HTMLCanvasElement.prototype.toBlob = toBlob;
      let sent = false;
      const { send } = XMLHttpRequest.prototype;
      XMLHttpRequest.prototype.send = function (...body) { sent = true; send.apply(this, body); };
      await new Promise((done) => toBlob.call(this, (blob) => { take(blob); setTimeout(done); }, ...rest));
      XMLHttpRequest.prototype.send = send;
      return sent;
    };
  };
}
"""


@pytest.fixture(scope="module")
def chat(shared_person: Person) -> Tab:
    tab = shared_person.opens()
    tab.paints("a snowy forest")
    return tab


@pytest.fixture
def tab(chat: Tab) -> Iterator[Tab]:
    """The brush is open."""
    chat.page.bring_to_front()
    open_brush(chat)
    yield chat
    expect(brush(chat)).to_have_count(0)


def canvases(page: Page) -> int:
    """Those that are in memory, seen or not."""
    inspector = page.context.new_cdp_session(page)
    inspector.send("HeapProfiler.collectGarbage")
    prototype = inspector.send("Runtime.evaluate", {"expression": "HTMLCanvasElement.prototype"})["result"]["objectId"]
    found = inspector.send("Runtime.queryObjects", {"prototypeObjectId": prototype})["objects"]["objectId"]
    count = {"objectId": found, "functionDeclaration": "function () { return this.length; }", "returnByValue": True}
    length: int = inspector.send("Runtime.callFunctionOn", count)["result"]["value"]
    inspector.detach()
    return length


def test_a_brush_that_is_closed_leaves_no_canvas_in_memory(chat: Tab) -> None:
    for _ in range(4):
        open_brush(chat)
        chat.page.keyboard.press("Escape")
        expect(brush(chat)).to_have_count(0)
    assert soon(chat.page, lambda: canvases(chat.page) <= 6)  # the last one may be there still


def open_brush(tab: Tab) -> None:
    act(tab.boxes.first, "Remove object")
    expect(brush(tab).get_by_role("application")).to_be_focused()


def tap(box: Locator, tool: str) -> None:
    """On a phone, where most tools are in the menu."""
    box.locator("quick-actions").get_by_role("button", name="More").or_(box.get_by_role("button", name="Tools")).tap()
    box.get_by_role("menuitem", name=tool).tap()


def brush(tab: Tab) -> Locator:
    return tab.page.get_by_role("dialog", name="Paint over what should go")


def button(tab: Tab, name: str) -> Locator:
    return brush(tab).get_by_role("button", name=name, exact=True)


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    """On the screen; the place in the picture is given in parts of it."""
    x, y, width, height = place(page.locator("brush-canvas"))
    return x + across * width, y + down * height


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=4)
    page.mouse.up()


def sent_mask(person: Person, tab: Tab, words: str = "Remove what is painted over") -> Image.Image:
    """Presses the button that sends, and decodes what the studio has got."""
    count = len(person.messages(tab))
    button(tab, "Remove").click()
    expect(tab.page.locator("message-card .content").nth(count)).to_have_text(words)
    expect(tab.page.locator('picture-box[data-state="running"], picture-box[data-state="kept"]')).to_have_count(0)
    first, last = person.messages(tab)[0], person.messages(tab)[-1]
    assert last["options"]["intent"] == "remove_object"
    assert last["source_image_id"] == first["image"]["id"]
    url = person.asks(f"/v1/gallery/{last['mask_image_id']}/")["url"]
    mask = Image.open(BytesIO(person.context.request.get(url).body()))
    assert (mask.format, mask.mode, mask.size) == ("PNG", "L", (WIDTH, HEIGHT))
    return mask


def value(mask: Image.Image, across: float, down: float) -> object:
    return mask.getpixel((int(across * WIDTH), int(down * HEIGHT)))


def test_the_mouse_paints_erases_and_takes_back(shared_person: Person, tab: Tab) -> None:
    expect(button(tab, "Remove")).to_be_disabled()
    drag(tab.page, (0.2, 0.5), (0.8, 0.5))
    drag(tab.page, (0.2, 0.1), (0.8, 0.1))
    button(tab, "Undo").click()
    button(tab, "Erase").click()
    drag(tab.page, (0.5, 0.4), (0.5, 0.6))
    mask = sent_mask(shared_person, tab)
    assert [value(mask, across, 0.5) for across in (0.25, 0.5, 0.75)] == [WHITE, BLACK, WHITE]
    assert value(mask, 0.5, 0.1) == BLACK  # taken back
    assert value(mask, 0.05, 0.5) == value(mask, 0.95, 0.95) == BLACK  # never touched


def test_keys_paint_and_the_brush_says_where_it_is(shared_person: Person, tab: Tab) -> None:
    keys = tab.page.keyboard
    expect(tab.page.locator("brush-canvas .cursor")).to_be_visible()
    keys.press("]")
    expect(brush(tab).get_by_role("slider", name="Brush size")).to_have_value("9")
    for key, size in SIZES.items():
        keys.press(key)
        expect(brush(tab).get_by_role("slider", name="Brush size")).to_have_value(size)
    for _ in range(8):
        keys.press("ArrowLeft")
    expect(brush(tab).get_by_role("status")).to_have_text("The brush is 23% from the left, 50% from the top.")
    keys.down("Space")
    for _ in range(4):
        keys.press("ArrowUp")
    keys.up("Space")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    keys.press("Space")
    keys.press("Control+z")
    keys.press("Control+Shift+z")
    keys.press("Control+z")  # the dot at the top is gone, the line is there
    brush(tab).get_by_label("What should go").fill("the tree")
    mask = sent_mask(shared_person, tab, "the tree")
    assert [value(mask, 0.23, down) for down in (0.5, 0.4, 0.33)] == [WHITE] * 3
    assert value(mask, 0.23, 0.19) == BLACK
    assert value(mask, 0.5, 0.5) == BLACK


def test_clearing_leaves_nothing_and_can_be_taken_back(shared_person: Person, tab: Tab) -> None:
    drag(tab.page, (0.3, 0.3), (0.6, 0.6))
    button(tab, "Clear").click()
    expect(button(tab, "Remove")).to_be_disabled()
    button(tab, "Undo").click()
    mask = sent_mask(shared_person, tab)
    assert value(mask, 0.45, 0.45) == WHITE
    assert value(mask, 0.45, 0.9) == BLACK


def test_leaving_asks_before_strokes_are_lost(shared_person: Person, tab: Tab) -> None:
    count = len(shared_person.messages(tab))
    tab.page.keyboard.press("Space")
    tab.page.keyboard.press("Escape")
    question = tab.page.get_by_role("dialog", name="Leave without the strokes?")
    expect(question).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(button(tab, "Remove")).to_be_enabled()
    tab.page.keyboard.press("Escape")
    question.get_by_role("button", name="Leave").click()
    expect(brush(tab)).to_have_count(0)
    open_brush(tab)
    tab.page.keyboard.press("Escape")  # nothing painted: nothing asked
    expect(brush(tab)).to_have_count(0)
    assert len(shared_person.messages(tab)) == count


def test_leaving_while_the_mask_is_sent_stops_it(shared_person: Person, tab: Tab) -> None:
    count = len(shared_person.messages(tab))
    tab.page.route("**/v1/gallery/", lambda route: None)  # it never arrives
    drag(tab.page, (0.3, 0.3), (0.6, 0.6))
    with tab.page.expect_request("**/v1/gallery/"):
        button(tab, "Remove").click()
    drag(tab.page, (0.3, 0.8), (0.6, 0.8))  # in vain: it would be lost
    expect(button(tab, "Remove")).to_be_disabled()
    with tab.page.expect_event("requestfailed"):
        tab.page.keyboard.press("Escape")
    question = tab.page.get_by_role("dialog", name="Leave without the strokes?")
    question.get_by_role("button", name="Cancel").click()
    tab.page.unroute("**/v1/gallery/")
    button(tab, "Undo").click()
    expect(button(tab, "Remove")).to_be_disabled()  # there was one stroke
    button(tab, "Redo").click()
    tab.page.evaluate(SLOW_PNG)
    button(tab, "Remove").click()
    expect(brush(tab).get_by_role("status")).to_have_text("Sending what you painted…")
    tab.page.keyboard.press("Escape")
    question.get_by_role("button", name="Leave").click()
    expect(brush(tab)).to_have_count(0)
    assert not tab.page.evaluate("letGo()")
    assert len(shared_person.messages(tab)) == count


def test_a_file_dropped_or_pasted_beside_the_brush_stays_outside(shared_person: Person, tab: Tab) -> None:
    count = len(shared_person.asks("/v1/gallery/")["items"])
    drop(tab, (photo(), "dropped.png", "image/png"), hinted=False)
    assert not paste(tab, (photo(), "pasted.png", "image/png"))
    expect(tab.page.locator("photo-chip")).to_be_hidden()
    tab.page.keyboard.press("Escape")
    expect(brush(tab)).to_have_count(0)
    assert len(shared_person.asks("/v1/gallery/")["items"]) == count


def test_a_finger_paints_on_a_narrow_screen(newcomer: Callable[..., Person]) -> None:
    person = newcomer(**PHONE)
    tab = person.opens()
    tab.paints("a snowy forest")
    tap(tab.boxes.first, "Remove object")
    expect(brush(tab)).to_be_visible()
    stroke(tab.page, [(0.2, 0.7), (0.5, 0.7), (0.8, 0.7)])
    mask = sent_mask(person, tab)
    assert [value(mask, across, 0.7) for across in (0.2, 0.4, 0.6, 0.8)] == [WHITE] * 4
    assert value(mask, 0.5, 0.3) == BLACK


def stroke(page: Page, places: list[tuple[float, float]]) -> None:
    """One finger, as the browser is told of it by the screen."""
    screen = page.context.new_cdp_session(page)
    first, *others = [at(page, *where) for where in places]
    touch(screen, "touchStart", first)
    for point in others:
        touch(screen, "touchMove", point)
    touch(screen, "touchEnd")


def touch(screen: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    spots = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})


def test_two_fingers_make_the_picture_larger_and_paint_nothing(newcomer: Callable[..., Person]) -> None:
    person = newcomer(**PHONE)
    tab = person.opens()
    tab.paints("a snowy forest")
    tap(tab.boxes.first, "Remove object")
    expect(tab.page.locator("brush-canvas img.loaded")).to_be_visible()
    screen = tab.page.context.new_cdp_session(tab.page)
    whole = place(tab.page.locator("brush-canvas"))[2]
    middle = at(tab.page, 0.5, 0.5)
    spread = [(middle[0] - 30, middle[1]), (middle[0] + 30, middle[1])]
    touch(screen, "touchStart", spread[0])
    touch(screen, "touchStart", *spread)
    for by in (40, 60, 90):
        touch(screen, "touchMove", (middle[0] - by, middle[1]), (middle[0] + by, middle[1]))
    touch(screen, "touchEnd")
    assert 2.7 < place(tab.page.locator("brush-canvas"))[2] / whole < 3.3
    expect(button(tab, "Undo")).to_be_disabled()  # nothing is painted
    stroke(tab.page, [(0.45, 0.5), (0.5, 0.5), (0.55, 0.5)])
    mask = sent_mask(person, tab)
    assert [value(mask, across, 0.5) for across in (0.45, 0.5, 0.55)] == [WHITE] * 3
    assert value(mask, 0.5, 0.7) == BLACK


def test_the_wheel_and_keys_make_the_picture_larger_around_a_point(tab: Tab) -> None:
    whole = place(tab.page.locator("brush-canvas"))
    here = at(tab.page, 0.5, 0.25)
    tab.page.mouse.move(*here)
    tab.page.mouse.wheel(0, -300)
    expect(tab.page.locator("brush-canvas")).not_to_have_css("scale", "1")
    there = at(tab.page, 0.5, 0.25)
    assert abs(there[0] - here[0]) < 2
    assert abs(there[1] - here[1]) < 2
    for _ in range(40):
        tab.page.keyboard.press("ArrowRight")  # what is painted next is brought into sight
    x, y, width, height = place(tab.page.locator("brush-canvas .cursor"))
    left, top, wide, high = place(tab.page.locator(".brush .stage"))
    assert left - 1 <= x + width / 2 <= left + wide + 1
    assert top - 1 <= y + height / 2 <= top + high + 1
    tab.page.keyboard.press("Home")
    assert place(tab.page.locator("brush-canvas")) == whole
    tab.page.keyboard.press("PageUp")
    assert place(tab.page.locator("brush-canvas"))[2] > whole[2]
    tab.page.keyboard.press("Escape")


def test_a_lasso_and_a_rectangle_are_filled(shared_person: Person, tab: Tab) -> None:
    button(tab, "Lasso").click()
    around = [(0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.5)]
    tab.page.mouse.move(*at(tab.page, *around[0]))
    tab.page.mouse.down()
    for corner in around[1:]:
        tab.page.mouse.move(*at(tab.page, *corner), steps=4)
    tab.page.mouse.up()
    tab.page.keyboard.press("r")
    expect(button(tab, "Rectangle")).to_have_attribute("aria-pressed", "true")
    drag(tab.page, (0.9, 0.9), (0.6, 0.6))
    drag(tab.page, (0.9, 0.2), (0.9, 0.2))  # a press alone is no area
    button(tab, "Erase").click()
    drag(tab.page, (0.7, 0.7), (0.8, 0.8))
    mask = sent_mask(shared_person, tab)
    assert [value(mask, *where) for where in ((0.25, 0.3), (0.12, 0.45), (0.62, 0.62), (0.88, 0.88))] == [WHITE] * 4
    assert [value(mask, *where) for where in ((0.5, 0.3), (0.75, 0.75), (0.9, 0.2), (0.25, 0.6))] == [BLACK] * 4


def test_a_rectangle_and_a_lasso_are_drawn_by_keys(shared_person: Person, tab: Tab) -> None:
    keys = tab.page.keyboard
    keys.press("r")
    keys.down("Space")
    for key in ["ArrowRight"] * 5 + ["ArrowDown"] * 5:
        keys.press(key)
    keys.up("Space")
    keys.press("l")
    for _ in range(8):
        keys.press("ArrowUp")
    keys.down("Space")
    for key in ["ArrowLeft"] * 8 + ["ArrowUp"] * 4 + ["ArrowRight"] * 8:
        keys.press(key)
    keys.up("Space")
    mask = sent_mask(shared_person, tab)
    assert [value(mask, *where) for where in ((0.52, 0.52), (0.6, 0.68))] == [WHITE] * 2
    assert value(mask, 0.55, 0.28) == WHITE
    assert [value(mask, *where) for where in ((0.45, 0.55), (0.8, 0.6), (0.5, 0.44))] == [BLACK] * 3


def test_a_finger_draws_a_lasso(newcomer: Callable[..., Person]) -> None:
    person = newcomer(**PHONE)
    tab = person.opens()
    tab.paints("a snowy forest")
    tap(tab.boxes.first, "Remove object")
    expect(tab.page.locator("brush-canvas img.loaded")).to_be_visible()
    button(tab, "Lasso").tap()
    stroke(tab.page, [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)])
    mask = sent_mask(person, tab)
    assert (value(mask, 0.5, 0.5), value(mask, 0.9, 0.5)) == (WHITE, BLACK)


EDGE = """
() => {
  const canvas = document.querySelector("brush-canvas canvas:not(.tint)");
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let sum = 0, black = 0, white = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] < 200) continue;
    if (data[at] > 200) white += 1;
    if (data[at] < 55) black += 1;
    sum = (sum * 31 + data[at]) % 1000003;
  }
  return [sum, black, white];
}
"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_edge_is_striped_and_moves_where_motion_is_wanted(
    tab: Tab, motion: Literal["no-preference", "reduce"]
) -> None:
    tab.page.emulate_media(reduced_motion=motion)
    drag(tab.page, (0.2, 0.5), (0.8, 0.5))
    tab.page.wait_for_function(f"() => {{ const [, black, white] = ({EDGE})(); return black > 50 && white > 50; }}")
    first = tab.page.evaluate(EDGE)
    if motion == "reduce":
        tab.page.evaluate(
            "() => new Promise((done) => { let n = 30; const go = () => n-- ? requestAnimationFrame(go) : done(); go(); })"
        )
        assert tab.page.evaluate(EDGE) == first
    else:
        tab.page.wait_for_function(f"(before) => ({EDGE})()[0] !== before", arg=first[0])
    tab.page.emulate_media(reduced_motion=None)
    tab.page.keyboard.press("Escape")
    tab.page.get_by_role("dialog", name="Leave without the strokes?").get_by_role("button", name="Leave").click()


@pytest.mark.parametrize(
    "colour", [(255, 120, 30), (0, 190, 255), (255, 60, 200), (150, 255, 60), (250, 250, 250), (5, 5, 5)]
)
def test_the_tint_contrasts_with_what_is_under_it(person: Person, colour: tuple[int, int, int]) -> None:
    tab = person.opens()
    out = BytesIO()
    Image.new("RGB", (200, 150), colour).save(out, "PNG")
    drop(tab, (out.getvalue(), "plain.png", "image/png"))
    tab.page.locator("photo-chip").get_by_role("button", name="Change only a part…").click()
    expect(tab.page.locator("brush-canvas img.loaded")).to_be_visible()
    drag(tab.page, (0.2, 0.5), (0.8, 0.5))
    tint = tab.page.evaluate(
        """() => {
          const canvas = document.querySelector("brush-canvas .tint");
          const at = [canvas.width / 2, canvas.height / 2].map(Math.round);
          return [...canvas.getContext("2d").getImageData(...at, 1, 1).data];
        }"""
    )
    assert tint[3] == 255
    assert sum(abs(one - other) for one, other in zip(tint, colour, strict=False)) > 250


def test_a_part_of_a_photo_is_changed_in_words(shared_person: Person, chat: Tab) -> None:
    chat.page.bring_to_front()
    chat.boxes.first.hover()
    chat.boxes.first.get_by_role("button", name="Edit this").click()
    chat.page.locator("photo-chip").get_by_role("button", name="Change only a part…").click()
    drag(chat.page, (0.1, 0.5), (0.9, 0.5))
    said = chat.page.get_by_role("dialog").get_by_role("status")
    expect(said).to_have_text("Only what is coloured changes, the rest stays as it is. Next, say what to change.")
    chat.page.get_by_role("button", name="Done").click()
    expect(chat.page.locator("photo-chip")).to_contain_text("Only what you painted over changes")
    count = len(shared_person.messages(chat))
    chat.says("make it black and white")
    expect(chat.page.locator("message-card")).to_have_count(count + 1)
    expect(chat.boxes.last.locator("img.loaded")).to_be_visible()
    sent = shared_person.messages(chat)[-1]
    assert "intent" not in sent["options"]  # what is to happen there is read from the words
    assert sent["intent"] == "edit"
    assert sent["mask_image_id"]
    colours = chat.boxes.last.locator("img").evaluate(
        """(img) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 256, height: 192 });
          const context = canvas.getContext("2d", { willReadFrequently: true });
          context.drawImage(img, 0, 0, 256, 192);
          const at = (y) => [...context.getImageData(128, y, 1, 1).data];
          return [at(96), at(10)].map(([r, g, b]) => Math.max(r, g, b) - Math.min(r, g, b));
        }"""
    )
    assert colours[0] <= 6 < colours[1]
