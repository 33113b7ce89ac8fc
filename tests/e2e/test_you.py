"""The page "You": a guest gets an account and keeps everything, comes in elsewhere, and goes again."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import QUICK
from tests.e2e.held import HeldRequests
from tests.e2e.person import SMALL, Person, go, new_context, soon
from tests.e2e.reading import complaints
from tests.support.mailbox import CODE
from tests.support.serving import Serving, serving

PASSWORD = "a long pass phrase"
STEPS = r"status of 40[0149]"  # which the browser says of every step that is not the last one


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """All of these people come from one address, and sign in more often than anybody may there."""
    environment = {**QUICK, "STUDIO_LIMITS": "off"}
    with serving(tmp_path_factory.mktemp("you") / "data", "--workers", "1", environment=environment) as server:
        yield server


@pytest.fixture
def comes(unlimited: Serving, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Somebody new; passkeys belong to a name: there are none at a number."""
    people: list[Person] = []

    def arrive(host: str = "127.0.0.1") -> Person:
        people.append(Person(new_context(browser, f"http://{host}:{unlimited.port}"), excused=STEPS))
        return people[-1]

    yield arrive
    for person in people:
        person.context.close()
        person.is_content()


def printed_code(server: Serving, address: str, page: Page) -> str:
    """The latest one that was mailed there, which without a mail server is printed."""
    found: list[str] = []

    def is_printed() -> bool:
        mails = server.printed().split("Content-Type: text/plain")
        found[:] = [code for text in mails if f"To: {address}" in text for code in CODE.findall(text)]
        return bool(found)

    assert soon(page, is_printed)
    return found[-1]


def signs_up(server: Serving, page: Page, address: str) -> None:
    begins_to_sign_up(server, page, address)
    is_in(page, address)


def begins_to_sign_up(server: Serving, page: Page, address: str) -> None:
    enters_address(page, address)
    page.get_by_label("Code").fill(printed_code(server, address, page))
    page.get_by_role("button", name="Go on").click()


def enters_address(page: Page, address: str) -> None:
    go(page, "/you/#sign-up")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.get_by_text("We have mailed you a code.").wait_for()


def signs_in(page: Page, address: str) -> None:
    go(page, "/you/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signs_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("heading", name="Sign in").wait_for()


def is_in(page: Page, address: str) -> None:
    expect(page.locator("main")).to_contain_text(f"You are signed in as {address}.")  # and says what is there, if not


def test_a_guest_signs_up_and_keeps_everything_and_signing_out_leaves_nothing(
    unlimited: Serving, comes: Callable[..., Person]
) -> None:
    person = comes()
    tab = person.opens()
    tab.says(f"a desert at noon, {SMALL}")
    tab.shows(1)
    other = person.opens("/you/").page
    expect(other.get_by_text("You are a guest in this browser.")).to_be_visible()
    expect(other.get_by_text("This studio has no mail server")).to_be_visible()
    signs_up(unlimited, other, "ada@example.org")
    tab.paints("a forest")  # the other tab goes on with the page and the socket that it has
    signs_out(other)
    expect(tab.page.get_by_text("Your chats will be listed here.")).to_be_visible()
    expect(tab.boxes).to_have_count(0)
    assert other.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('studio.'))") == []
    signs_in(other, "ada@example.org")
    is_in(other, "ada@example.org")
    go(tab.page, "/gallery/")
    expect(tab.page.locator("gallery-card")).to_have_count(2)


def test_a_late_answer_about_what_was_begun_does_not_take_away_what_is_typed(
    unlimited: Serving, comes: Callable[..., Person]
) -> None:
    page = comes().opens().page
    held = HeldRequests(page, "**/auth/session", times=1)
    enters_address(page, "kim@example.org")
    page.get_by_label("Code").fill(printed_code(unlimited, "kim@example.org", page))
    held.let_go()
    page.get_by_role("button", name="Go on").click()
    is_in(page, "kim@example.org")


def test_another_tab_that_hears_of_the_sign_up_first_does_not_break_it_off(
    unlimited: Serving, comes: Callable[..., Person]
) -> None:
    person = comes()
    tab = person.opens()
    tab.says(f"a quiet lake, {SMALL}")
    tab.shows(1)
    page = person.opens("/you/").page
    held = HeldRequests(page, "**/auth/email/verify")
    begins_to_sign_up(unlimited, page, "gil@example.org")
    held.first()
    page.evaluate("addEventListener('storage', () => (document.body.dataset.told = ''))")
    tab.page.evaluate("localStorage.removeItem('studio.person')")  # as a page does that is nobody's
    page.wait_for_selector("[data-told]", state="attached")
    held.first().continue_()  # once it is answered, the page loads itself again
    is_in(page, "gil@example.org")


def test_who_signs_in_is_asked_once_whether_to_bring_their_things(
    unlimited: Serving, comes: Callable[..., Person]
) -> None:
    person = comes()
    elsewhere = comes()
    signs_up(unlimited, elsewhere.opens("/you/").page, "bob@example.org")
    tab = person.opens()
    tab.says(f"a sea at sunset, {SMALL}")
    tab.shows(1)
    gallery = person.opens("/gallery/").page
    expect(gallery.locator("gallery-card")).to_have_count(1)
    you = person.opens("/you/").page
    signs_in(you, "bob@example.org")
    you.get_by_role("heading", name="Bring your things along?").wait_for()
    expect(gallery.locator("gallery-card")).to_have_count(0)  # it has heard that it is somebody else's
    you.get_by_role("button", name="Bring them along").click()
    you.get_by_text("They are in your account now.").wait_for()
    gallery.reload()
    expect(gallery.locator("gallery-card")).to_have_count(1)
    you.reload()
    is_in(you, "bob@example.org")
    expect(you.get_by_role("heading", name="Bring your things along?")).to_have_count(0)
    expect(you.get_by_role("button", name="Sign out there")).to_have_count(1)
    you.get_by_role("button", name="Sign out there").click()
    you.get_by_text("It is signed out there.").wait_for()
    again = elsewhere.opens("/you/").page
    expect(again.get_by_role("heading", name="Sign in")).to_be_visible()


def test_mistakes_are_said_below_the_fields(comes: Callable[..., Person]) -> None:
    page = comes().opens("/you/#sign-up").page
    page.get_by_label("E-mail address").fill("eve@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Sign up", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("too short"))).to_be_visible()
    page.get_by_role("button", name="I have an account").click()
    page.get_by_label("E-mail address").fill("eve@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("not correct"))).to_be_visible()
    assert complaints(page) == []
    page.get_by_role("button", name="Mail me a code instead").click()
    page.get_by_label("E-mail address").fill("eve@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.get_by_label("Code").fill("WRONG1")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").filter(has_text="Incorrect code.")).to_be_visible()


def test_another_address_counts_once_its_code_is_entered(unlimited: Serving, comes: Callable[..., Person]) -> None:
    page = comes().opens("/you/").page
    signs_up(unlimited, page, "fay@example.org")
    page.get_by_label("New e-mail address").fill("fay@new.example")
    page.get_by_role("button", name="Change the address").click()
    page.get_by_role("dialog", name="Is it you?").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("We have mailed a code to fay@new.example.").wait_for()
    page.get_by_label("Code").fill("WRONG1")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").filter(has_text="Incorrect code.")).to_be_visible()
    is_in(page, "fay@example.org")
    page.get_by_label("Code").fill(printed_code(unlimited, "fay@new.example", page))
    page.get_by_role("button", name="Go on").click()
    is_in(page, "fay@new.example")
    assert complaints(page) == []
    signs_out(page)
    signs_in(page, "fay@new.example")
    is_in(page, "fay@new.example")


def with_authenticator(page: Page) -> None:
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})


def test_a_passkey_and_an_app(unlimited: Serving, comes: Callable[..., Person]) -> None:
    page = comes("localhost").opens("/you/").page
    with_authenticator(page)
    signs_up(unlimited, page, "cleo@example.org")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("dialog", name="Is it you?").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("dialog", name="What do you call it?").get_by_role("button", name="Add a passkey").click()
    page.get_by_text("It is added.").wait_for()
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("img.qr")).to_have_js_property("complete", True)
    assert page.locator("img.qr").evaluate("(image) => image.naturalWidth") > 0
    assert complaints(page) == []
    page.get_by_role("button", name="Show recovery codes").wait_for(state="hidden")
    signs_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    is_in(page, "cleo@example.org")
    signs_out(page)
    signs_in(page, "cleo@example.org")
    page.get_by_text("One more step").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    is_in(page, "cleo@example.org")


def test_a_passkey_in_the_place_of_a_password(unlimited: Serving, comes: Callable[..., Person]) -> None:
    page = comes("localhost").opens("/you/#sign-up").page
    with_authenticator(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Your address first").wait_for()
    page.get_by_label("E-mail address").fill("dora@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.get_by_text("We have mailed you a code.").wait_for()
    page.get_by_label("Code").fill(printed_code(unlimited, "dora@example.org", page))
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add a passkey").click()
    is_in(page, "dora@example.org")
    expect(page.get_by_role("button", name="Set a password")).to_be_visible()
    signs_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    is_in(page, "dora@example.org")
