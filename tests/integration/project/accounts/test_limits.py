"""Guessing passwords and codes, and having others mailed: how often, and who is kept out by it."""

from typing import Any

import pytest
from django.test import Client
from redis import Redis

from chat import rate_limits
from pipeline.coalescing import Breaker
from tests.integration.project.accounts.people import ADA, AUTH, PASSWORD, sign_up
from tests.support.hasher import CountingHasher
from tests.support.mailbox import Mailbox
from tests.support.serving import HANGS_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]


@pytest.fixture
def known(mailbox: Mailbox, settings: Any, valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser in which Ada has signed up, and limits from then on."""
    settings.PASSWORD_HASHERS = ["tests.support.hasher.CountingHasher"]
    browser = Client()
    sign_up(browser, mailbox)
    monkeypatch.setattr(rate_limits, "_breaker", Breaker(rate_limits.QUIET_S))
    monkeypatch.setattr(rate_limits, "ANSWER_WITHIN_S", HANGS_S)  # a busy machine is no outage
    monkeypatch.setattr(rate_limits, "_own", type(rate_limits._own)())
    settings.STUDIO_LIMITS = True
    mailbox.messages.clear()
    CountingHasher.hashed = 0
    return browser


def post(browser: Client, path: str, address: str, **body: Any) -> Any:
    return browser.post(AUTH + path, body, content_type="application/json", REMOTE_ADDR=address)


def guess(number: int, address: str, browser: Client | None = None, email: str = ADA) -> int:
    return int(post(browser or Client(), "login", address, email=email, password=f"wrong {number}").status_code)


def test_of_forty_wrong_passwords_from_one_address_ten_are_looked_at(known: Client) -> None:
    statuses = [guess(number, "192.0.2.1", email=f"name{number}@example.org") for number in range(40)]
    assert statuses == [400] * 10 + [429] * 30
    assert CountingHasher.hashed == 10


def test_a_name_is_guarded_wherever_the_guesses_come_from(known: Client) -> None:
    statuses = [guess(number, f"192.0.2.{number}") for number in range(13)]
    assert statuses == [400] * 10 + [429] * 3
    refused = post(Client(), "login", "192.0.2.99", email=ADA.upper(), password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.json()["detail"].startswith("There were too many attempts to log in: try again in ")
    assert 1 <= int(refused.headers["Retry-After"]) <= 600


def test_whoever_guesses_does_not_lock_out_a_browser_that_has_signed_in_before(known: Client, settings: Any) -> None:
    settings.STUDIO_LIMITS = False
    known.delete(AUTH + "session")
    assert post(known, "login", "192.0.2.1", email=ADA, password=PASSWORD).status_code == 200
    known.delete(AUTH + "session")
    settings.STUDIO_LIMITS = True
    for number in range(13):
        guess(number, f"192.0.2.{number}")
    assert post(known, "login", "192.0.2.200", email=ADA, password=PASSWORD).status_code == 200


def test_codes_are_guessed_as_rarely_as_passwords(known: Client) -> None:
    statuses = []
    for number in range(8):
        browser = Client()
        if post(browser, "code/request", f"192.0.2.{number}", email=ADA).status_code == 401:
            statuses += [
                post(browser, "code/confirm", f"198.51.100.{number}", code="WRONG1").status_code for _ in range(3)
            ]
    assert statuses.count(400) <= 10


def test_a_code_that_is_only_looked_at_is_a_try(known: Client) -> None:
    browser = Client(REMOTE_ADDR="192.0.2.7", HTTP_X_EMAIL_VERIFICATION_KEY="WRONG1")
    post(browser, "signup", "192.0.2.7", email="new@example.org", password=PASSWORD)
    statuses = [browser.get(AUTH + "email/verify").status_code for _ in range(12)]
    assert statuses[-2:] == [429, 429]


def test_nobody_is_mailed_without_end(known: Client, mailbox: Mailbox) -> None:
    paths = ("code/request", "password/request", "signup")
    for number in range(12):
        post(Client(), paths[number % 3], f"192.0.2.{number}", email=ADA, password=PASSWORD)
    assert len(mailbox.messages) == 5
    mailbox.messages.clear()
    statuses = [
        post(Client(), "code/request", "192.0.2.200", email=f"n{number}@example.org").status_code
        for number in range(20)
    ]
    assert statuses == [401] * 10 + [429] * 10
    assert len(mailbox.messages) == 10


def test_what_is_kept_for_nobody_in_particular_is_not_much(known: Client) -> None:
    statuses = [Client().get(AUTH + "webauthn/login", REMOTE_ADDR="192.0.2.1").status_code for _ in range(40)]
    assert statuses == [200] * 30 + [429] * 10


def test_looking_is_not_counted(known: Client) -> None:
    assert {known.get(AUTH + "session", REMOTE_ADDR="192.0.2.1").status_code for _ in range(30)} == {200}
