"""The Content-Security-Policies, held by a real browser: no page of ours breaks a rule of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Page, async_playwright
from pytest_django.live_server_helper import LiveServer

from project.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def page(chromium: Path) -> AsyncIterator[Page]:
    """A page on which every complaint of the browser is an error."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page, complaints = await browser.new_page(), list[str]()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await browser.close()
    # ReDoc signs its page with a picture from elsewhere; that the policy refuses it is right.
    assert [complaint for complaint in complaints if "cdn.redoc.ly" not in complaint] == []


async def test_swagger_shows_the_operations_and_a_guest_can_try_them(live_server: LiveServer, page: Page) -> None:
    await page.goto(f"{live_server.url}/gallery/")  # which makes the guest
    await page.goto(f"{live_server.url}/swagger/")
    await page.locator(".opblock-summary-get", has_text="/v1/gallery/deleted/").click()
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()
    await page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


async def test_redoc_shows_the_operations(live_server: LiveServer, page: Page) -> None:
    await page.goto(f"{live_server.url}/redoc/")
    await page.get_by_role("heading", name="Become a guest").wait_for()


async def test_the_admin_works_under_the_strict_policy(live_server: LiveServer, page: Page) -> None:
    await sync_to_async(User.objects.create_superuser)("root", password="open sesame")
    await page.goto(f"{live_server.url}/admin/")
    await page.fill("#id_username", "root")
    await page.fill("#id_password", "open sesame")
    await page.click("[type=submit]")
    for place in ("gallery/image/", "auth/group/add/"):
        await page.goto(f"{live_server.url}/admin/{place}")
        await page.locator("#content").wait_for()
    await page.locator(".selector-chosen").first.wait_for()  # made by the admin's own script
