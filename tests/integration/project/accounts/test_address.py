"""Another e-mail address: it counts once its code is entered, and the old one is told."""

from typing import Any

import pytest
from django.test import Client

from project.models import User
from tests.integration.project.accounts.people import ADA, PASSWORD, ask, sign_in, sign_up, who
from tests.support.mailbox import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]

NEW = "ada@new.example"
EMAIL = "/_allauth/browser/v1/account/email"


def change_to(browser: Client, address: str) -> Any:
    asked = browser.post(EMAIL, {"email": address}, content_type="application/json")
    if asked.status_code != 401:
        return asked
    assert ask(browser, "reauthenticate", password=PASSWORD).status_code == 200
    return browser.post(EMAIL, {"email": address}, content_type="application/json")


def test_the_new_address_signs_in_once_its_code_is_entered(mailbox: Mailbox) -> None:
    browser = Client()
    user = sign_up(browser, mailbox)
    assert browser.post(EMAIL, {"email": NEW}, content_type="application/json").status_code == 401, "by a cookie alone"
    assert change_to(browser, NEW).status_code == 200
    user.refresh_from_db()
    assert user.email == ADA
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), NEW).status_code == 400
    assert ask(browser, "email/verify", key=mailbox.code(NEW)).status_code == 200
    user.refresh_from_db()
    assert (user.email, who(browser)) == (NEW, str(user.pk))
    assert sign_in(Client(), NEW).status_code == 200
    assert sign_in(Client(), ADA).status_code == 400
    assert "changed" in mailbox.to(ADA)[-1]
    assert User.objects.count() == 1


def test_a_taken_address_is_answered_as_a_free_one(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox, "bob@example.org")
    answers, wrong = [], []
    for number, address in enumerate(("bob@example.org", "free@example.org")):
        browser = Client()
        sign_up(browser, mailbox, f"ada{number}@example.org")
        answers.append(change_to(browser, address))
        wrong.append(ask(browser, "email/verify", key="WRONG1"))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.status_code for answer in wrong] == [400, 400]
    assert wrong[0].json() == wrong[1].json()
    assert set(_said(answers[0], 0)) == set(_said(answers[1], 1))


def _said(answer: Any, number: int) -> list[tuple[bool, bool]]:
    return [(each["primary"], each["verified"]) for each in answer.json()["data"]]


def test_even_with_its_code_a_taken_address_stays_where_it_is(mailbox: Mailbox) -> None:
    bob = sign_up(Client(), mailbox, "bob@example.org")
    browser = Client()
    ada = sign_up(browser, mailbox)
    change_to(browser, bob.email)
    refused = ask(browser, "email/verify", key=mailbox.code(bob.email))
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"]
    assert [User.objects.get(pk=user.pk).email for user in (ada, bob)] == [ADA, "bob@example.org"]


@pytest.mark.parametrize("address", ["", "no address", "a@b", ADA, "x" * 300 + "@example.org"])
def test_what_is_no_other_address_is_refused_with_a_sentence(mailbox: Mailbox, address: str) -> None:
    browser = Client()
    sign_up(browser, mailbox)
    refused = change_to(browser, address)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"]


def test_nobody_changes_an_address_without_being_signed_in(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    asked = Client().post(EMAIL, {"email": NEW}, content_type="application/json")
    assert asked.status_code in (401, 409)
    assert mailbox.to(NEW) == []
