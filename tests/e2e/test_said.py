"""What is exported in the browser says of itself what it is, as a download does; the prompt where that is wanted."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.bringing import bring
from tests.e2e.person import Person, go


@pytest.fixture
def person(newcomer: Callable[..., Person]) -> Person:
    return newcomer()


def said(data: bytes) -> str:
    """Its XMP, with pixels that can be read."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        found: Any = image.info.get("xmp", b"")
    return found.decode() if isinstance(found, bytes) else str(found)


def type_of(xmp: str) -> str:
    found = re.search(r"digitalsourcetype/(\w+)<", xmp)
    return found[1] if found else ""


def exported(page: Page, kind: str, *, prompt: bool = False) -> str:
    page.get_by_role("dialog").last.get_by_role("button", name="Export…").click()
    export = page.get_by_role("dialog", name="Export")
    export.get_by_label("Format").select_option(kind)
    expect(export.get_by_role("status")).to_have_text(re.compile("kB"))
    if prompt:
        export.get_by_label("Write the prompt and the seed into the file").check()
        expect(export.get_by_role("button", name="Export")).to_be_enabled()
    with page.expect_download() as saved:
        export.get_by_role("button", name="Export").click()
    return said(saved.value.path().read_bytes())


def test_an_export_in_each_format_says_what_it_is(person: Person) -> None:
    tab = person.opens()
    tab.paints()
    tab.boxes.first.locator("button.open").click()
    for kind in ("JPEG", "PNG", "WebP"):
        xmp = exported(tab.page, kind)
        assert type_of(xmp) == "algorithmicMedia"
        assert "AIPromptInformation" not in xmp
    assert re.search(r"<Iptc4xmpExt:AIPromptInformation>[^<]+\nSeed: \d+<", exported(tab.page, "PNG", prompt=True))


@pytest.mark.parametrize("clear", [False, True])
def test_a_photo_changed_by_hand_says_so_before_it_is_applied(person: Person, clear: bool) -> None:
    tab = person.opens("/gallery/")
    photo = Image.new("RGBA" if clear else "RGB", (120, 90), (90, 120, 60, 100)[: 4 if clear else 3])
    bring(person, tab, photo, "hill.png")
    go(tab.page, "/gallery/")
    tab.page.locator("gallery-card button.open").click()
    assert type_of(exported(tab.page, "WebP")) == ""  # nobody knows
    tab.page.get_by_role("dialog", name="Picture").get_by_role("button", name="Adjust").click()
    tab.page.get_by_role("button", name="Turn right").click()
    for kind in ("JPEG", "PNG", "WebP"):
        assert type_of(exported(tab.page, kind)) == "humanEdits"
