"""What somebody whose message waits for its turn is told."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.outages import standing_still
from tests.e2e.person import SMALL, Person
from tests.support.serving import Serving, serving

WAITS = re.compile(r"queued, \d+(st|nd|rd|th), about \d+ (s|min)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    """A worker that stands still counts as one that will go on, however long this test takes."""
    with serving(tmp_path / "data", "--workers", "1", environment={"STUDIO_LEASE_S": "600"}) as server:
        yield server


def test_the_place_in_the_queue_and_about_how_long(server: Serving, newcomer: Callable[..., Person]) -> None:
    tab = newcomer().opens()
    tab.paints("a lake")  # which says how long one takes
    with standing_still(server):
        for n in range(6):
            tab.says(f"a lake {n}, {SMALL}")
        expect(tab.boxes.last.locator(".word")).to_have_text(WAITS)
    tab.shows(7)
