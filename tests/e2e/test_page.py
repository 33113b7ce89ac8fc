"""What a person does on the chat page, one behaviour each."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.bringing import bring, proof
from tests.e2e.held import HeldFrames, HeldRequests, late
from tests.e2e.moderating import log_in
from tests.e2e.outages import AWAY, away, standing_still
from tests.e2e.person import SMALL, Person, Tab, go, place, says_how_far_it_is, size, soon
from tests.support.serving import Serving
from tests.support.studio import eventually

WATCH_PLACES = """
() => {
  window.places = {}; // of each card: where it lay in the conversation, in any frame
  const parts = ["", " .content", " .about", " .frame", " .foot"];
  const look = () => {
    document.querySelectorAll("message-card").forEach((card, i) => {
      const list = card.closest("ol").getBoundingClientRect();
      for (const part of parts) {
        const { top, left, width, height } = (part ? card.querySelector(part) : card).getBoundingClientRect();
        (places[`${i}${part}`] ??= new Set()).add([top - list.top, left - list.left, width, height].map(Math.round).join());
      }
    });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
WATCH_SHRINKING = """
() => {
  window.heights = []; // of a card at five times of its animation, which are set by hand
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...keyframesAndOptions) {
    const animation = animate.apply(this, keyframesAndOptions);
    if (this.matches("message-card article")) {
      animation.pause();
      const { duration } = animation.effect.getTiming();
      heights = [0, 0.25, 0.5, 0.75, 1].map((part) => ((animation.currentTime = part * duration), this.offsetHeight));
      animation.finish();
    }
    return animation;
  };
}
"""
WATCH_BARS = """
() => {
  window.ahead = [0]; // how far each bar was seen beyond what its word says, in per cent
  const look = () => {
    for (const bar of document.querySelectorAll(".bar:not([hidden], [data-unknown])")) {
      const shown = bar.firstElementChild.getBoundingClientRect().width / bar.getBoundingClientRect().width;
      ahead.push(100 * shown - Number(bar.getAttribute("aria-valuenow")));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


@pytest.fixture
def tab(person: Person) -> Tab:
    return person.opens()


def test_what_is_written_while_the_studio_is_away_survives_a_reload_and_is_sent_once(
    server: Serving, person: Person, tab: Tab
) -> None:
    tab.paints()
    person.excused = AWAY
    with away(server, "daphne"):
        expect(tab.page.locator("link-state .words")).to_have_text("No connection, trying again")
        tab.says(f"a snowy forest, {SMALL}")
        tab.says(f"a green field, {SMALL}")
        expect(tab.boxes.nth(1).locator(".word")).to_have_text("kept, sent when connected")
        expect(tab.boxes).to_have_count(3)
    eventually(lambda: server.get("healthz") == 200, but=OSError)
    tab.page.reload()
    tab.shows(3)
    assert [message["content"].split(",")[0] for message in person.messages(tab)] == [
        "a desert at noon",
        "a snowy forest",
        "a green field",
    ]


BREAKS_OFF = """
(body) => {
  const fetched = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await fetched(...asked);
    if (!asked[0].endsWith("/sessions/") || asked[1].method !== "POST") return answer;
    window.fetch = fetched;
    const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("network error")) });
    return new Response(body ?? broken, { status: 200 });
  };
}
"""


@pytest.mark.parametrize("body", [None, "<p>Welcome to our hotel</p>"], ids=["breaks off", "is another's"])
def test_what_is_answered_with_half_an_answer_is_sent_again(person: Person, tab: Tab, body: str | None) -> None:
    tab.page.evaluate(BREAKS_OFF, body)
    tab.paints()
    assert len(person.messages(tab)) == 1


def test_a_first_message_that_another_tab_brings_out_is_shown_where_it_was_written(person: Person, tab: Tab) -> None:
    person.excused = "net::ERR_"
    person.opens()
    tab.page.bring_to_front()
    tab.page.route(
        "**/api/v1/chat/sessions/", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    tab.paints()
    assert new_path(tab.page).startswith("/chat/")


def test_four_variations_lie_in_one_card_and_each_is_another_picture(person: Person, tab: Tab) -> None:
    tab.page.get_by_label("How many pictures").select_option("4")
    tab.says(f"a forest in autumn, {SMALL}")
    tab.shows(4)
    expect(tab.page.locator("message-card")).to_have_count(1)
    (x0, y0, *_), (x1, y1, *_), (x2, y2, *_), _ = [place(tab.boxes.nth(i)) for i in range(4)]
    assert x0 < x1
    assert y0 == y1
    assert (x2 == x0) == (y2 > y0)  # the third is beside the second, or begins the next row
    person.has_different_pictures(tab, 4)
    assert len({message["refined_prompt"] for message in person.messages(tab)}) == 1


def test_a_painting_can_be_stopped_and_asked_for_after_all(server: Serving, person: Person, tab: Tab) -> None:
    with standing_still(server) as work_until:
        tab.says("mountains by a lake at dawn, 1200x900")
        work_until(lambda: says_how_far_it_is(tab.boxes))
        tab.button("Stop").click()
        expect(tab.boxes.locator(".say")).to_have_text("Stopped.")
        assert person.messages(tab)[0]["status"] == "CANCELLED"
    tab.button("Paint it after all").click()
    tab.shows(1)
    assert size(tab.pictures.first) == (1200, 900)


def test_the_title_counts_what_runs(server: Serving, tab: Tab) -> None:
    expect(tab.page).to_have_title("AI Photo Studio")
    tab.page.get_by_label("How many pictures").select_option("3")
    with standing_still(server):
        tab.says(f"mountains by a lake at dawn, {SMALL}")
        expect(tab.page).to_have_title(re.compile(r"^\(3\) "))
        tab.button("Stop all").click()
        expect(tab.page).to_have_title(re.compile(r"^[^(]*AI Photo Studio$"))


@pytest.mark.parametrize(("earlier", "shape"), [(0, "640x480"), (1, "480x640")])
def test_nothing_moves_from_the_request_to_the_picture(tab: Tab, earlier: int, shape: str) -> None:
    for _ in range(earlier):
        tab.paints()
    tab.says(f"a red sunset over the sea, {shape}")
    tab.page.evaluate(WATCH_PLACES)
    expect(tab.pictures).to_have_count(earlier + 1)
    seen = tab.page.evaluate("Object.entries(places).map(([part, places]) => [part, [...places]])")
    assert len(seen) == 5 * (earlier + 1)
    moved = [(part, places) for part, places in seen if len(places) > 1]
    assert not moved, moved


def test_an_answer_in_words_gives_back_the_room_of_a_picture(tab: Tab) -> None:
    tab.page.evaluate(WATCH_SHRINKING)
    tab.says("hello")
    expect(tab.boxes.locator(".say")).not_to_be_empty()
    tab.page.wait_for_function("heights.length")
    heights = tab.page.evaluate("heights")
    assert heights[0] > 400  # a picture was expected
    assert heights == sorted(set(heights), reverse=True)
    assert heights[-1] < 250
    assert tab.page.locator("message-card article").evaluate("card => card.offsetHeight") == heights[-1]


def test_what_cannot_be_drawn_is_answered_with_a_button_that_asks_for_what_can(person: Person, tab: Tab) -> None:
    tab.says("a cat on a red sofa")
    offered = tab.button("Paint a red landscape")
    expect(offered).to_be_in_viewport(ratio=1)
    offered.click()
    tab.shows(1)
    assert [message["content"] for message in person.messages(tab)] == ["a cat on a red sofa", "Paint a red landscape"]
    tab.page.reload()
    offers = ["Paint a red landscape", "Paint a city at night", "Surprise me", "Change a photo"]
    expect(tab.boxes.first.get_by_role("button")).to_have_text(offers)


def test_the_bar_never_runs_ahead_of_the_work(tab: Tab) -> None:
    tab.page.evaluate(WATCH_BARS)
    tab.says("a city at night, 640x480")
    tab.shows(1)
    seen = tab.page.evaluate("ahead")
    assert len(seen) > 3
    assert max(seen) < 2


def test_a_prompt_can_be_used_again(person: Person, tab: Tab) -> None:
    tab.paints()
    tab.page.locator("message-card").hover()
    tab.button("Use this prompt").click()
    expect(tab.input).to_have_value(person.messages(tab)[0]["refined_prompt"])
    expect(tab.input).to_be_focused()


def test_a_picture_is_saved_as_a_file(tab: Tab, tmp_path: Path) -> None:
    tab.paints()
    tab.boxes.hover()
    with tab.page.expect_download() as saved:
        tab.page.get_by_role("link", name="Download").click()
    assert saved.value.suggested_filename == f"a desert at noon, {SMALL}.jpg"
    saved.value.save_as(tmp_path / "picture")
    assert (tmp_path / "picture").stat().st_size > 1000


def test_what_was_acknowledged_while_the_page_connects_stays_though_the_snapshot_is_older(
    newcomer: Callable[..., Person],
) -> None:
    tab = newcomer().opens()
    frames = HeldFrames(tab.page, "**/ws/sessions/*/")
    requests = HeldRequests(tab.page, "**/messages/", times=1)
    tab.says(f"a desert at noon, {SMALL}")
    assert soon(tab.page, frames.has_come)  # the snapshot of a session without messages
    requests.let_go()
    expect(tab.boxes).to_have_attribute("data-state", "running")
    tab.boxes.evaluate("(box) => (box.isTheSame = true)")
    frames.let_go()
    tab.shows(1)
    assert tab.boxes.evaluate("(box) => box.isTheSame")


def test_a_chat_is_renamed(tab: Tab) -> None:
    tab.paints()
    tab.sessions.hover()
    tab.page.get_by_role("button", name=re.compile("^Rename")).click()
    tab.page.get_by_label("Title").fill("  Holidays ")
    tab.page.get_by_label("Title").press("Enter")
    expect(tab.sessions).to_have_text("Holidays")
    tab.page.reload()
    expect(tab.sessions).to_have_text("Holidays")
    expect(tab.page).to_have_title("Holidays · AI Photo Studio")


@pytest.mark.parametrize(("choice", "gallery", "trash"), [("keep", 1, 0), ("trash", 0, 1)])
def test_a_chat_is_deleted_with_a_choice_for_its_pictures(
    person: Person, tab: Tab, choice: str, gallery: int, trash: int
) -> None:
    tab.paints()
    other = person.opens(tab.page.url)
    other.shows(1)
    tab.page.bring_to_front()
    tab.sessions.hover()
    tab.page.get_by_role("button", name=re.compile("^Delete")).click()
    tab.page.get_by_label("Move its pictures to the trash too").set_checked(choice == "trash")
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for open in (tab, other):
        expect(open.sessions).to_have_count(0)
        expect(open.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    assert new_path(tab.page) == "/"
    eventually(lambda: len(person.asks("/v1/gallery/deleted/")["items"]) == trash)
    assert len(person.asks("/v1/gallery/")["items"]) == gallery


def new_path(page: Page) -> str:
    return str(page.evaluate("location.pathname"))


def test_a_photo_that_is_deleted_while_it_is_asked_for_is_not_shown(person: Person, tab: Tab) -> None:
    image = bring(person, tab, Image.linear_gradient("L").resize((64, 48)))
    go(tab.page, f"/?source={image['id']}")
    expect(tab.page.locator("photo-chip img.loaded")).to_be_visible()
    tab.says("Enhance this picture")
    tab.shows(1)
    person.excused = "status of 404"  # for its address
    frames: list[str] = []
    tab.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    with late(tab.page, f"**/v1/gallery/{image['id']}/") as picture:
        tab.page.reload()
        picture()
        tab.is_linked()
        assert person.context.request.delete(f"/v1/gallery/{image['id']}/", headers=proof(tab)).ok
        assert soon(tab.page, lambda: any("image.changed" in frame for frame in frames))
    expect(tab.page.get_by_role("img", name="A deleted picture")).to_be_visible()


def test_a_picture_that_a_moderator_hides_leaves_the_open_page_at_once(
    server: Serving, newcomer: Callable[..., Person], tab: Tab
) -> None:
    tab.paints("a moonlit city")
    moderator = newcomer().context
    log_in(server, moderator, "mara")
    admin = moderator.new_page()
    go(admin, "/admin/gallery/image/")
    admin.get_by_role("row", name="a moonlit city").get_by_role("checkbox").check()
    admin.locator("select[name=action]").select_option("Hide, with a reason")
    admin.get_by_role("button", name="Go").click()
    admin.get_by_label("In your words").fill("a test of hiding")
    admin.get_by_role("button", name="Hide").click()
    expect(tab.boxes.locator(".say")).to_contain_text("A moderator hid this picture.")
    expect(tab.page.locator("picture-box img")).to_have_count(0)
    expect(admin.get_by_text("Hidden: 1.")).to_be_visible()
