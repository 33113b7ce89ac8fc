"""One studio for all of these tests, as its operator runs it, and people at browsers of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.person import WAIT_MS, Person, SharedWindow, new_context
from tests.support.browser import launched
from tests.support.serving import HANGS_S, Serving, serving

# A worker keeps its messages however busy the machine is; the leases of one that is killed are ended by hand.
QUICK = {
    "STUDIO_LEASE_S": str(HANGS_S), "STUDIO_RENEW_S": "0.5", "STUDIO_RESCUE_S": "2", "STUDIO_TRANSPARENCY": "on",
}  # fmt: skip
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("e2e") / "data", "--workers", "1", environment=QUICK) as server:
        yield server


@pytest.fixture(scope="package")  # not longer: it keeps an event loop in this thread, where others need theirs
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as browser:
        yield browser


@pytest.fixture(scope="package")
def shared_window(server: Serving, browser: Browser) -> Iterator[SharedWindow]:
    with closing(SharedWindow(browser, server.address)) as shared_window:
        yield shared_window


@pytest.fixture
def newcomer(server: Serving, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Makes people whom the studio has never seen; options are those of `new_context`."""
    with ExitStack() as leaving:

        def arrive(**options: object) -> Person:
            return leaving.enter_context(Person(new_context(browser, server.address, **options)))  # type: ignore[arg-type]

        yield arrive


@pytest.fixture(scope="module")
def shared_person(server: Serving, browser: Browser) -> Iterator[Person]:
    """One for all tests of a file."""
    with Person(new_context(browser, server.address)) as person:
        yield person


@pytest.fixture
def person(shared_window: SharedWindow) -> Iterator[Person]:
    """Whom the studio has never seen either."""
    with shared_window.lent() as person:
        yield person
