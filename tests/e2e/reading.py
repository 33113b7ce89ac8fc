"""What a screen reader and a keyboard need, as axe-core sees it."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.serving import eventually

_axe = Axe()
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
CHANGING = "document.getAnimations().some((each) => each instanceof CSSTransition)"  # colours on their way


def complaints(page: Page) -> list[str]:
    """One line for each rule that is broken somewhere on the page as it is now, in the dark or in the light."""
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        eventually(lambda: not page.evaluate(CHANGING))
        for rule in _axe.run(page).response["violations"]:
            found.append(f"{scheme}, {rule['id']}: {[node['target'] for node in rule['nodes']]}")
    return found
