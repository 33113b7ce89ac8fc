"""A moderator's first login in a browser, with a passkey as the second step, and the next one."""

import os
import subprocess
import sys

from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from tests.e2e.person import go, new_context
from tests.e2e.reading import complaints
from tests.e2e.test_you import with_authenticator
from tests.support.serving import Serving
from tests.support.staff import PASSWORD


def logs_in(page: Page) -> None:
    page.get_by_label("Username").fill("mo")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_passkey_is_set_up_at_the_first_login_and_asked_for_at_the_next(server: Serving, browser: Browser) -> None:
    environment = {**os.environ, "STUDIO_DATA": str(server.folder)}
    command = [sys.executable, "manage.py", "moderator", "mo", "--password-stdin"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, input=PASSWORD + "\n", text=True, check=True)
    context = new_context(browser, f"http://localhost:{server.port}")  # there are no passkeys at a number
    page = context.new_page()
    with_authenticator(page)
    go(page, "/admin/")
    expect(page.get_by_text("After the password comes a second step")).to_be_visible()
    assert complaints(page) == []
    logs_in(page)
    expect(page.locator("img.qr")).to_have_js_property("complete", True)
    page.get_by_role("button", name="Use a passkey instead").wait_for()
    assert complaints(page) == []
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert complaints(page) == []
    page.get_by_role("link", name="go on").click()
    page.get_by_role("button", name="Log out").click()
    go(page, "/admin/")
    logs_in(page)
    page.get_by_role("button", name="Use a passkey").wait_for()
    assert complaints(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Log out").wait_for()
    context.close()
