"""A photo of one's own: picked, dropped, pasted wrongly, edited; several at once; one that is too large."""

import json
import re
from collections.abc import Callable
from functools import partial
from io import BytesIO
from operator import eq
from pathlib import Path

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import Route, expect

from tests.e2e.bringing import drop, paste
from tests.e2e.held import HeldRequests
from tests.e2e.person import Person, Tab, act, go, photo, place, size, soon

register_heif_opener()
BROKEN_HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
MANY = 3


def written(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


def picture(number: int) -> tuple[bytes, str, str]:
    return photo(120, 90), f"photo {number}.png", "image/png"


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
        (b"hello", "notes.txt", "text/plain", "Please choose a JPEG, PNG, WebP, HEIC or AVIF picture."),
        (photo()[:900], "half.png", "image/png", ""),
        (BROKEN_HEIC, "IMG_0001.HEIC", "image/heic", "This is not a picture we can read"),
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
    kept = person.context.request.get("/v1/gallery/")
    assert kept.status == 401 or kept.json()["items"] == []  # who has brought nothing is nobody yet


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
    held = HeldRequests(tab.page, "**/v1/gallery/")  # it never arrives
    drop(tab, (photo(), "dropped.png", "image/png"))
    held.first()  # it is on its way: the person is a guest by now
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
    person.excused = "status of 422"
    drop(tab, *files, (BROKEN_HEIC, "IMG_0001.HEIC", "image/heic"))
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(3)
    expect(tab.page.locator("gallery-card .title")).to_have_text(["photo 2", "photo 1", "photo 0"])
    refused = tab.page.locator("photo-upload")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("This is not a picture we can read")
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


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_phone_s_own_format_is_taken_and_edited(tab: Tab, kind: str) -> None:
    image = Image.effect_noise((200, 300), 60).convert("RGB")
    drop(tab, (written(image, kind), "IMG_0001.HEIC", ""))
    chip = tab.page.locator("photo-chip")
    expect(chip).to_contain_text("Your photo")
    expect(chip.locator("img.loaded")).to_be_visible()
    tab.says("make it black and white")
    tab.shows(1)
    assert size(tab.pictures.first) == (200, 300)


def test_several_photos_are_as_many_chips_and_as_many_messages(person: Person, tab: Tab) -> None:
    drop(tab, *(picture(number) for number in range(MANY)))
    chips = tab.page.locator("photo-chip .drop")
    expect(chips).to_have_count(MANY)
    expect(tab.page.locator("photo-chips")).to_contain_text(f"Your words go to each photo by itself: {MANY} messages.")
    tab.says("make it black and white")
    tab.shows(MANY)
    expect(tab.page.locator("photo-chips")).to_be_hidden()
    sent = person.messages(tab)
    assert {message["content"] for message in sent} == {"make it black and white"}
    assert len({message["source_image_id"] for message in sent}) == MANY


def test_what_goes_for_one_photo_alone_says_so_before_anything_is_sent(person: Person, tab: Tab) -> None:
    drop(tab, *(picture(number) for number in range(2)))
    expect(tab.page.locator("photo-chip .drop")).to_have_count(2)
    act(tab.page.locator("photo-chips"), "Remove object")
    expect(tab.page.get_by_role("alert")).to_contain_text("one photo at a time")
    expect(tab.page.locator("photo-chip")).to_have_count(2)
    assert tab.page.locator("message-card").count() == 0
    act(tab.page.locator("photo-chips"), "Remove background")
    expect(tab.page.locator("message-card")).to_have_count(2)
    expect(tab.page.locator('picture-box[data-state="running"], picture-box[data-state="kept"]')).to_have_count(0)
    assert {message["options"]["intent"] for message in person.messages(tab)} == {"remove_background"}


def test_the_tools_work_on_a_photo_before_anything_is_sent(person: Person, tab: Tab) -> None:
    drop(tab, picture(0))
    tab.button("Style").click()
    tab.page.get_by_role("menuitem", name="Sepia").click()
    tab.shows(1)
    expect(tab.page.locator("photo-chips")).to_be_hidden()
    [sent] = person.messages(tab)
    assert (sent["options"]["style"], sent["content"]) == ("sepia", "Sepia style")
    assert sent["source_image_id"]


def test_with_a_photo_the_starters_are_about_the_photo(person: Person, tab: Tab) -> None:
    starters = tab.page.locator("[data-starter]:visible")
    expect(starters.first).to_have_text("Create a sunset landscape")
    drop(tab, picture(0))
    expect(starters.first).to_have_text("Make it brighter")
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    starters.first.click()
    tab.shows(1)
    [sent] = person.messages(tab)
    assert (sent["intent"], bool(sent["source_image_id"])) == ("edit", True)


def test_every_starter_about_a_photo_makes_a_picture(person: Person, tab: Tab) -> None:
    """By the offline provider; of the subject, the network has to find one."""
    words = tab.page.locator(".about-photo [data-starter]").all_text_contents()
    assert len(words) == 4
    for number, starter in enumerate(words):
        drop(tab, picture(number))
        expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
        tab.says(starter)
        expect(tab.page.locator("message-card")).to_have_count(number + 1)
    expect(tab.page.locator('picture-box[data-state="running"], picture-box[data-state="kept"]')).to_have_count(0)
    intents = [message["intent"] for message in person.messages(tab)]
    assert intents == ["edit", "edit", "style_transfer", "remove_background"]


def test_who_names_one_of_several_photos_sends_them_together(person: Person, tab: Tab) -> None:
    """Without a key, too, where each goes by itself at first."""
    drop(tab, picture(0), picture(1))
    numbers, each = tab.page.locator("photo-chip .number"), tab.page.get_by_label("Each photo by itself")
    expect(each).to_be_checked()
    tab.input.fill("make it brighter")
    expect(numbers).to_have_count(0)
    tab.input.fill("in the style of picture 2")
    expect(numbers).to_have_text(["1", "2"])
    expect(each).not_to_be_checked()
    tab.input.press("Enter")
    tab.shows(1)
    [sent] = person.messages(tab)
    assert len(sent["source_image_ids"]) == 2


def test_what_the_person_says_about_several_photos_counts_more_than_a_word(tab: Tab) -> None:
    drop(tab, picture(0), picture(1))
    each = tab.page.get_by_label("Each photo by itself")
    each.uncheck()
    each.check()
    tab.input.fill("theo phong cách ảnh 2")
    expect(tab.page.locator("photo-chip .number")).to_have_count(0)
    expect(each).to_be_checked()


def test_one_photo_that_was_refused_says_what_to_do(tab: Tab) -> None:
    drop(tab, (b"hello", "notes.txt", "text/plain"))
    expect(tab.page.locator("photo-chips .note")).to_have_text("Remove it to send your words without it.")


def test_a_photo_that_was_refused_stops_the_sending(person: Person, tab: Tab) -> None:
    drop(tab, picture(0), (b"hello", "notes.txt", "text/plain"))
    expect(tab.page.locator("photo-chip[data-failed]")).to_have_count(1)
    tab.input.fill("make it brighter")
    expect(tab.button("Send")).to_be_disabled()
    tab.input.press("Enter")
    expect(tab.page.locator("photo-chips")).to_contain_text("Remove what could not be taken")
    tab.page.locator("[data-starter]:visible").first.click()  # its words are written, and wait
    expect(tab.input).to_have_value("Make it brighter")
    assert tab.page.locator("message-card").count() == 0
    tab.page.locator("photo-chip[data-failed]").get_by_role("button", name="Remove the photo").click()
    tab.button("Send").click()
    tab.shows(1)
    assert person.messages(tab)[0]["source_image_id"]


def too_many_bytes() -> bytes:
    return written(Image.effect_noise((300, 200), 60).convert("RGB"), "JPEG") + bytes(21 * 1024 * 1024)


def too_many_pixels() -> bytes:
    return written(Image.new("L", (8000, 5100), 99), "PNG")


@pytest.mark.parametrize(
    ("build", "said", "smaller"),
    [(too_many_bytes, "larger than 20 MB", (300, 200)), (too_many_pixels, "too many pixels", (5009, 3193))],
)
def test_what_is_too_large_is_offered_smaller(
    person: Person, tab: Tab, build: Callable[[], bytes], said: str, smaller: tuple[int, int]
) -> None:
    person.excused = "status of 413"
    tab.page.locator("input[type=file]").first.set_input_files(
        {"name": "large.png", "mimeType": "image/png", "buffer": build()}
    )
    chip = tab.page.locator("photo-chip")
    expect(chip).to_contain_text(said)
    tab.button("Send it smaller").click()
    expect(chip).to_contain_text("Your photo")
    [image] = person.asks("/v1/gallery/")["items"]
    assert (image["width"], image["height"]) == smaller


def test_the_same_photo_again_is_the_same_picture(person: Person, tab: Tab) -> None:
    one = picture(0)
    drop(tab, one, one)
    expect(tab.page.locator("photo-chip .drop")).to_have_count(1)
    tab.button("Remove the photo").click()
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
    drop(tab, one)
    expect(tab.page.get_by_role("log")).to_contain_text("Here already: photo 0")
    expect(tab.page.locator("gallery-card")).to_have_count(1)
    assert len(person.asks("/v1/gallery/")["items"]) == 1


def test_the_gallery_s_queue_waits_by_itself_with_one_bar_for_all(person: Person) -> None:
    person.excused = "status of 429"
    tab = person.opens("/gallery/")
    tab.page.clock.install()
    tries, fast = [0], {"code": "rate_limited", "detail": "Too fast.", "retryable": True, "retry_after": 60}

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        tries[0] += 1
        if tries[0] in (2, 3):
            return route.fulfill(status=429, content_type="application/problem+json", body=json.dumps(fast))
        return route.continue_()

    tab.page.route("**/v1/gallery/", answer)
    drop(tab, *(picture(number) for number in range(4)))
    for refusal in (2, 3):
        tried = partial(eq, tries, [refusal])
        assert soon(tab.page, tried)
        expect(tab.page.locator("photo-tray")).to_contain_text("Adding 2 of 4. Waiting a moment")
        expect(tab.page.get_by_role("progressbar", name="Adding photos")).to_have_count(1)
        expect(tab.page.locator("photo-upload")).to_have_count(0)
        tab.page.clock.fast_forward(60_000)
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(4)
    expect(tab.page.get_by_role("progressbar", name="Adding photos")).to_have_count(0)
    assert tries[0] == 6


def test_the_gallery_s_queue_is_stopped(person: Person) -> None:
    tab = person.opens("/gallery/")
    tab.page.route("**/v1/gallery/", lambda route: None if route.request.method == "POST" else route.continue_())
    with tab.page.expect_request(lambda request: request.method == "POST" and request.url.endswith("/v1/gallery/")):
        drop(tab, *(picture(number) for number in range(4)))
    with tab.page.expect_event("requestfailed"):
        tab.button("Stop").click()
    expect(tab.page.get_by_role("progressbar", name="Adding photos")).to_have_count(0)
    tab.page.unroute("**/v1/gallery/")
    drop(tab, picture(9))
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
