"""Guessing at passwords: how many are hashed, and who is kept out by it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from redis import Redis

from chat import rate_limits
from pipeline.coalescing import Breaker
from tests.support.hasher import CountingHasher
from tests.support.serving import HANGS_S

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long pass phrase"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def moderator(valkey: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["tests.support.hasher.CountingHasher"]
    settings.STAFF_MFA = False
    monkeypatch.setattr(rate_limits, "_breaker", Breaker(rate_limits.QUIET_S))
    monkeypatch.setattr(rate_limits, "ANSWER_WITHIN_S", HANGS_S)  # a busy machine is no outage
    if hasattr(rate_limits, "_own"):
        monkeypatch.setattr(rate_limits, "_own", type(rate_limits._own)())
    for name in ("mo", "ada"):
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        call_command("moderator", name, "--password-stdin", stdout=io.StringIO())
    CountingHasher.hashed = 0


def attempt(client: Client, password: str, *, name: str = "mo", address: str = "192.0.2.1") -> Any:
    form = {"username": name, "password": password, "next": "/admin/"}
    return client.post(LOGIN, form, REMOTE_ADDR=address)


def test_of_ninety_wrong_passwords_ten_are_looked_at() -> None:
    answers = [attempt(Client(), f"wrong {number}", name=f"name {number}") for number in range(90)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 80
    assert CountingHasher.hashed == 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].content.decode().startswith("There were too many attempts to log in: try again in ")
    assert attempt(Client(), PASSWORD).status_code == 429
    assert attempt(Client(), PASSWORD, address="192.0.2.2").status_code == 302


def by_number(number: int) -> str:
    return f"192.0.2.{number}"


def by_network(number: int) -> str:
    return f"2001:db8:0:{number:x}::1"


@pytest.mark.parametrize("address", [by_number, by_network])
def test_a_name_is_guarded_wherever_the_guesses_come_from(address: Callable[[int], str]) -> None:
    answers = [attempt(Client(), f"wrong {number}", address=address(number)) for number in range(13)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 3
    assert CountingHasher.hashed == 10


def test_a_name_is_the_same_however_it_is_written() -> None:
    for number, name in enumerate(["mo", "MO", " mo ", "Mo", "\uff4d\uff4f"] * 4):
        attempt(Client(), "wrong", name=name, address=by_number(number))
    assert CountingHasher.hashed == 10


def test_a_name_that_is_nobodys_is_counted_like_any_other() -> None:
    answers = [attempt(Client(), "wrong", name="nobody", address=by_number(number)) for number in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


def test_who_guesses_at_a_name_locks_nobody_out_who_has_logged_in_with_it_before() -> None:
    mine, new = Client(), Client()
    assert attempt(mine, PASSWORD, address="198.51.100.1").status_code == 302
    assert mine.post("/admin/logout/").status_code == 200
    for number in range(13):
        attempt(Client(), "wrong", address=by_number(number))
    assert attempt(new, PASSWORD, address="198.51.100.2").status_code == 429
    assert attempt(mine, PASSWORD, address="198.51.100.1").status_code == 302


def test_a_browser_that_is_known_has_no_more_tries_than_any_other_and_none_for_other_names() -> None:
    client = Client()
    assert attempt(client, PASSWORD).status_code == 302
    CountingHasher.hashed = 0
    tried = [attempt(client, "wrong", address=by_number(number)).status_code for number in range(2, 20)]
    assert tried == [200] * 10 + [429] * 8
    for number in range(20, 40):
        attempt(Client(), "wrong", name="ada", address=by_number(number))
    assert attempt(client, PASSWORD, name="ada", address="198.51.100.1").status_code == 429


def test_a_made_up_browser_is_nobodys() -> None:
    client = Client()
    for number in range(12):
        client.cookies["studio_staff_browser"] = f"made-up:{number}:x"
        answer = attempt(client, "wrong", address=by_number(number))
    assert answer.status_code == 429


def test_guessing_the_old_password_with_a_cookie_that_was_stolen_is_counted_too() -> None:
    client = Client()
    assert attempt(client, PASSWORD).status_code == 302
    CountingHasher.hashed = 0
    form = {"old_password": "wrong", "new_password1": "x" * 20, "new_password2": "x" * 20}
    tried = [
        client.post("/admin/password_change/", form, REMOTE_ADDR=by_number(number)).status_code for number in range(20)
    ]
    assert tried == [200] * 10 + [429] * 10


def test_looking_at_the_form_is_no_attempt() -> None:
    assert {Client().get(LOGIN, REMOTE_ADDR="192.0.2.1").status_code for _ in range(30)} == {200}
    assert attempt(Client(), PASSWORD).status_code == 302


def test_without_limits_everybody_may_try(settings: Any) -> None:
    settings.STUDIO_LIMITS = False
    assert {attempt(Client(), "wrong").status_code for _ in range(15)} == {200}
