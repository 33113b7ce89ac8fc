"""What somebody whose message waits for its turn is told."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.outages import standing_still
from tests.e2e.person import SMALL, Person
from tests.support.serving import Serving

WAITS = re.compile(r"queued, \d+(st|nd|rd|th), about \d+ (s|min)")


def test_the_place_in_the_queue_and_about_how_long(server: Serving, newcomer: Callable[..., Person]) -> None:
    tab = newcomer().opens()
    tab.paints("a lake")  # which says how long one takes
    with standing_still(server):
        for n in range(6):
            tab.says(f"a lake {n}, {SMALL}")
        expect(tab.boxes.last.locator(".word")).to_have_text(WAITS)
    tab.shows(7)
