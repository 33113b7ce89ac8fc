"""The main job, whole: what somebody who has never been here does in their first minutes, with everything that can fall over
falling over meanwhile."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.e2e.outages import AWAY, away, end_leases, kill, standing_still
from tests.e2e.person import Person, Tab, place, says_how_far_it_is, size
from tests.support.serving import Serving

LARGE = 1280  # pixels a side: long enough to be seen while it is painted, and to die over
WATCH_WORDS = """
() => {
  const words = (window.stageWords = []);
  const note = () => {
    for (const { textContent: word } of document.querySelectorAll("picture-box .word")) {
      if (word && word !== words.at(-1)) words.push(word);
    }
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


def test_the_main_job(server: Serving, newcomer: Callable[..., Person]) -> None:
    person = newcomer(offline=True)
    tab = person.opens()
    a_sunset_is_painted(server, tab)
    it_is_made_bluer(tab)
    other = person.opens(tab.page.url)
    other.shows(2)
    a_worker_dies_while_it_paints(server, tab, other)
    the_web_server_dies(server, person, tab, other)
    for open in (tab, other):
        open.page.reload()
        open.shows(4)
    assert_everything_is_kept_once(person, tab)


def a_sunset_is_painted(server: Serving, tab: Tab) -> None:
    """The stages go by in their order, and the picture comes into a box that had its shape before."""
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    tab.page.evaluate(WATCH_WORDS)
    box = tab.boxes.first
    with standing_still(server):
        tab.says("Create a sunset landscape")
        expect(box).to_have_attribute("data-state", "running")
        frame = place(box.locator(".frame"))
    tab.shows(1)
    width, height = size(tab.pictures.first)
    assert (width, height) == (1024, 768)
    assert place(box.locator(".frame")) == frame
    assert abs(frame[2] / frame[3] - width / height) < 0.01
    assert_stages_went_by(tab.page.evaluate("stageWords"))
    expect(tab.sessions).to_have_text("Sunset landscape")


def assert_stages_went_by(words: list[str]) -> None:
    stages = list(dict.fromkeys(word.split()[0].rstrip(",") for word in words))
    assert stages == [stage for stage in ("sending", "queued", "refining", "painting", "saving") if stage in stages]
    assert {"queued", "painting"} <= set(stages)
    fractions = [int(found[1]) for word in words if (found := re.fullmatch(r"painting (\d+)%", word))]
    assert fractions
    assert fractions == sorted(fractions)


def it_is_made_bluer(tab: Tab) -> None:
    tab.says("make it bluer")
    tab.shows(2)
    before, after = (mean_colour(tab.pictures.nth(i)) for i in (0, 1))
    assert after[2] / sum(after) > before[2] / sum(before)
    assert size(tab.pictures.nth(1)) == (1024, 768)


def mean_colour(picture: Locator) -> tuple[int, int, int]:
    """Red, green, blue, 0 to 255."""
    red, green, blue, _ = picture.evaluate(
        """(img) => {
          const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
          context.imageSmoothingQuality = "high";
          context.drawImage(img, 0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data];
        }"""
    )
    return red, green, blue


def a_worker_dies_while_it_paints(server: Serving, tab: Tab, other: Tab) -> None:
    """Nobody has to do anything: another worker takes it up. Meanwhile a reload, and a second tab that shows the same."""
    with standing_still(server) as work_until:
        tab.says(f"A city skyline at night with stars, {LARGE}x{LARGE}")
        work_until(lambda: tab.boxes.count() == 3 and says_how_far_it_is(tab.boxes.nth(2)))
        kill(server, "run_huey")
    tab.page.reload()
    for open in (tab, other):
        expect(open.boxes.nth(2)).to_have_attribute("data-state", "running")
        expect(open.page).to_have_title(re.compile(r"^\(1\) "))
    end_leases(server)
    for open in (tab, other):
        open.shows(3)
        assert size(open.pictures.nth(2)) == (LARGE, LARGE)
    assert re.search(r"action=claimed stage=generating message=\S+ attempt=2", server.printed())


def the_web_server_dies(server: Serving, person: Person, tab: Tab, other: Tab) -> None:
    """The page says so, and comes back by itself."""
    person.excused = AWAY
    with away(server, "daphne"):
        for open in (tab, other):
            expect(open.page.locator("link-state .words")).to_have_text("No connection, trying again")
        tab.says("Misty mountains by a lake at dawn, 320x240")
        expect(tab.page.locator("link-state .words")).to_have_text("No connection, your message is kept")
    for open in (tab, other):
        open.is_linked()
        open.shows(4)


def assert_everything_is_kept_once(person: Person, tab: Tab) -> None:
    messages = person.messages(tab)
    assert [message["status"] for message in messages] == ["DONE"] * 4
    made = [message["image"]["id"] for message in messages]
    images = {image["id"]: image for image in person.asks("/v1/gallery/")["items"]}
    assert sorted(images) == sorted(made)
    assert images[made[1]]["parent_id"] == made[0]
