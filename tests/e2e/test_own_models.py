"""A studio whose models are on servers of its operator's own: what a person sees of them in a browser."""

import re
import threading
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.conftest import QUICK
from tests.e2e.person import Person, new_context
from tests.support.fakes import openai_api as fake
from tests.support.fakes.openai_api import KEY, MODEL
from tests.support.serving import serving


def test_a_person_hears_what_makes_pictures_and_that_the_bar_is_a_guess(browser: Browser, tmp_path: Path) -> None:
    with fake.openai() as server:
        values = {"URL": server.server.url, "MODEL": MODEL, "KEY": KEY}
        own = {f"STUDIO_{name}_{what}": value for name in ("IMAGES", "CHAT") for what, value in values.items()}
        with serving(tmp_path / "data", "--workers", "1", environment={**QUICK, **own}) as studio:
            assert (
                f"a language model at 127.0.0.1:{server.server.server_address[1]} ({MODEL}) reads" in studio.printed()
            )
            with Person(new_context(browser, studio.address)) as person:
                tab = person.opens()
                expect(tab.page.locator(".painter")).to_contain_text("paints whatever you describe")
                expect(tab.page.locator(".provider")).to_have_text("an image model and built-in tools")
                over = threading.Event()
                server.then("generations", fake.held(over))
                tab.says("a cat on a sofa")
                expect(tab.boxes.first.locator(".word")).to_have_text(re.compile(r"painting, about \d+%"))
                over.set()
                tab.shows(1)
            assert studio.stop() == 0
            assert KEY not in studio.printed()
