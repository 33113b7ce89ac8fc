"""A studio that is there and does not answer, and a browser without network: the page says which of them it is."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, expect

from tests.e2e.outages import AWAY, standing_still
from tests.e2e.person import Person, Tab, says_how_far_it_is
from tests.support.serving import Serving, eventually, processes

SLOW = "mountains by a lake at dawn, 1280x960"  # long enough to be seen while it is painted
PING_MS = 20_000  # the server's word, chat/consumers.py
ASK_MS = 5_000  # static/studio/client/socket.js
SILENT_MS = 10_000
NO_NEWS = "no news for 10 s"
NO_ANSWER = "No answer from the studio for over 10 s"
# In one step, because news of the work sets the bar again. A transition ends by itself, so it is no movement.
MOVES_WHERE_ITS_PROGRESS_IS_UNKNOWN = """(box) => {
  box.querySelector(".bar").toggleAttribute("data-unknown", true);
  return box.getAnimations({ subtree: true })
    .some((each) => each instanceof CSSAnimation && each.playState === "running");
}"""


@contextmanager
def frozen_web(server: Serving) -> Iterator[None]:
    """Its connections stay open; nothing is answered."""
    web = processes(server.folder, "daphne")
    assert web
    for process in web:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in web:
            os.kill(process, signal.SIGCONT)


def link(tab: Tab) -> Locator:
    return tab.page.locator("link-state")


def dot(tab: Tab) -> str:
    return str(link(tab).locator(".dot").evaluate("(dot) => getComputedStyle(dot).backgroundColor"))


def moves(tab: Tab) -> bool:
    return bool(tab.boxes.last.evaluate(MOVES_WHERE_ITS_PROGRESS_IS_UNKNOWN))


def test_a_studio_that_freezes_in_the_middle_of_work_is_said_to_be_silent_until_it_speaks_again(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    person = newcomer()
    person.excused = AWAY
    tab = person.opens()
    tab.page.clock.install()
    tab.page.reload()
    with standing_still(server) as work_until:
        tab.says(SLOW)
        work_until(lambda: says_how_far_it_is(tab.boxes))
        green = dot(tab)
        assert moves(tab)
        with frozen_web(server):
            tab.page.clock.fast_forward(ASK_MS)
            tab.page.clock.fast_forward(SILENT_MS - ASK_MS)
            expect(link(tab).locator(".words")).to_have_text(NO_ANSWER)
            expect(tab.boxes.locator(".word")).to_contain_text("no answer for 10 s")
            expect(tab.button("Try now")).to_be_visible()
            assert dot(tab) != green
            assert not moves(tab)
            tab.page.clock.fast_forward(SILENT_MS)  # given up, and tried again: no other words
            expect(link(tab).locator(".words")).to_have_text(NO_ANSWER)
        tab.is_linked()
        assert dot(tab) == green
        expect(tab.boxes.locator(".word")).not_to_contain_text("no answer")
        assert moves(tab)
    tab.shows(1)


def test_a_studio_that_speaks_before_it_is_given_up_is_heard_on_the_same_connection(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    tab = newcomer().opens()
    tab.page.clock.install()
    tab.page.reload()
    sockets: list[object] = []
    tab.page.on("websocket", lambda socket: sockets.append(socket))
    with standing_still(server) as work_until:
        tab.says(SLOW)
        work_until(lambda: says_how_far_it_is(tab.boxes))
        with frozen_web(server):
            tab.page.clock.fast_forward(ASK_MS)
            tab.page.clock.fast_forward(SILENT_MS - ASK_MS)
            expect(link(tab).locator(".words")).to_have_text(NO_ANSWER)
        expect(link(tab).locator(".words")).not_to_have_text(NO_ANSWER)
    tab.shows(1)
    tab.is_linked()
    assert len(sockets) == 1


def test_a_ping_that_is_not_answered_is_said_though_nothing_is_worked_on(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    person = newcomer()
    person.excused = AWAY
    tab = person.opens()
    tab.paints()
    tab.page.clock.install()
    tab.page.reload()
    tab.is_linked()
    with frozen_web(server):
        tab.page.clock.fast_forward(PING_MS)
        tab.page.clock.fast_forward(SILENT_MS)
        expect(link(tab).locator(".words")).to_have_text(NO_ANSWER)
        tab.says("a green field, 256x192")
        expect(link(tab).locator(".words")).to_have_text("No answer from the studio, your message is kept")
    tab.is_linked()
    tab.shows(2)


def test_work_that_nobody_speaks_of_is_said_to_be_silent_while_the_studio_answers(
    server: Serving, newcomer: Callable[..., Person]
) -> None:
    tab = newcomer().opens()
    tab.page.clock.install()
    tab.page.reload()
    with standing_still(server) as work_until:
        tab.says(SLOW)
        work_until(lambda: says_how_far_it_is(tab.boxes))
        tab.page.clock.fast_forward(SILENT_MS)
        expect(link(tab).locator(".words")).to_have_text("No news of your picture for over 10 s")
        eventually(lambda: NO_NEWS in (tab.boxes.locator(".word").text_content() or "") and not moves(tab))
    tab.shows(1)
    tab.is_linked()


def test_the_browsers_word_about_the_network_counts_at_once(newcomer: Callable[..., Person]) -> None:
    person = newcomer()
    # The page may just be fetching what it keeps for times without a network.
    person.excused = AWAY + "|error occurred when fetching the script"
    visitor = person.opens()
    person.context.set_offline(True)
    expect(link(visitor).locator(".words")).to_have_text("No connection, trying again")
    person.context.set_offline(False)
    expect(link(visitor)).to_have_attribute("data-state", "idle")
    visitor.paints()
    visitor.is_linked()
    visitor.page.clock.install()  # from here on nothing happens by waiting
    visitor.page.reload()
    visitor.is_linked()
    visitor.page.clock.pause_at(visitor.page.evaluate("Date.now() + 1000"))
    person.context.set_offline(True)
    expect(link(visitor).locator(".words")).to_have_text("No connection, trying again")
    person.context.set_offline(False)
    visitor.is_linked()
