"""Changes by hand: what the page shows beforehand is what the studio makes, to two levels of each pixel."""

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from gallery import pictures
from pipeline.providers.adjust import Adjust
from pipeline.providers.arithmetic import adjusted
from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.e2e.bringing import bring
from tests.e2e.person import Person, Tab, drag, go, new_context, place
from tests.e2e.reading import complaints
from tests.support.listener import Listener
from tests.support.serving import Serving, eventually

Form = dict[str, Any]
LEVELS = 2
WIDTH, HEIGHT = 211, 140
RENDER = """
async ([image, adjust]) => {
  const { AdjustedPixels } = await import("/static/studio/edit/adjusted-pixels.js");
  const { NOTHING, frameOf, sizeAfter } = await import("/static/studio/edit/adjustment.js");
  const adjusted = await new AdjustedPixels().load(image);
  const whole = { ...NOTHING, ...adjust };
  const { data, width, height } = adjusted.render(whole, frameOf(whole, adjusted.size), sizeAfter(whole, adjusted.size));
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return [btoa(text), width, height];
}
"""
DRAWN = """
(canvas) => {
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return [btoa(text), width, height];
}
"""
PRESSED = """
async ([adjust, size, press]) => {
  const { NOTHING, toOptions, ...presses } = await import("/static/studio/edit/adjustment.js");
  return toOptions(presses[press[0]]({ ...NOTHING, ...adjust }, size, ...press.slice(1)));
}
"""
SAID = """
async ([adjust, size]) => {
  const { language } = await import("/static/studio/ui/translate.js");
  if (language !== "en") await import(`/static/studio/locale/${language}.js`);
  const { NOTHING } = await import("/static/studio/edit/adjustment.js");
  const { wordsOf } = await import("/static/studio/edit/words.js");
  return wordsOf({ ...NOTHING, ...adjust }, size);
}
"""


@pytest.fixture(scope="module")
def gallery(shared_person: Person) -> Tab:
    return shared_person.opens("/gallery/")


@pytest.fixture(scope="module")
def vietnamese(server: Serving, browser: Browser) -> Iterator[Tab]:
    with Person(new_context(browser, server.address, locale="vi-VN")) as person:
        yield person.opens("/gallery/")


def noisy(size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """Every channel its own noise on its own slope: nothing is alike, and every value occurs."""
    rng = np.random.default_rng(7)
    across, down = np.meshgrid(np.linspace(0, 150, size[0]), np.linspace(0, 150, size[1]))
    slopes = np.stack([across, down, across[:, ::-1]], axis=-1)
    return Image.fromarray((slopes + rng.integers(0, 106, slopes.shape)).astype(np.uint8))


def holed() -> Image.Image:
    image = noisy()
    image.putalpha(Image.radial_gradient("L").resize(image.size).point(lambda value: 255 - value))
    return image


def pixels(image: Image.Image) -> NDArray[np.int16]:
    """As they are seen on white: what is clear has no colour."""
    seen = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return np.asarray(seen.convert("RGB")).astype(np.int16)


@pytest.fixture(scope="module")
def photo(shared_person: Person, gallery: Tab) -> Form:
    return bring(shared_person, gallery, noisy())


@pytest.fixture(scope="module")
def cutout(shared_person: Person, gallery: Tab) -> Form:
    return bring(shared_person, gallery, holed())


def stored(person: Person, image: Form) -> Image.Image:
    return pictures.decode(person.context.request.get(image["url"]).body())


ADJUSTS: list[Form] = [
    {"exposure": 100},
    {"exposure": -63},
    {"contrast": 100},
    {"contrast": -41},
    {"warmth": 77},
    {"warmth": -100},
    {"saturation": 100},
    {"saturation": -100},
    {"exposure": 90, "contrast": 100, "warmth": 80, "saturation": 95},
    {"rotate": 90},
    {"rotate": 180, "flip_vertical": True},
    {"rotate": 270, "flip_horizontal": True, "crop": {"x": 10, "y": 20, "width": 33, "height": 71}},
    {"straighten": 2.5},
    {"straighten": -45},
    {"rotate": 90, "flip_horizontal": True, "straighten": 7.3},
    {"rotate": 270, "straighten": -3.1, "crop": {"x": 30, "y": 40, "width": 77, "height": 90}, "saturation": 30},
    {"straighten": 12, "crop": {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT}, "exposure": 20},
]


@pytest.mark.parametrize("adjust", ADJUSTS, ids=json.dumps)
@pytest.mark.parametrize("kind", ["photo", "cutout"])
def test_the_page_calculates_as_the_studio_does(
    shared_person: Person, gallery: Tab, kind: str, adjust: Form, request: pytest.FixtureRequest
) -> None:
    image = request.getfixturevalue(kind)
    shown = picture(*gallery.page.evaluate(RENDER, [image, adjust]))
    assert_alike(shown, calculated(shared_person, image, adjust))


def picture(text: str, width: int, height: int) -> Image.Image:
    return Image.frombytes("RGBA", (width, height), base64.b64decode(text))


def calculated(person: Person, image: Form, adjust: Form) -> Image.Image:
    """By the studio's own arithmetic."""
    values = Adjust.of({"adjust": adjust})
    assert values
    return adjusted(stored(person, image), values, lambda done: None)


def assert_alike(one: Image.Image, other: Image.Image) -> None:
    assert one.size == other.size
    assert np.abs(pixels(one) - pixels(other)).max() <= LEVELS


@pytest.mark.parametrize("adjust", [{}, {"straighten": 6.5, "crop": {"x": 40, "y": 30, "width": 90, "height": 60}}])
@pytest.mark.parametrize(
    ("press", "turn"),
    [
        (("turnRight",), Image.Transpose.ROTATE_270),
        (("turnLeft",), Image.Transpose.ROTATE_90),
        (("flip", "horizontal"), Image.Transpose.FLIP_LEFT_RIGHT),
        (("flip", "vertical"), Image.Transpose.FLIP_TOP_BOTTOM),
    ],
)
def test_what_is_seen_is_turned_whatever_was_done_before(
    shared_person: Person, gallery: Tab, photo: Form, adjust: Form, press: tuple[str, ...], turn: Image.Transpose
) -> None:
    size = {"width": WIDTH, "height": HEIGHT}
    for first in ((), ("turnRight",), ("flip", "vertical")):
        before = gallery.page.evaluate(PRESSED, [adjust, size, first]) if first else adjust
        after = gallery.page.evaluate(PRESSED, [before, size, press])
        old = calculated(shared_person, photo, before).transpose(turn)
        # Between two pixels rounding goes the other way round.
        assert np.abs(pixels(calculated(shared_person, photo, after)) - pixels(old)).max() <= LEVELS


def test_four_turns_and_two_flips_are_nothing(gallery: Tab) -> None:
    size, adjust = {"width": WIDTH, "height": HEIGHT}, {"crop": {"x": 1, "y": 2, "width": 30, "height": 40}}
    for press in [("turnRight",)] * 4 + [("flip", "horizontal")] * 2 + [("turnLeft",), ("turnRight",)]:
        adjust = gallery.page.evaluate(PRESSED, [adjust, size, press])
    assert adjust == {"crop": {"x": 1, "y": 2, "width": 30, "height": 40}}


# The words that would do the same


@pytest.mark.parametrize(
    ("adjust", "english", "vietnamese_words", "exact"),
    [
        ({"exposure": 50, "warmth": -25}, "brighter, a bit cooler", "sáng hơn, lạnh hơn một chút", True),
        ({"exposure": -25, "warmth": 100}, "a bit darker, much warmer", "tối hơn một chút, ấm hơn nhiều", True),
        ({"contrast": -100, "saturation": 50}, "much less contrast, more vivid", "giảm tương phản nhiều, tươi hơn", True),
        ({"contrast": 25}, "a bit more contrast", "tăng tương phản một chút", True),
        ({"saturation": -100}, "black and white", "đen trắng", True),
        ({"rotate": 90, "flip_vertical": True}, "rotate 90, flip vertically", "xoay 90 độ, lật dọc", True),
        ({"rotate": 270, "flip_horizontal": True}, "rotate 270, flip horizontally", "xoay 270 độ, lật ngang", True),
        ({"straighten": -2.5}, "straighten by 2.5 degrees to the left", "nắn thẳng 2.5 độ sang trái", True),
        ({"straighten": 4}, "straighten by 4 degrees", "nắn thẳng 4 độ", True),
        ({"crop": {"x": 35, "y": 0, "width": 140, "height": 140}}, "crop to square", "cắt vuông", True),
        ({"crop": {"x": 12, "y": 0, "width": 187, "height": 140}}, "crop to 4:3", "cắt theo tỉ lệ 4:3", True),
        ({"crop": {"x": 0, "y": 0, "width": 211, "height": 70}}, "crop to the top half", "cắt lấy nửa trên", True),
        ({"crop": {"x": 0, "y": 70, "width": 211, "height": 70}}, "crop to the bottom half", "cắt lấy nửa dưới", True),
        ({"crop": {"x": 0, "y": 0, "width": 106, "height": 140}}, "crop to the left half", "cắt lấy nửa trái", True),
        ({"crop": {"x": 105, "y": 0, "width": 106, "height": 140}}, "crop to the right half", "cắt lấy nửa phải", True),
        ({"straighten": 4, "crop": {"x": 39, "y": 4, "width": 132, "height": 132}}, None, None, None),
        ({"exposure": 43}, "brighter", "sáng hơn", False),
        ({"saturation": 90}, "much more vivid", "tươi hơn nhiều", False),
        ({"saturation": -30}, "less vivid", "nhạt hơn", False),
        ({"crop": {"x": 0, "y": 0, "width": 140, "height": 140}}, "crop to square", "cắt vuông", False),
        (
            {"contrast": 50, "crop": {"x": 3, "y": 5, "width": 77, "height": 91}},
            "more contrast, framed by hand", "tăng tương phản, khung chọn bằng tay", False,
        ),
    ],
)  # fmt: skip
def test_what_the_words_promise_the_offline_editor_keeps_in_both_languages(
    shared_person: Person, gallery: Tab, vietnamese: Tab, photo: Form, adjust: Form,
    english: str | None, vietnamese_words: str | None, exact: bool | None,
) -> None:  # fmt: skip
    for tab, words in ((gallery, english), (vietnamese, vietnamese_words)):
        said = tab.page.evaluate(SAID, [adjust, {"width": WIDTH, "height": HEIGHT}])
        if words is not None:
            assert (said["words"], said["exact"]) == (words, exact)
        assert said["spoken"] == (not re.search("by hand|bằng tay", said["words"]))
        if said["exact"]:
            source = io.BytesIO()
            stored(shared_person, photo).save(source, "PNG")
            asked = PictureRequest(
                Intent.EDIT, said["words"], said["words"], None, None, None, 1, source.getvalue(), None
            )
            by_words = Image.open(io.BytesIO(OfflineProvider().make(asked, Listener()).data))
            assert (pixels(by_words) == pixels(calculated(shared_person, photo, adjust))).all()


# The editor


@pytest.fixture
def desk(shared_person: Person, gallery: Tab, photo: Form) -> Page:
    """The editor is open, with the photo."""
    gallery.page.bring_to_front()
    go(gallery.page, "about:blank")  # whatever the test before left behind, a step back in the history too
    go(gallery.page, "/gallery/")
    open_editor(gallery.page, photo)
    return gallery.page


def open_editor(page: Page, image: Form) -> None:
    card = page.locator("gallery-card", has=page.locator(f"img[src='{image['thumbnail_url']}']"))
    card.hover()
    adjust = card.get_by_role("button", name="Adjust", exact=True)
    menu = card.get_by_role("button", name="Tools")
    expect(adjust.or_(menu)).to_be_visible()
    if menu.is_visible():  # no room for more
        menu.click()
        adjust = card.get_by_role("menuitem", name="Adjust", exact=True)
    adjust.click()
    expect(canvas(page)).to_have_attribute("data-drawn", "{}")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Adjust by hand")


def canvas(page: Page) -> Locator:
    return dialog(page).locator("canvas")


def button(page: Page, name: str) -> Locator:
    return dialog(page).get_by_role("button", name=name, exact=True)


def panel(page: Page, name: str) -> None:
    dialog(page).get_by_role("radio", name=name).check()


def set_to(page: Page, name: str, value: float) -> None:
    slider = dialog(page).get_by_role("slider", name=name)
    slider.fill(str(value))
    slider.dispatch_event("change")  # `fill` moves it, and lets go


def draws(page: Page, adjust: Form) -> None:
    """Waits until that is what is seen."""
    expect(canvas(page)).to_have_attribute("data-drawn", json.dumps(adjust, separators=(",", ":")))


def frame(page: Page) -> Locator:
    return page.get_by_role("application", name="Crop", exact=True)


def words(page: Page) -> Locator:
    return dialog(page).locator(".in-words")


def applied(person: Person, page: Page) -> Form:
    """Presses the button, and waits for the picture."""
    cards = page.locator("gallery-card")
    before = [image["id"] for image in person.asks("/v1/gallery/")["items"]]
    count = cards.count()
    button(page, "Apply").click()
    expect(dialog(page)).to_have_count(0)
    expect(cards).to_have_count(count + 1)
    [made] = [image for image in person.asks("/v1/gallery/")["items"] if image["id"] not in before]
    return dict(made)


@pytest.mark.parametrize("kind", ["cutout", "photo"])
def test_what_the_canvas_shows_is_what_the_studio_makes(
    shared_person: Person, gallery: Tab, kind: str, request: pytest.FixtureRequest
) -> None:
    """The cut-out is kept as a PNG: the file itself is compared. Of a photo a JPEG is kept: the file is the JPEG of what the
    studio calculated, and that is compared."""
    image, page = request.getfixturevalue(kind), gallery.page
    page.reload()
    open_editor(page, image)
    dialog(page).get_by_label("Shape of the crop").select_option("Square")
    button(page, "Turn right").click()
    set_to(page, "Straighten", 3.5)
    panel(page, "Light and colour")
    for name, value in (("Exposure", 22), ("Contrast", 35), ("Warmth", -40), ("Saturation", 60)):
        set_to(page, name, value)
    whole = {"rotate": 90, "straighten": 3.5, "crop": {"x": 4, "y": 39, "width": 132, "height": 132}}
    eventually(lambda: "saturation" in (canvas(page).get_attribute("data-drawn") or ""))
    seen = json.loads(canvas(page).get_attribute("data-drawn") or "")
    assert seen.keys() == whole.keys() | {"exposure", "contrast", "warmth", "saturation"}
    draws(page, seen)
    shown = picture(*canvas(page).evaluate(DRAWN))
    assert_alike(shown, calculated(shared_person, image, seen))
    made = applied(shared_person, page)
    assert (made["width"], made["height"], made["parent_id"]) == (*shown.size, image["id"])
    if kind == "cutout":
        assert_alike(shown, stored(shared_person, made))
    else:
        kept = pictures.rendition(png(calculated(shared_person, image, seen)))
        assert (pixels(stored(shared_person, made)) == pixels(pictures.decode(kept.data))).all()


def test_one_history_takes_everything_back_and_brings_it_again(desk: Page) -> None:
    expect(button(desk, "Undo")).to_be_disabled()
    button(desk, "Turn left").click()
    panel(desk, "Light and colour")
    set_to(desk, "Contrast", 30)
    draws(desk, {"rotate": 270, "contrast": 30})
    expect(dialog(desk).get_by_role("status")).to_have_text(
        "140 × 211 pixels. In words, about: “a bit more contrast, rotate 270”"
    )
    desk.keyboard.press("Control+z")
    draws(desk, {"rotate": 270})
    expect(dialog(desk).get_by_role("slider", name="Contrast")).to_have_value("0")
    button(desk, "Undo").click()
    draws(desk, {})
    expect(button(desk, "Apply")).to_be_disabled()
    expect(words(desk)).to_have_text("Nothing is changed yet.")
    expect(dialog(desk).get_by_role("radio", name="Light and colour")).to_be_focused()  # not lost with the button
    desk.keyboard.press("Control+Shift+Z")
    desk.keyboard.press("Control+y")
    draws(desk, {"rotate": 270, "contrast": 30})
    button(desk, "Start again").click()
    draws(desk, {})
    button(desk, "Undo").click()  # that too
    draws(desk, {"rotate": 270, "contrast": 30})


def test_the_frame_is_dragged_by_its_corners_and_from_within(desk: Page) -> None:
    x, y, width, height = place(frame(desk))
    assert (x, y, width, height) == pytest.approx(place(canvas(desk)), abs=0.1)
    drag(desk, (x + width, y + height), (x + width / 2, y + height / 2))
    draws(desk, {"crop": {"x": 0, "y": 0, "width": 106, "height": 70}})
    drag(desk, (x + width / 4, y + height / 4), (x + width * 2, y + height / 2))  # as far as it goes
    draws(desk, {"crop": {"x": 105, "y": 35, "width": 106, "height": 70}})
    expect(dialog(desk).locator(".size-after")).to_have_text("106 × 70 pixels.")
    dialog(desk).get_by_label("Shape of the crop").select_option("Square")
    draws(desk, {"crop": {"x": 35, "y": 0, "width": 140, "height": 140}})
    drag(desk, tuple_of(frame(desk), 0, 0), tuple_of(frame(desk), 0.5, 0.3))
    kept = json.loads(canvas(desk).get_attribute("data-drawn") or "")["crop"]
    assert abs(kept["width"] - kept["height"]) <= 1  # it keeps its shape
    assert kept["width"] < 110
    assert (kept["x"] + kept["width"], kept["y"] + kept["height"]) == (175, 140)


def tuple_of(element: Locator, across: float, down: float) -> tuple[float, float]:
    x, y, width, height = place(element)
    return x + across * width, y + down * height


def test_the_frame_is_moved_by_keys_and_never_past_the_straightened_picture(desk: Page) -> None:
    frame(desk).focus()
    for key in ["Shift+ArrowLeft"] * 10 + ["Shift+ArrowUp"] * 10 + ["ArrowRight"] * 2 + ["Control+ArrowDown"]:
        desk.keyboard.press(key)
    draws(desk, {"crop": {"x": 6, "y": 1, "width": 181, "height": 110}})
    set_to(desk, "Straighten", 10)
    eventually(lambda: json.loads(canvas(desk).get_attribute("data-drawn") or "")["crop"]["width"] < 181)
    frame(desk).focus()
    for _ in range(40):
        desk.keyboard.press("ArrowLeft")
        desk.keyboard.press("ArrowUp")
    panel(desk, "Light and colour")
    eventually(
        lambda: picture(*canvas(desk).evaluate(DRAWN)).getchannel("A").getextrema() == (255, 255)
    )  # no corner is empty
    set_back = dialog(desk).get_by_role("radio", name="Crop and turn")
    set_back.check()
    set_to(desk, "Straighten", 0)
    expect(words(desk)).to_contain_text("framed by hand")


def test_leaving_asks_before_changes_are_lost(shared_person: Person, desk: Page) -> None:
    address, count = desk.url, len(shared_person.asks("/v1/gallery/")["items"])
    button(desk, "Turn left").click()
    question = desk.get_by_role("dialog", name="Leave without the changes?")
    for leave in (lambda: desk.keyboard.press("Escape"), desk.go_back, button(desk, "Cancel").click):
        leave()
        question.get_by_role("button", name="Cancel").click()
        expect(question).to_have_count(0)
        expect(dialog(desk)).to_be_visible()
    desk.go_back()
    question.get_by_role("button", name="Leave").click()
    expect(dialog(desk)).to_have_count(0)
    assert desk.url == address
    assert len(shared_person.asks("/v1/gallery/")["items"]) == count


def test_unchanged_it_is_left_without_a_question(desk: Page) -> None:
    address = desk.url
    desk.go_back()
    expect(dialog(desk)).to_have_count(0)
    assert desk.url == address


def test_a_picture_that_cannot_be_loaded_is_said_to_be(newcomer: Callable[..., Person]) -> None:
    person = newcomer()
    person.excused = "net::ERR_FAILED"
    page = person.opens("/gallery/").page
    bring(person, Tab(page), noisy())
    page.reload()
    page.route("**/p/**download=1", lambda route: route.abort())
    page.locator("gallery-card").hover()
    page.locator("gallery-card").get_by_role("button", name="Adjust", exact=True).click()
    expect(dialog(page)).to_contain_text("The picture could not be loaded.")
    expect(button(page, "Apply")).to_be_disabled()
    button(page, "Cancel").click()
    expect(dialog(page)).to_have_count(0)


# In a chat


def test_in_a_chat_it_is_a_message_with_the_words_for_it(person: Person) -> None:
    tab = person.opens()
    tab.page.locator("input[type=file]").set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": png(noisy())}
    )
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.page.locator("photo-chips").get_by_role("button", name="Adjust").click()  # before any word is written
    expect(canvas(tab.page)).to_have_attribute("data-drawn", "{}")
    tab.page.get_by_role("radio", name="Crop and turn").focus()
    button(tab.page, "Flip sideways").press("Enter")
    panel(tab.page, "Light and colour")
    set_to(tab.page, "Warmth", 50)
    expect(words(tab.page)).to_have_text("In words: “warmer, flip horizontally”")
    button(tab.page, "Apply").press("Enter")
    expect(tab.page.locator("photo-chip")).to_be_hidden()
    tab.shows(1)
    expect(tab.page.locator(".content")).to_have_text("Warmer, flip horizontally")
    [message] = person.messages(tab)
    assert message["options"]["adjust"]["warmth"] == 50
    assert (message["intent"], message["provider"], message["reply"]) == ("edit", "offline", None)
    tab.boxes.hover()
    tab.boxes.get_by_role("button", name="Adjust", exact=True).click()
    button(tab.page, "Turn right").click()
    button(tab.page, "Apply").click()
    expect(tab.boxes).to_have_count(2)
    _, _, width, height = place(tab.boxes.last.locator(".frame"))
    assert width / height == pytest.approx(HEIGHT / WIDTH, abs=0.01)  # its final shape from the first moment
    tab.shows(2)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# As a file


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WebP", "webp")])
def test_it_is_exported_in_a_format_at_a_size(desk: Page, tmp_path: Path, kind: str, extension: str) -> None:
    button(desk, "Turn right").click()
    button(desk, "Export…").click()
    export = desk.get_by_role("dialog", name="Export")
    export.get_by_label("Format").select_option(kind)
    export.get_by_label("Width").fill("70")
    expect(export.get_by_label("Height")).to_have_value("106")
    expect(export.get_by_label("Size")).to_have_value("own")
    expect(export.get_by_role("status")).to_have_text(re.compile(r"^70 × 106 pixels, \d+ kB$"))
    with desk.expect_download() as saved:
        export.get_by_role("button", name="Export").click()
    assert saved.value.suggested_filename == f"rotate 90 70x106.{extension}"
    saved.value.save_as(tmp_path / "picture")
    with Image.open(tmp_path / "picture") as file:
        assert (file.format, file.size) == (kind.upper(), (70, 106))
    expect(dialog(desk)).to_be_visible()  # one goes on from there


def test_a_size_that_would_enlarge_is_refused(desk: Page) -> None:
    button(desk, "Export…").click()
    export = desk.get_by_role("dialog", name="Export")
    export.get_by_label("Width").fill("5000")
    expect(export.get_by_role("status")).to_have_text(f"At most {WIDTH} × {HEIGHT} pixels.")
    expect(export.get_by_role("button", name="Export")).to_be_disabled()
    desk.go_back()
    expect(export).to_have_count(0)
    expect(dialog(desk)).to_be_visible()
    button(desk, "Export…").click()
    desk.keyboard.press("Escape")
    expect(export).to_have_count(0)
    expect(dialog(desk)).to_be_visible()


def test_a_clear_picture_is_exported_as_it_is_or_on_white(shared_person: Person, gallery: Tab, tmp_path: Path) -> None:
    page = gallery.page
    cutout = bring(shared_person, gallery, holed())  # the newest, so that its card is on the first page
    page.reload()
    page.locator(f"gallery-card:has(img[src='{cutout['thumbnail_url']}']) .open").click()
    viewer = page.get_by_role("dialog", name="Picture")
    for kind in ("PNG", "JPEG"):
        viewer.get_by_role("button", name="Export…").click()
        export = page.get_by_role("dialog", name="Export")
        export.get_by_label("Format").select_option(kind)
        expect(export.get_by_role("status")).to_have_text(re.compile("kB"))
        assert complaints(page) == []
        with page.expect_download() as saved:
            export.get_by_role("button", name="Export").click()
        saved.value.save_as(tmp_path / kind)
    with Image.open(tmp_path / "PNG") as exact, Image.open(tmp_path / "JPEG") as on_white:
        assert_alike(exact, stored(shared_person, cutout))
        assert (exact.mode, on_white.mode) == ("RGBA", "RGB")
        assert abs((pixels(exact) - pixels(on_white)).mean()) < 1
        assert pixels(on_white)[0, 0].min() > 245  # where it is clear
    page.keyboard.press("Escape")


# For shared_person


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_in_it_keeps_anybody_out(newcomer: Callable[..., Person], width: int) -> None:
    person = newcomer(viewport={"width": width, "height": 700})
    tab = person.opens("/gallery/")
    image = bring(person, tab, noisy())
    tab.page.reload()
    open_editor(tab.page, image)
    set_to(tab.page, "Straighten", 3)
    for name in ("Crop and turn", "Light and colour"):
        panel(tab.page, name)
        assert complaints(tab.page) == []
        for element in (button(tab.page, "Apply"), button(tab.page, "Export…"), canvas(tab.page), *sliders(tab.page)):
            expect(element).to_be_in_viewport(ratio=1)
    panel(tab.page, "Crop and turn")
    rows = [place(button(tab.page, name))[1] for name in ("Turn left", "Flip upside down")]
    assert rows[0] == rows[1]
    assert tab.page.evaluate("document.querySelector('.editor').scrollWidth <= innerWidth")
    button(tab.page, "Export…").click()
    expect(tab.page.get_by_role("dialog", name="Export").get_by_role("status")).to_have_text(re.compile("kB"))
    assert complaints(tab.page) == []


def sliders(page: Page) -> list[Locator]:
    return dialog(page).get_by_role("slider").all()


def test_in_vietnamese_the_message_has_vietnamese_words(newcomer: Callable[..., Person]) -> None:
    person = newcomer(locale="vi-VN")
    tab = person.opens()
    tab.page.locator("input[type=file]").set_input_files(
        {"name": "noise.png", "mimeType": "image/png", "buffer": png(noisy())}
    )
    tab.page.locator("photo-chips").get_by_role("button", name="Tinh chỉnh", exact=True).click()
    expect(tab.page.locator("dialog.editor canvas")).to_have_attribute("data-drawn", "{}")
    tab.page.get_by_role("button", name="Xoay phải", exact=True).click()
    expect(tab.page.locator(".in-words")).to_have_text("Bằng lời: “xoay 90 độ”")
    tab.page.get_by_role("button", name="Áp dụng", exact=True).click()
    tab.shows(1)
    [message] = person.messages(tab)
    assert (message["content"], message["language"]) == ("Xoay 90 độ", "vi")
    assert message["options"]["adjust"]["rotate"] == 90
