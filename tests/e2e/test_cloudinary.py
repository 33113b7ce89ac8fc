"""A studio whose pictures lie in Cloudinary: what a person sees in a browser, and what Cloudinary was asked for."""

import itertools
import re
from pathlib import Path

import httpx
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import QUICK
from tests.e2e.person import Person, Tab, new_context
from tests.support.fakes import cloudinary as fake
from tests.support.fakes.cloudinary import SECRET, Cloudinary
from tests.support.fakes.server import Answer, Request
from tests.support.serving import HANGS_S, Serving, eventually, serving


def test_pictures_come_from_cloudinary_and_go_there_for_good(
    cloudinary: Cloudinary, browser: Browser, tmp_path: Path
) -> None:
    environment = {**QUICK, "CLOUDINARY_URL": cloudinary.url}
    with serving(tmp_path / "data", "--workers", "1", environment=environment) as server:
        assert "Cloudinary, in the cloud demo-cloud" in server.printed()
        with Person(new_context(browser, server.address)) as person:
            tab = person.opens()
            tab.paints("a desert at noon")
            an_outage_loses_nothing(server, cloudinary, tab)
            assert len(cloudinary.assets) == 4
            newest = person.asks("/v1/gallery/")["items"][0]
            its_urls_lead_there(server, newest)
            it_is_changed_by_hand(person)
            it_is_deleted(server, cloudinary, person, newest)
        assert not any((tmp_path / "data" / "pictures").glob("*/*"))
        assert server.stop() == 0
        assert SECRET not in server.printed()


def an_outage_loses_nothing(server: Serving, cloudinary: Cloudinary, tab: Tab) -> None:
    """Two attempts fail; the third stores the picture that was painted for the first."""
    count = itertools.count()

    def outage(asked: Request) -> Answer | None:
        is_picture = asked.path.endswith("upload") and b"-thumbnail" not in asked.body
        return fake.BROKEN if is_picture and next(count) < 2 else None

    cloudinary.fail = outage
    tab.paints("a forest at night")
    assert server.printed().count("code=storage_down") == 2
    painted = re.findall(r"action=claimed stage=generating message=(\S+)", server.printed())
    assert len(painted) == len(set(painted))


def its_urls_lead_there(server: Serving, image: dict[str, str]) -> None:
    for url in (image["url"], image["thumbnail_url"]):
        answer = httpx.get(f"{server.address}{url[1:]}", verify=False, timeout=HANGS_S)
        assert answer.status_code == 302
        assert httpx.get(answer.headers["Location"], verify=False, timeout=HANGS_S).headers["Content-Type"] in (
            "image/jpeg",
            "image/webp",
        )
    saved = httpx.get(f"{server.address}{image['url'][1:]}?download=1", verify=False, timeout=HANGS_S)
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="a forest at night')
    assert saved.content.startswith(b"\xff\xd8")


def it_is_changed_by_hand(person: Person) -> None:
    """Pixels that came from another server no page could read."""
    page = person.opens("/gallery/").page
    page.locator("gallery-card").first.hover()
    page.locator("gallery-card").first.get_by_role("button", name="Adjust").click()
    editor = page.get_by_role("dialog", name="Adjust by hand")
    expect(editor.locator("canvas")).to_have_attribute("data-drawn", "{}")
    editor.get_by_role("button", name="Export…").click()
    expect(page.get_by_role("dialog", name="Export").get_by_role("status")).to_contain_text("kB")
    page.keyboard.press("Escape")
    editor.get_by_role("button", name="Cancel").click()
    expect(editor).to_have_count(0)
    page.close()


def it_is_deleted(server: Serving, cloudinary: Cloudinary, person: Person, image: dict[str, str]) -> None:
    """From the trash nobody is sent anywhere; for good, both of its assets go and no other."""
    tab = person.opens("/gallery/")
    card = tab.page.locator("gallery-card").first
    card.hover()
    card.get_by_role("button", name="More", exact=True).click()
    card.get_by_role("menuitem", name="Move to the trash").click()
    expect(tab.page.locator("gallery-card")).to_have_count(1)
    for url in (image["url"], image["thumbnail_url"]):
        assert httpx.get(f"{server.address}{url[1:]}", verify=False, timeout=HANGS_S).status_code == 404
    assert len(cloudinary.assets) == 4
    tab.page.get_by_role("link", name="Trash").click()
    card.hover()
    card.get_by_role("button", name="Delete for good", exact=True).click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    eventually(lambda: len(cloudinary.assets) == 2)
    assert all(image["id"].replace("-", "") in public_id for public_id in cloudinary.destroyed)
