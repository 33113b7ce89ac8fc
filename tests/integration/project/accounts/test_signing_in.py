"""Signing up, in and out, and what becomes of the guest that the browser was; the mail comes from a real server."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from project.models import Token, User
from tests.integration.project.accounts.people import ADA, AUTH, PASSWORD, ask, guest, sign_in, sign_up, who
from tests.support.mailbox import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]


def test_a_visitor_signs_up_with_the_code_that_is_mailed(mailbox: Mailbox) -> None:
    browser = Client()
    made = sign_up(browser, mailbox)
    assert (made.email, made.is_guest, who(browser)) == (ADA, False, str(made.pk))
    assert browser.get("/v1/gallery/").status_code == 200
    assert sign_in(Client()).status_code == 200


def test_a_guest_who_signs_up_stays_who_they_are(mailbox: Mailbox) -> None:
    browser = Client()
    before = guest(browser)
    token = Token.issue(before)
    made = sign_up(browser, mailbox)
    assert made.pk == before.pk
    assert not made.is_guest
    assert User.objects.count() == 1
    assert browser.get("/v1/gallery/").status_code == 200
    assert Client().get("/v1/gallery/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200
    assert sign_in(Client()).json()["data"]["user"]["id"] == str(before.pk)


def test_until_the_code_is_entered_a_guest_is_a_guest(mailbox: Mailbox) -> None:
    browser = Client()
    before = guest(browser)
    ask(browser, "signup", email=ADA, password=PASSWORD)
    assert browser.get("/v1/gallery/").status_code == 200
    before.refresh_from_db()
    assert (before.is_guest, before.email) == (True, "")
    assert sign_in(Client()).status_code == 401  # the address is not shown to be theirs
    assert User.objects.filter(email=ADA, is_guest=True).count() == 1  # which goes like a guest who did nothing


def test_the_other_tabs_forms_go_on_when_a_guest_signs_up(mailbox: Mailbox) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/you/").content.decode()
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    browser.defaults["HTTP_X_CSRFTOKEN"] = token
    guest(browser)
    sign_up(browser, mailbox)
    assert browser.post("/api/v1/auth/cookie/").status_code == 200


def test_a_taken_address_is_answered_as_a_free_one(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    free, taken = Client(), Client()
    answers = [
        ask(free, "signup", email="new@example.org", password=PASSWORD),
        ask(taken, "signup", email=ADA, password=PASSWORD),
    ]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].json() == answers[1].json()
    wrong = [ask(browser, "email/verify", key="WRONG1") for browser in (free, taken)]
    assert wrong[0].status_code == wrong[1].status_code == 400
    assert wrong[0].json() == wrong[1].json()
    assert "already" in mailbox.to(ADA)[-1]
    assert "/you/#forgotten" in mailbox.to(ADA)[-1]


def test_a_wrong_password_and_an_unknown_address_are_one_answer(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    wrong, unknown = sign_in(Client(), password="another pass phrase"), sign_in(Client(), "nobody@example.org")
    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
    assert wrong.json()["errors"][0]["message"]


@pytest.mark.parametrize("password", ["short", "password1234", "12345678901234"])
def test_a_weak_password_is_refused_with_a_sentence(mailbox: Mailbox, password: str) -> None:
    refused = ask(Client(), "signup", email=ADA, password=password)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["param"] == "password"
    assert mailbox.messages == []


def test_a_code_can_be_tried_three_times_and_used_once(mailbox: Mailbox) -> None:
    browser = Client()
    ask(browser, "signup", email=ADA, password=PASSWORD)
    code = mailbox.code(ADA)
    assert [ask(browser, "email/verify", key="WRONG1").status_code for _ in range(3)] == [400, 400, 400]
    assert ask(browser, "email/verify", key=code).status_code == 409
    again = Client()
    sign_up(again, mailbox)
    assert ask(again, "email/verify", key=mailbox.code(ADA)).status_code == 409


def test_who_begins_anew_gets_a_new_code(mailbox: Mailbox) -> None:
    ask(Client(), "signup", email=ADA, password="what somebody else has thought of")
    browser = Client()
    made = sign_up(browser, mailbox)
    assert User.objects.filter(email=ADA).get() == made
    assert made.check_password(PASSWORD)


def test_sign_out_leaves_nobody_and_then_a_fresh_guest(mailbox: Mailbox) -> None:
    browser = Client()
    before = guest(browser)
    sign_up(browser, mailbox)
    key = browser.cookies["studio_person"].value
    assert browser.delete(AUTH + "session").status_code == 401
    assert who(browser) is None
    assert not Session.objects.filter(pk=key).exists()
    assert guest(browser).pk != before.pk


def test_a_guest_is_not_signed_out() -> None:
    browser = Client()
    before = guest(browser)
    assert browser.delete(AUTH + "session").status_code == 401
    assert guest(browser).pk == before.pk


def test_a_code_by_mail_signs_in(mailbox: Mailbox) -> None:
    made = sign_up(Client(), mailbox)
    browser = Client()
    assert ask(browser, "code/request", email=ADA).status_code == 401
    code = mailbox.code(ADA)
    assert ask(browser, "code/confirm", code="WRONG1").status_code == 400
    assert ask(browser, "code/confirm", code=code).status_code == 200
    assert who(browser) == str(made.pk)
    assert ask(Client(), "code/confirm", code=code).status_code == 409  # another browser has begun nothing


def test_a_forgotten_password_is_set_anew_and_ends_the_others(mailbox: Mailbox) -> None:
    elsewhere, browser = Client(), Client()
    made = sign_up(elsewhere, mailbox)
    ask(browser, "password/request", email=ADA)
    done = ask(browser, "password/reset", key=mailbox.code(ADA), password="another pass phrase")
    assert done.status_code == 200, done.content
    assert who(browser) == str(made.pk)
    assert who(elsewhere) is None
    assert sign_in(Client()).status_code == 400
    assert sign_in(Client(), password="another pass phrase").status_code == 200


def test_mail_that_cannot_be_sent_is_said_so(mailbox: Mailbox) -> None:
    mailbox.refuses = True
    refused = ask(Client(), "signup", email=ADA, password=PASSWORD)
    assert refused.status_code == 503
    assert refused.json()["code"] == "storage_down"
    mailbox.refuses = False
    sign_up(Client(), mailbox)


def test_a_password_is_changed_whether_that_can_be_mailed_or_not(mailbox: Mailbox) -> None:
    here, elsewhere = Client(), Client()
    sign_up(here, mailbox)
    sign_in(elsewhere)
    mailbox.refuses = True
    body = {"current_password": PASSWORD, "new_password": "another pass phrase"}
    changed = here.post("/_allauth/browser/v1/account/password/change", body, content_type="application/json")
    assert changed.status_code == 200
    assert who(here)
    assert who(elsewhere) is None


def test_what_nobody_has_begun_is_kept_for_an_hour() -> None:
    browser = Client()
    answer = ask(browser, "code/request", email="nobody@example.org")
    assert answer.status_code == 401
    assert browser.cookies["studio_person"]["max-age"] == 3600


def test_who_has_begun_and_signs_in_stays_for_a_year(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    browser = Client()
    ask(browser, "code/request", email=ADA)
    ask(browser, "code/confirm", code=mailbox.code(ADA))
    assert browser.cookies["studio_person"]["max-age"] == 365 * 24 * 3600


def test_a_studio_without_guests_takes_none(mailbox: Mailbox, settings: Any) -> None:
    browser, newcomer = Client(), Client()
    before = guest(browser)
    token = Token.issue(before)
    settings.GUESTS = False
    refused = newcomer.post("/api/v1/auth/cookie/")
    assert (refused.status_code, refused.json()["detail"]) == (403, "This studio takes no guests: sign in, or sign up.")
    assert newcomer.post("/api/v1/auth/guest/").status_code == 403
    assert browser.get("/v1/gallery/").status_code == 401
    assert Client().get("/v1/gallery/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    for path in ("/", "/chat/x/", "/gallery/"):
        for somebody in (browser, newcomer):
            assert somebody.get(path).headers["Location"] == "/you/"
    assert sign_up(browser, mailbox).pk == before.pk  # what they have is theirs all the same
    assert browser.get("/").status_code == 200
    assert browser.get("/v1/gallery/").status_code == 200


def test_a_page_of_somebody_who_is_not_signed_in_any_more_does_nothing(mailbox: Mailbox) -> None:
    """Two tabs, in which two people signed in one after the other: there is one cookie, the second one's."""
    browser = Client()
    sign_up(browser, mailbox)
    eve = sign_up(Client(), mailbox, "eve@example.org")
    refused = browser.get("/v1/gallery/", HTTP_X_STUDIO_PERSON=str(eve.pk))
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert (
        browser.post("/v1/gallery/", {}, content_type="application/json", HTTP_X_STUDIO_PERSON="x").status_code == 401
    )
    assert browser.get("/v1/gallery/", HTTP_X_STUDIO_PERSON=who(browser)).status_code == 200


def test_who_signs_in_twice_has_two_places_and_ends_the_other(mailbox: Mailbox) -> None:
    here, there = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    sign_up(here, mailbox)
    sign_in(there)
    places = here.get(AUTH + "sessions").json()["data"]
    assert {(place["user_agent"].endswith("140.0"), place["is_current"]) for place in places} == {
        (True, False),
        (False, True),
    }
    other = next(place["id"] for place in places if not place["is_current"])
    ended = here.delete(AUTH + "sessions", {"sessions": [other]}, content_type="application/json")
    assert [place["is_current"] for place in ended.json()["data"]] == [True]
    assert who(there) is None
    assert who(here)


def test_nobody_ends_somebody_elses_sessions(mailbox: Mailbox) -> None:
    ada, eve = Client(), Client()
    sign_up(ada, mailbox)
    sign_up(eve, mailbox, "eve@example.org")
    place = ada.get(AUTH + "sessions").json()["data"][0]["id"]
    assert eve.delete(AUTH + "sessions", {"sessions": [place]}, content_type="application/json").status_code == 400
    assert who(ada)
