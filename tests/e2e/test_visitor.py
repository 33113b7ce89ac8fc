"""Somebody who looks is nobody; the first thing that they do makes them a guest, once, in all of their tabs."""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from django.conf import settings
from playwright.sync_api import Route, expect

from tests.e2e.bringing import drop
from tests.e2e.held import HeldRequests
from tests.e2e.person import SMALL, Person, photo, soon
from tests.support.serving import Serving, eventually, processes

BECOMING = "**/api/v1/auth/cookie/"
WAITING = "navigator.locks.query().then(({ pending }) => pending.length)"  # tabs that wait until another has an answer

WAITS_FOR_ITS_TURN = """() => {
    const { locks } = navigator;
    const request = locks.request.bind(locks);
    const turn = new Promise((resolve) => (window.takeTurn = resolve));
    locks.request = (...lock) => turn.then(() => request(...lock));
}"""


class People:
    """The rows that the studio has of people."""

    def __init__(self, server: Serving) -> None:
        self._path = server.folder / "studio.sqlite3"
        self._before = self.rows()

    def sql(self, statement: str, *values: object) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(self._path, timeout=20, isolation_level=None)) as rows:
            return rows.execute(statement, values).fetchall()

    def rows(self) -> tuple[int, int]:
        users, cookies = (self.sql(f"SELECT count(*) FROM {name}")[0][0] for name in ("project_user", "django_session"))
        return users, cookies

    @property
    def new(self) -> tuple[int, int]:
        """So many users, so many rows of cookies."""
        now = self.rows()
        return now[0] - self._before[0], now[1] - self._before[1]


@pytest.fixture
def people(server: Serving) -> Iterator[People]:
    yield People(server)


def cookies(person: Person) -> list[str]:
    return [str(cookie["name"]) for cookie in person.context.cookies()]


def test_a_visit_that_does_nothing_leaves_nothing(person: Person, people: People) -> None:
    tab = person.opens()
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    expect(tab.page.get_by_text("Your chats will be listed here.")).to_be_visible()
    expect(tab.input).to_be_focused()
    gallery = person.opens("/gallery/")
    expect(gallery.page.get_by_text("No pictures yet.")).to_be_visible()
    gallery.page.get_by_role("link", name="Trash").click()
    expect(gallery.page.get_by_text("The trash is empty.")).to_be_visible()
    assert people.new == (0, 0)
    assert settings.SESSION_COOKIE_NAME not in cookies(person)


def test_the_first_message_makes_a_guest_who_stays_one(person: Person, people: People) -> None:
    tab = person.opens()
    tab.page.get_by_label("How many pictures").select_option("2")
    tab.says(f"a snowy forest, {SMALL}")
    tab.shows(2)
    tab.paints("a green field")
    tab.is_linked()
    assert people.new == (1, 1)
    tab.page.reload()
    tab.shows(3)
    assert people.new == (1, 1)


def test_many_first_photos_at_once_make_one_guest(person: Person, people: People) -> None:
    tab = person.opens("/gallery/")
    drop(tab, *((photo(), f"{n}.png", "image/png") for n in range(3)))
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(3)
    assert people.new == (1, 1)
    assert len(person.asks("/v1/gallery/")["items"]) == 3


def test_a_photo_that_is_brought_and_a_message_that_is_sent_together_are_of_one_guest(
    person: Person, people: People
) -> None:
    tab = person.opens()
    drop(tab, (photo(), "mine.png", "image/png"))
    expect(tab.page.locator("photo-chip")).to_contain_text("Your photo")
    tab.says("make it warmer")
    tab.shows(1)
    assert people.new == (1, 1)


def test_another_tab_learns_who_it_is_and_of_the_first_chat(person: Person, people: People) -> None:
    tab, other = person.opens(), person.opens()
    tab.page.bring_to_front()
    other.page.evaluate(WAITS_FOR_ITS_TURN)
    creation = HeldRequests(tab.page, "**/api/v1/chat/sessions/", times=1)
    with other.page.expect_event("requestfinished", lambda request: "/chat/sessions/" in request.url):
        tab.says(f"a mountain lake, {SMALL}")  # the other tab has learnt who it is, and looks: there is no chat yet
    creation.let_go()
    tab.shows(1)
    expect(other.sessions).to_have_count(1)
    other.page.evaluate("takeTurn()")
    other.page.bring_to_front()
    other.paints("a green field")
    expect(tab.sessions).to_have_count(2)
    assert people.new == (1, 1)


def test_two_tabs_that_begin_together_are_one_guest(server: Serving, person: Person, people: People) -> None:
    tabs, asked = [person.opens("/gallery/"), person.opens("/gallery/")], list[str]()
    person.context.on("request", lambda request: asked.append(request.url))
    [web] = processes(server.folder, "project.daphne")
    os.kill(web, signal.SIGSTOP)  # both begin before one of them has an answer

    def both_have_begun() -> bool:
        asks = sum(url.endswith("/auth/cookie/") for url in asked)
        return asks == 2 or (asks == 1 and bool(tabs[0].page.evaluate(WAITING)))

    try:
        for number, tab in enumerate(tabs):
            drop(tab, (photo(), f"{number}.png", "image/png"))
        assert soon(tabs[0].page, both_have_begun)
    finally:
        os.kill(web, signal.SIGCONT)
    for tab in tabs:
        tab.page.bring_to_front()
        expect(tab.page.locator("gallery-card img.loaded").first).to_be_visible()
    eventually(lambda: len(person.asks("/v1/gallery/")["items"]) == 2)
    assert people.new == (1, 1)


def test_a_tab_that_has_not_heard_of_it_is_the_same_guest_when_it_acts(person: Person, people: People) -> None:
    tab, other = person.opens(), person.opens("/gallery/")
    tab.page.bring_to_front()
    tab.paints()
    other.page.evaluate("localStorage.clear()")
    other.page.bring_to_front()
    drop(other, (photo(), "mine.png", "image/png"))
    eventually(lambda: len(person.asks("/v1/gallery/")["items"]) == 2)
    expect(other.page.locator("gallery-card img.loaded")).to_have_count(2)  # it looks again, too
    assert people.new == (1, 1)


def test_what_a_visitor_writes_while_the_studio_cannot_be_reached_is_kept_and_sent(
    person: Person, people: People
) -> None:
    person.excused = "net::ERR_"
    tab = person.opens()
    tab.page.route(BECOMING, lambda route: route.abort())
    tab.says(f"a snowy forest, {SMALL}")
    expect(tab.boxes.locator(".word")).to_have_text("kept, sent when connected")
    tab.page.reload()
    expect(tab.boxes).to_have_count(1)
    assert people.new == (0, 0)
    tab.page.unroute(BECOMING)
    tab.shows(1)
    assert people.new == (1, 1)


def test_a_newcomer_who_has_to_wait_is_sent_for_in_time(person: Person, people: People) -> None:
    person.excused = "429"
    tab, refused = person.opens(), []
    problem = {"code": "rate_limited", "detail": "Many newcomers.", "retryable": True, "retry_after": 0.5}

    def wait(route: Route) -> None:
        refused.append(1)
        if len(refused) > 1:
            route.continue_()
        else:
            route.fulfill(status=429, json=problem)

    tab.page.route(BECOMING, wait)
    tab.says(f"a snowy forest, {SMALL}")
    tab.shows(1)
    assert (len(refused), people.new) == (2, (1, 1))


def test_a_visitor_who_follows_the_address_of_anothers_chat_is_told_and_is_home(
    person: Person, newcomer: Callable[..., Person], people: People
) -> None:
    owner = person.opens()
    owner.paints()
    visitor = newcomer().opens(str(owner.page.url))
    expect(visitor.page.get_by_text("This chat is no longer here.")).to_be_visible()
    expect(visitor.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    assert visitor.page.evaluate("location.pathname") == "/"
    assert people.new == (1, 1)


def test_a_cookie_whose_guest_is_gone_makes_a_visitor_again(person: Person, people: People) -> None:
    tab = person.opens()
    tab.paints()
    people.sql("UPDATE project_user SET is_active = 0 WHERE id = (SELECT max(id) FROM project_user)")
    tab.page.reload()
    expect(tab.page.get_by_role("heading", name="What would you like to see?")).to_be_visible()
    tab.paints("a green field")
    expect(tab.sessions).to_have_count(1)
    assert people.new == (2, 1)  # the old cookie's row went with the new one


def test_one_who_has_no_room_reads_so_and_can_send_again_when_there_is(person: Person, people: People) -> None:
    person.excused = "507"
    tab = person.opens("/gallery/")
    drop(tab, (photo(), "mine.png", "image/png"))
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(1)
    mine = person.asks("/v1/gallery/")["items"][0]["id"].replace("-", "")
    people.sql("UPDATE gallery_image SET bytes = 2000000000 WHERE id = ?", mine)
    drop(tab, (photo(), "another.png", "image/png"))
    row = tab.page.locator("photo-upload[data-failed]")
    expect(row).to_contain_text("Your pictures take 2.0 GB of 2.0 GB, the trash included")
    chat = person.opens()
    chat.says(f"a snowy forest, {SMALL}")
    expect(chat.boxes.locator(".say")).to_contain_text("Not sent. Your pictures take 2.0 GB of 2.0 GB")
    people.sql("UPDATE gallery_image SET bytes = 1 WHERE id = ?", mine)
    tab.page.bring_to_front()
    row.get_by_role("button", name="Try again").click()
    expect(tab.page.locator("photo-upload")).to_have_count(0)
    assert len(person.asks("/v1/gallery/")["items"]) == 2
    expect(tab.page.locator("gallery-card")).to_have_count(2)
    expect(tab.page.locator("gallery-card img.loaded")).to_have_count(2)
    chat.page.bring_to_front()
    chat.paints("a green field")


def test_a_newcomer_hears_how_an_ai_is_brought(newcomer: Callable[..., Person]) -> None:
    tab = newcomer().opens()
    expect(tab.page.locator(".bring")).to_contain_text("can bring one in three ways")
    for way in ("A key", "A server", "A model"):
        link = tab.page.locator(".bring").get_by_role("link", name=way)
        answer = tab.page.request.get(link.get_attribute("href") or "")
        assert answer.status == 200
        assert f'<h2 id="{way.split()[1]}">{way}</h2>' in answer.text()
