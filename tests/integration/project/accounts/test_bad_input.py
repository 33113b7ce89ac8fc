"""What goes wrong with people is answered by a sentence; the rest of the list is in the files beside this one."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from project.models import User
from tests.integration.project.accounts.people import ADA, PASSWORD, ask, sign_in, sign_up, who
from tests.support.mailbox import Mailbox
from tests.support.staff import code_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


def sentence(answer: Any) -> str:
    """Of ours, as a problem, or of django-allauth."""
    form = answer.json()
    return str(form.get("detail") or form["errors"][0]["message"])


def test_two_tabs_that_sign_in_as_two_people_the_first_ones_page_is_told(mailbox: Mailbox) -> None:
    browser = Client()
    ada = sign_up(browser, mailbox)
    sign_up(Client(), mailbox, "eve@example.org")
    browser.delete("/_allauth/browser/v1/auth/session")
    assert sign_in(browser, "eve@example.org").status_code == 200
    told = browser.get("/v1/gallery/", HTTP_X_STUDIO_PERSON=str(ada.pk))
    assert sentence(told) == "Somebody else has signed in in this browser: reload the page."


def test_who_is_in_already_cannot_sign_in_as_another_beside_it(mailbox: Mailbox) -> None:
    browser = Client()
    ada = sign_up(browser, mailbox)
    sign_up(Client(), mailbox, "eve@example.org")
    assert sign_in(browser, "eve@example.org").status_code == 409
    assert who(browser) == str(ada.pk)


@pytest.mark.parametrize("periods", [-5, 5])
def test_a_phones_clock_that_is_off_is_told(mailbox: Mailbox, periods: int) -> None:
    user, secret = sign_up(Client(), mailbox), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    browser = Client()
    assert sign_in(browser).status_code == 401
    told = ask(browser, "2fa/authenticate", code=code_for(secret, periods_ago=periods))
    assert (told.status_code, sentence(told)) == (400, "Incorrect code.")
    assert ask(browser, "2fa/authenticate", code=code_for(secret, periods_ago=1)).status_code == 200


def test_who_has_left_cannot_leave_again(mailbox: Mailbox) -> None:
    browser = Client()
    user = sign_up(browser, mailbox)
    other = Client()
    sign_in(other)
    body = {"confirm": user.username}
    assert browser.delete("/api/v1/me/", body, content_type="application/json").status_code == 204
    for again in (browser, other):
        told = again.delete("/api/v1/me/", body, content_type="application/json")
        assert told.status_code == 401
        assert sentence(told)
    gone = sign_in(Client(), ADA, PASSWORD)
    assert gone.status_code in (400, 401)
    assert not User.objects.get(pk=user.pk).is_active
