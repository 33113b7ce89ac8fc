"""A gallery of many: only what is near is in the document, and the whole of it has its place from the first moment."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.bringing import bring
from tests.e2e.person import Person
from tests.support.serving import ROOT, Serving, until

MANY = 2000
MOST = 400  # elements
AS_THE_PHOTO = "(owner_id, storage, key, mime, thumbnail_key, thumbnail_mime)"


@pytest.fixture
def many(server: Serving, newcomer: Callable[..., Person]) -> Page:
    """Of somebody with so many pictures, whose files are those of one photo."""
    person = newcomer(viewport={"width": 1280, "height": 800})
    tab = person.opens("/gallery/")
    photo = bring(person, tab, Image.linear_gradient("L").resize((64, 48)))["id"].replace("-", "")
    environment = {**os.environ, "STUDIO_DATA": str(server.folder)}
    seed = [sys.executable, "manage.py", "seed_gallery", str(MANY)]
    seeded = subprocess.run(seed, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    with closing(sqlite3.connect(server.folder / "studio.sqlite3", timeout=30)) as database, database:
        of_photo = f"SELECT {AS_THE_PHOTO.strip('()')} FROM gallery_image WHERE id = ?"
        become = f"UPDATE gallery_image SET {AS_THE_PHOTO} = ({of_photo}) WHERE owner_id = ?"
        database.execute(become, (photo, seeded.stdout.split()[0].replace("-", "")))
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
        until(lambda: many.locator(".hole").count() == 0 and many.locator("gallery-card").count() > 0)
        assert elements(many) <= MOST
        assert height(many) == whole
    expect(many.locator("gallery-card .title").last).to_have_text(re.compile(", 0$"))
