"""A studio whose pictures cost something: what a request may cost is shown before it is sent, and a refusal in a sentence."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import QUICK
from tests.e2e.person import Person, go, new_context
from tests.e2e.reading import complaints
from tests.e2e.test_gallery_details import details
from tests.e2e.test_you import STEPS
from tests.support.fakes import gemini as fake
from tests.support.fakes.gemini import Gemini
from tests.support.serving import Serving, serving


@pytest.fixture(scope="module")
def gemini() -> Iterator[Gemini]:
    with fake.gemini() as server:
        yield server


@pytest.fixture(scope="module")
def paid(gemini: Gemini, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("budget") / "data"
    with serving(folder, "--workers", "1", environment={**QUICK, **gemini.environment}) as studio:
        yield studio


def allow(studio: Serving, amount: str) -> None:
    """Each guest so much a day, as the admin would say it."""
    with closing(sqlite3.connect(studio.folder / "studio.sqlite3", timeout=20)) as people, people:
        people.execute("DELETE FROM pipeline_ceiling")
        people.execute("INSERT INTO pipeline_ceiling (of, amount) VALUES ('guest', ?)", [amount])


def test_the_composer_says_what_it_costs_and_a_refusal_what_is_left(
    paid: Serving, browser: Browser, gemini: Gemini
) -> None:
    with Person(new_context(browser, paid.address)) as person:
        tab = person.opens()
        cost = tab.page.locator("#cost")
        expect(cost).to_have_text("At most $0.12")
        tab.page.get_by_label("How many pictures").select_option("4")
        expect(cost).to_have_text("At most $0.46")
        tab.page.get_by_label("How many pictures").select_option("1")
        assert complaints(tab.page) == []
        tab.says("a lake")
        tab.shows(1)
        allow(paid, "0.1")
        tab.says("a forest")
        expect(tab.page.get_by_text("of your USD 0.10 for today USD 0.05 are left")).to_be_visible()
        assert len(gemini.of("make")) == 1


def test_the_page_you_says_what_was_spent(paid: Serving, browser: Browser) -> None:
    allow(paid, "1")
    with Person(new_context(browser, paid.address), excused=STEPS) as person:
        tab = person.opens()
        tab.says("a lake")
        tab.shows(1)
        go(tab.page, "/you/")
        spent = tab.page.locator("own-spending")
        expect(spent).to_contain_text(re.compile(r"Today \$0\.0401 of \$1\.00 were spent, and \$0\.00 are reserved"))
        expect(spent.get_by_role("row")).to_have_count(2)
        expect(spent).to_contain_text("Gemini $0.0401")
        assert complaints(tab.page) == []


def test_the_details_of_a_picture_say_what_it_cost(paid: Serving, browser: Browser) -> None:
    allow(paid, "1")
    with Person(new_context(browser, paid.address)) as person:
        tab = person.opens()
        tab.says("a lake")
        tab.shows(1)
        go(tab.page, "/gallery/")
        assert details(tab.page).locator("dt:text-is('Cost') + dd").text_content() == "$0.0401"


def test_where_nothing_costs_nothing_is_said_of_it(server: Serving, browser: Browser) -> None:
    with Person(new_context(browser, server.address), excused=STEPS) as person:
        page = person.opens().page
        expect(page.locator("#cost")).to_be_empty()
        go(page, "/you/")
        expect(page.get_by_role("heading", name="You", exact=True)).to_be_visible()
        expect(page.locator("own-spending")).to_have_count(0)
