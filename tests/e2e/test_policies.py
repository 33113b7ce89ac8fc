"""The Content-Security-Policies, held by a real browser: no page of ours breaks a rule of its own."""

from playwright.sync_api import expect

from tests.e2e.bringing import proof
from tests.e2e.moderating import log_in
from tests.e2e.person import Person, go
from tests.support.serving import Serving


def test_swagger_shows_the_operations_and_a_guest_can_try_them(person: Person) -> None:
    tab = person.opens("/gallery/")
    page = tab.page
    person.context.request.post("/api/v1/auth/cookie/", headers=proof(tab))
    go(page, "/swagger/")
    page.locator(".opblock-summary-get:has([data-path='/v1/gallery/deleted/'])").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


def test_redoc_shows_the_operations(person: Person) -> None:
    person.excused = "Incompatible types in allOf"  # said of each body in which some values go with some others only
    person.opens("/redoc/").page.get_by_role("heading", name="Become a guest").wait_for()


def test_the_admin_works_under_the_strict_policy(server: Serving, person: Person) -> None:
    log_in(server, person.context, "root", superuser=True)
    page = person.opens("/admin/").page
    expect(page.get_by_role("link", name="Log out").or_(page.get_by_role("button", name="Log out"))).to_be_visible()
    for place in ("gallery/image/", "auth/group/add/"):
        go(page, f"/admin/{place}")
        page.locator("#content").wait_for()
    page.locator(".selector-chosen").first.wait_for()  # made by the admin's own script
