"""What a person's browser asks to come in."""

from typing import Any

from django.test import Client

from project.models import User
from tests.support.mailbox import Mailbox

ADA, PASSWORD = "ada@example.org", "a long pass phrase"
AUTH = "/_allauth/browser/v1/auth/"


def ask(browser: Client, path: str, **body: Any) -> Any:
    return browser.post(AUTH + path, body, content_type="application/json")


def who(browser: Client) -> Any:
    """The person's id, as the API knows them by their cookie; None for nobody."""
    answer = browser.get("/_allauth/browser/v1/auth/session").json()
    return answer["data"]["user"]["id"] if answer["status"] == 200 else None


def guest(browser: Client) -> User:
    made = browser.post("/api/v1/auth/cookie/")
    assert made.status_code in (200, 201), made.content
    return User.objects.get(pk=made.json()["user"]["id"])


def sign_up(browser: Client, mailbox: Mailbox, address: str = ADA) -> User:
    begun = ask(browser, "signup", email=address, password=PASSWORD)
    assert begun.status_code == 401, begun.content
    done = ask(browser, "email/verify", key=mailbox.code(address))
    assert done.status_code == 200, done.content
    return User.objects.get(pk=done.json()["data"]["user"]["id"])


def sign_in(browser: Client, address: str = ADA, password: str = PASSWORD) -> Any:
    return ask(browser, "login", email=address, password=password)
