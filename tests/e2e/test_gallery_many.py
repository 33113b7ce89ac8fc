"""A gallery of many: only what is near is in the document, and the whole of it has its place from the first moment."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.bringing import proof
from tests.e2e.person import Person
from tests.support.serving import ROOT, Serving, eventually

MANY = 2000
MOST = 400  # elements


@pytest.fixture
def many(server: Serving, newcomer: Callable[..., Person]) -> Page:
    """Of somebody with so many pictures, which have the files of one."""
    person = newcomer(viewport={"width": 1280, "height": 800})
    tab = person.opens("/gallery/")
    answer = person.context.request.post("/api/v1/auth/cookie/", headers=proof(tab)).json()
    seed = [sys.executable, "manage.py", "seed_gallery", str(MANY), "--painted", "1", "--owner", answer["user"]["id"]]
    subprocess.run(seed, cwd=ROOT, env={**os.environ, "STUDIO_DATA": str(server.folder)}, check=True)
    tab.page.reload()
    expect(tab.page.locator("gallery-card img.loaded").first).to_be_visible()
    return tab.page


def elements(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('*').length"))


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def test_few_elements_show_many_pictures_and_none_of_them_moves(many: Page) -> None:
    whole = height(many)
    assert elements(many) <= MOST
    for part in (0.3, 0.7, 1.0):
        many.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
        eventually(lambda: many.locator(".hole").count() == 0 and many.locator("gallery-card").count() > 0)
        assert elements(many) <= MOST
        assert height(many) == whole
    expect(many.locator("gallery-card .title").last).to_have_text(re.compile(", 0$"))
