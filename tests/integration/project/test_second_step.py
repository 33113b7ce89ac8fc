"""Staff need a second step in the admin: it is set up at the first login, and asked for at each one after."""

import io
import json
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from redis import Redis

from chat import rate_limits
from pipeline.coalescing import Breaker
from project.models import User
from tests.support.passkey import Passkey
from tests.support.serving import HANGS_S
from tests.support.staff import PASSWORD, SET_UP, code_for, log_in_anew, post_form, secret_on

pytestmark = pytest.mark.django_db(transaction=True)

STEP = "/admin/second-step/"
PLACES = ("/admin/", "/admin/gallery/image/", "/admin/project/user/", "/admin/password_change/", "/admin/jsi18n/")


@pytest.fixture(autouse=True)
def mo(valkey: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STUDIO_LIMITS = False
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    said = io.StringIO()
    call_command("moderator", "mo", "--password-stdin", stdout=said)
    assert "second step" in said.getvalue()
    return User.objects.get(username="mo")


def password(client: Client, then: str = "/admin/") -> Any:
    return post_form(client, "/admin/login/", username="mo", password=PASSWORD, next=then)


@pytest.fixture
def app() -> str:
    """The secret of an app that is set up."""
    return log_in_anew(Client())


def opened(client: Client) -> set[int]:
    return {client.get(place).status_code for place in PLACES}


def test_a_password_alone_opens_nothing_and_leads_to_the_set_up() -> None:
    client = Client()
    assert password(client).status_code == 302
    assert opened(client) == {302}
    there = client.get("/admin/gallery/image/", follow=True)
    assert there.redirect_chain[-1][0] == SET_UP
    secret_on(there.content.decode())


def test_the_set_up_opens_the_admin_and_shows_recovery_codes_once() -> None:
    client = Client(enforce_csrf_checks=True)
    assert password(client).status_code == 302
    secret = secret_on(client.get(SET_UP).content.decode())
    wrong = post_form(client, SET_UP, code="000000")
    assert "Incorrect code." in wrong.content.decode()
    secret = secret_on(wrong.content.decode())  # kept, or a slip would cost a new scan
    token = wrong.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    done = client.post(SET_UP, {"code": code_for(secret), "csrfmiddlewaretoken": token})
    assert done.content.decode().count("<li><code>") == 10
    assert opened(client) == {200}
    assert client.get(SET_UP, follow=True).redirect_chain[-1][0] == "/admin/"


def test_each_login_after_asks_for_a_code(app: str) -> None:
    client = Client()
    answer = password(client, "/admin/project/user/")
    assert answer.headers["Location"] == STEP
    assert opened(client) == {302}
    assert "Incorrect code." in client.post(STEP, {"code": "000000"}).content.decode()
    assert opened(client) == {302}
    assert client.post(STEP, {"code": code_for(app)}).headers["Location"] == "/admin/project/user/"
    assert opened(client) == {200}


def test_a_code_that_was_used_and_an_old_one_are_refused(app: str) -> None:
    client = Client()
    password(client)
    used = {"code": code_for(app)}
    assert client.post(STEP, used).status_code == 302
    client = Client()
    password(client)
    old = code_for(app, periods_ago=20)
    for code in (used, {"code": old}):
        assert "Incorrect code." in client.post(STEP, code).content.decode()


def test_a_recovery_code_lets_in_once(app: str) -> None:
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for expected in (302, 200):
        client = Client()
        password(client)
        assert client.post(STEP, {"code": codes[0]}).status_code == expected


def test_a_passkey_is_a_second_step_too() -> None:
    key = Passkey("http://localhost", "localhost")
    client = Client(headers={"Host": "localhost"})
    password(client)
    client.post(SET_UP, {"credential": json.dumps(key.create(options(client.get(SET_UP))["create"]))})
    assert opened(client) == {200}
    again = Client(headers={"Host": "localhost"})
    password(again)
    asked = options(again.get(STEP))["use"]
    assert again.post(STEP, {"credential": json.dumps(key.use(asked))}).headers["Location"] == "/admin/"
    assert opened(again) == {200}


def test_a_passkey_of_another_origin_is_refused() -> None:
    client = Client(headers={"Host": "localhost"})
    password(client)
    key = Passkey("https://evil.example", "localhost")
    made = key.create(options(client.get(SET_UP))["create"])
    answer = client.post(SET_UP, {"credential": json.dumps(made)})
    assert "Incorrect code." in answer.content.decode()
    assert opened(client) == {302}


@pytest.mark.parametrize("credential", ["", "null", "[]", "{}", '"x"', "{", '{"id": 1, "response": {}}'])
def test_what_is_no_passkey_is_refused(credential: str) -> None:
    client = Client()
    password(client)
    assert client.post(SET_UP, {"credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


def options(page: Any) -> Any:
    return json.loads(page.content.decode().split('id="passkey-options" type="application/json">')[1].split("<")[0])


def test_guesses_at_the_code_are_limited_by_name(app: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STUDIO_LIMITS = True
    monkeypatch.setattr(rate_limits, "_breaker", Breaker(rate_limits.QUIET_S))
    monkeypatch.setattr(rate_limits, "ANSWER_WITHIN_S", HANGS_S)
    monkeypatch.setattr(rate_limits, "_own", type(rate_limits._own)())
    statuses = []
    for number in range(13):
        client = Client()
        client.post("/admin/login/", {"username": "mo", "password": PASSWORD}, REMOTE_ADDR=f"192.0.2.{number}")
        statuses.append(client.post(STEP, {"code": "000000"}, REMOTE_ADDR=f"198.51.100.{number}").status_code)
    assert statuses[:5] == [200] * 5
    assert set(statuses[5:]) <= {429, 302}
    assert 302 in statuses, "the password is not looked at any more either"


def test_nobody_comes_in_by_the_second_step_alone(app: str) -> None:
    for client in (Client(), Client()):
        assert client.get(STEP).headers["Location"] == "/admin/login/"
        assert client.post(STEP, {"code": code_for(app)}).headers["Location"] == "/admin/login/"
        assert client.get(SET_UP).headers["Location"] == "/admin/login/"


def test_who_has_a_second_step_cannot_set_up_another_by_the_password_alone(app: str) -> None:
    client = Client()
    password(client)
    assert client.post(SET_UP, {"code": "000000"}).headers["Location"] == "/admin/login/"
    assert opened(client) == {302}


def test_a_cookie_from_before_has_to_log_in_again(app: str, settings: Any) -> None:
    settings.STAFF_MFA = False
    client = Client()
    password(client)
    client.post(STEP, {"code": code_for(app)})
    before = Client()
    Authenticator.objects.all().delete()
    password(before)
    assert opened(before) == {200}
    settings.STAFF_MFA = True
    assert opened(before) == {302}
    Authenticator.objects.create(user=User.objects.get(username="mo"), type="totp", data={"secret": app})
    assert "password" in before.get("/admin/", follow=True).content.decode()
    assert before.get(SET_UP).status_code == 302


def test_who_is_no_staff_is_not_let_in() -> None:
    User.objects.create_user("ada", password=PASSWORD)
    client = Client()
    form = {"username": "ada", "password": PASSWORD}
    assert "correct username and password for a staff account" in client.post("/admin/login/", form).content.decode()
    assert client.get(SET_UP).status_code == 302


def test_somebody_else_can_log_in_in_the_same_browser() -> None:
    client = Client()
    password(client)
    assert client.post(SET_UP, {"leave": "1"}).headers["Location"] == "/admin/login/"
    assert client.get("/admin/login/").status_code == 200


def test_too_slow_a_set_up_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    password(client)
    secret = secret_on(client.get(SET_UP).content.decode())
    now = time.time()
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: now + 3600)
    page = client.post(SET_UP, {"code": code_for(secret)}, follow=True).content.decode()
    assert "log in again, and set up the second step within five minutes" in page


def test_without_the_setting_a_password_is_enough(settings: Any) -> None:
    settings.STAFF_MFA = False
    client = Client()
    assert "STUDIO_STAFF_MFA" not in client.get("/admin/login/").content.decode()
    password(client)
    assert opened(client) == {200}


def test_the_login_says_how_easy_it_is() -> None:
    page = Client().get("/admin/login/").content.decode()
    assert "set up at your first login" in page
    assert "STUDIO_STAFF_MFA=off" in page


def test_no_page_of_it_needs_inline_script_or_style(app: str) -> None:
    client = Client()
    password(client)
    pages = [Client().get("/admin/login/"), client.get(STEP)]
    Authenticator.objects.all().delete()
    other = Client()
    password(other)
    pages.append(other.get(SET_UP))
    for page in pages:
        text = page.content.decode()
        assert not any(word in text for word in ("<style", "style=", "<script>", "onclick="))


def test_a_second_step_that_is_lost_is_forgotten_by_a_command(app: str) -> None:
    call_command("forget_second_step", "mo", stdout=io.StringIO())
    client = Client()
    password(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == SET_UP
    with pytest.raises(CommandError, match="Nobody on the staff is called ada"):
        call_command("forget_second_step", "ada")
