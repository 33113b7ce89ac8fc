"""Passkeys and codes from an app: whose are taken, and how often."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from redis import Redis

from project.models import User
from tests.integration.project.accounts.people import ADA, AUTH, PASSWORD, ask, guest, sign_in, sign_up, who
from tests.support.mailbox import Mailbox
from tests.support.passkey import Passkey
from tests.support.staff import code_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
HERE, HOST = "http://testserver", "testserver"
ACCOUNT = "/_allauth/browser/v1/account/authenticators"


def post(browser: Client, path: str, **body: Any) -> Any:
    return browser.post(path, body, content_type="application/json")


def sure(browser: Client) -> None:
    assert ask(browser, "reauthenticate", password=PASSWORD).status_code == 200


def with_passkey(browser: Client, mailbox: Mailbox) -> tuple[User, Passkey]:
    user = sign_up(browser, mailbox)
    sure(browser)
    key = Passkey(HERE, HOST)
    assert add(browser, key) == 200
    return user, key


def add(browser: Client, key: Passkey) -> int:
    options = browser.get(f"{ACCOUNT}/webauthn?passwordless").json()["data"]["creation_options"]
    return int(post(browser, f"{ACCOUNT}/webauthn", name="Mine", credential=key.create(options)).status_code)


def use(browser: Client, key: Passkey, path: str = "webauthn/login") -> int:
    options = browser.get(AUTH + path).json()["data"]["request_options"]
    return int(ask(browser, path, credential=key.use(options)).status_code)


def with_app(browser: Client, mailbox: Mailbox) -> tuple[User, str]:
    """The person, and the secret of their app."""
    user = sign_up(browser, mailbox)
    sure(browser)
    offered = browser.get(f"{ACCOUNT}/totp")
    secret = offered.json()["meta"]["secret"]
    assert "<svg" in offered.json()["meta"]["totp_svg"]
    assert post(browser, f"{ACCOUNT}/totp", code=code_for(secret)).status_code == 200
    return user, secret


def test_a_passkey_signs_in_and_a_guest_keeps_the_question(mailbox: Mailbox) -> None:
    user, key = with_passkey(Client(), mailbox)
    browser = Client()
    guest(browser)
    assert use(browser, key) == 200
    assert who(browser) == str(user.pk)


def test_a_guest_signs_up_with_a_passkey_and_no_password(mailbox: Mailbox) -> None:
    browser, key = Client(), Passkey(HERE, HOST)
    before = guest(browser)
    assert ask(browser, "webauthn/signup", email=ADA).status_code == 401
    assert ask(browser, "email/verify", key=mailbox.code(ADA)).status_code == 401
    options = browser.get(AUTH + "webauthn/signup").json()["data"]["creation_options"]
    body = {"name": "Mine", "credential": key.create(options)}
    done = browser.put(AUTH + "webauthn/signup", body, content_type="application/json")
    assert done.status_code == 200, done.content
    assert who(browser) == str(before.pk)
    elsewhere = Client()
    assert use(elsewhere, key) == 200
    assert who(elsewhere) == str(before.pk)
    assert not User.objects.get(pk=before.pk).has_usable_password()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://testserver.evil.example", "https://testserver:1", "null"]
)
def test_a_passkey_that_another_page_has_asked_for_opens_nothing(mailbox: Mailbox, origin: str) -> None:
    _, key = with_passkey(Client(), mailbox)
    key.origin = origin
    browser = Client()
    assert use(browser, key) == 400
    assert who(browser) is None
    elsewhere = Client()
    sign_in(elsewhere)
    assert use(elsewhere, key, "webauthn/authenticate") == 400


def test_another_pages_passkey_is_not_added(mailbox: Mailbox) -> None:
    browser = Client()
    sign_up(browser, mailbox)
    sure(browser)
    assert add(browser, Passkey("http://evil.example", HOST)) == 400
    assert add(browser, Passkey(HERE, "evil.example")) == 400


def test_the_same_signature_does_not_sign_in_twice(mailbox: Mailbox) -> None:
    _, key = with_passkey(Client(), mailbox)
    browser = Client()
    options = browser.get(AUTH + "webauthn/login").json()["data"]["request_options"]
    signed = key.use(options)
    assert ask(browser, "webauthn/login", credential=signed).status_code == 200
    assert ask(Client(), "webauthn/login", credential=signed).status_code == 400


def test_what_is_no_passkey_is_refused(mailbox: Mailbox) -> None:
    browser = Client()
    for credential in (None, {}, "x", {"id": "x", "response": {}}, {"response": {"userHandle": "!!"}}):
        browser.get(AUTH + "webauthn/login")
        assert ask(browser, "webauthn/login", credential=credential).status_code == 400, credential


@pytest.mark.parametrize("user", ["", "!!", "AAAA", "\u00e9", "A" * 5000])
def test_a_passkey_of_nobody_is_refused(user: str) -> None:
    key = Passkey(HERE, HOST)
    key._user = user
    assert use(Client(), key) == 400


def test_with_an_app_the_password_alone_is_not_enough(mailbox: Mailbox) -> None:
    user, secret = with_app(Client(), mailbox)
    browser = Client()
    begun = sign_in(browser)
    assert begun.status_code == 401
    assert [flow["id"] for flow in begun.json()["data"]["flows"] if flow.get("is_pending")] == ["mfa_authenticate"]
    assert who(browser) is None
    assert ask(browser, "2fa/authenticate", code="000000").status_code == 400
    assert ask(browser, "2fa/authenticate", code=code_for(secret, periods_ago=-1)).status_code == 200
    assert who(browser) == str(user.pk)


def test_a_code_of_the_app_is_good_once_in_every_process(mailbox: Mailbox, valkey: Redis) -> None:
    _, secret = with_app(Client(), mailbox)
    first, second = Client(), Client()
    used = code_for(secret, periods_ago=-1)
    for browser in (first, second):
        sign_in(browser)
    assert ask(first, "2fa/authenticate", code=used).status_code == 200
    caches["default"]._own.clear()  # type: ignore[attr-defined]  # as another process, which has not seen it
    assert ask(second, "2fa/authenticate", code=used).status_code == 400


def test_a_code_of_long_ago_is_none(mailbox: Mailbox) -> None:
    _, secret = with_app(Client(), mailbox)
    browser = Client()
    sign_in(browser)
    assert ask(browser, "2fa/authenticate", code=code_for(secret, periods_ago=5)).status_code == 400


def test_a_recovery_code_is_good_once(mailbox: Mailbox) -> None:
    browser = Client()
    user, _ = with_app(browser, mailbox)
    recovery = browser.get(f"{ACCOUNT}/recovery-codes").json()["data"]["unused_codes"]
    statuses = []
    for _ in range(2):
        other = Client()
        sign_in(other)
        statuses.append(ask(other, "2fa/authenticate", code=recovery[0]).status_code)
    assert statuses == [200, 400]
    assert who(browser) == str(user.pk)


def test_what_signs_somebody_in_is_not_changed_without_knowing_who_it_is(mailbox: Mailbox) -> None:
    browser = Client()
    sign_up(browser, mailbox)
    assert browser.get(f"{ACCOUNT}/webauthn?passwordless").status_code == 401
    assert post(browser, f"{ACCOUNT}/totp", code="123456").status_code in (400, 401)
    assert browser.get(f"{ACCOUNT}").json()["data"] == []


def test_somebody_elses_passkey_is_not_theirs_to_remove(mailbox: Mailbox) -> None:
    mine, theirs = Client(), Client()
    with_passkey(mine, mailbox)
    number = mine.get(ACCOUNT).json()["data"][0]["id"]
    sign_up(theirs, mailbox, "eve@example.org")
    sure(theirs)
    refused = theirs.delete(f"{ACCOUNT}/webauthn", {"authenticators": [number]}, content_type="application/json")
    assert refused.status_code == 400
    assert "webauthn" in [each["type"] for each in mine.get(ACCOUNT).json()["data"]]


def test_without_redis_a_process_knows_what_it_has_seen(mailbox: Mailbox) -> None:
    look = """
import django; django.setup()
from django.core.cache import cache
print([cache.add("used", 1, timeout=60), cache.add("used", 1, timeout=60)])
"""
    found = subprocess.run(
        [sys.executable, "-c", look],
        cwd=settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "REDIS_URL": "redis://127.0.0.1:1",
            "STUDIO_DATA": str(settings.DATA_DIR),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[True, False]"
