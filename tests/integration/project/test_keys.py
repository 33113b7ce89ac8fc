"""One's keys: made, listed, ended, and what each of them opens."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from project import access
from project.accounts import keys
from project.models import Token, User
from tests.support.studio import HANGS_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey", "mongo")]

PATH = "/api/v1/auth/tokens/"
SESSIONS = "/api/v1/chat/sessions/"
Form = dict[str, Any]


def bearer(secret: str, **options: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"}, **options)


@pytest.fixture
def guest() -> User:
    return User.make_guest()


@pytest.fixture
def client(guest: User) -> Client:
    return bearer(Token.issue(guest))


def make(client: Client, **body: Any) -> Form:
    answer = client.post(PATH, {"name": "laptop", **body}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def refusal(client: Client, body: Any) -> tuple[int, str]:
    answer = client.post(PATH, body, content_type="application/json")
    return answer.status_code, answer.json()["detail"]


def test_a_key_is_shown_once_and_stored_hashed(client: Client) -> None:
    made = make(client)
    secret = made.pop("token")
    assert made["scopes"] == ["read", "write"]
    assert secret not in str(list(Token.objects.values()))
    listed = client.get(PATH).json()["items"]
    assert listed[0] == made
    assert secret not in str(listed)
    assert bearer(secret).get(SESSIONS).status_code == 200


def test_the_token_of_a_guest_is_one_of_them() -> None:
    secret = Client().post("/api/v1/auth/guest/").json()["token"]
    (only,) = bearer(secret).get(PATH).json()["items"]
    assert (only["current"], only["scopes"], only["expires_at"]) == (True, ["read", "write"], None)


def test_a_key_ends_when_it_is_deleted_and_nobody_elses_can_be(client: Client) -> None:
    made = make(client)
    assert bearer(Token.issue(User.make_guest())).delete(f"{PATH}{made['id']}/").status_code == 404
    assert client.delete(f"{PATH}{made['id']}/").status_code == 204
    assert client.delete(f"{PATH}{made['id']}/").status_code == 404
    assert bearer(made["token"]).get(SESSIONS).status_code == 401
    assert len(client.get(PATH).json()["items"]) == 1


def test_a_key_that_may_only_read_changes_nothing(client: Client, guest: User) -> None:
    reader = bearer(make(client, scopes=["read"])["token"])
    assert reader.get(SESSIONS).status_code == 200
    for answer in (
        reader.post(SESSIONS, {}, content_type="application/json"),
        reader.post(PATH, {"name": "more"}, content_type="application/json"),
        reader.delete(f"{PATH}{'0' * 32}/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "unauthorized")
        assert answer.json()["detail"] == "This key may only read."
    assert Token.objects.filter(user=guest).count() == 2


def test_a_key_that_has_expired_opens_nothing(client: Client) -> None:
    made = make(client, expires_at=(timezone.now() + timedelta(days=1)).isoformat())
    assert bearer(made["token"]).get(SESSIONS).status_code == 200
    Token.objects.exclude(expires_at=None).update(expires_at=timezone.now())
    fresh = make(client)
    assert bearer(fresh["token"]).get(SESSIONS).status_code == 200
    assert Token.find(made["token"]) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "name: is missing."),
        ({"name": " "}, "name: is empty."),
        ({"name": "x" * 101}, "name: is longer than 100."),
        ({"name": "a\0b"}, "name: has a control character or half a character in it."),
        ({"name": "a", "scopes": []}, "scopes: has to hold read."),
        ({"name": "a", "scopes": ["write"]}, "scopes: has to hold read."),
        ({"name": "a", "scopes": ["all"]}, "scopes.0: should be 'read' or 'write'."),
        ({"name": "a", "expires_at": "tomorrow"}, "expires_at: "),
        ({"name": "a", "expires_at": "2030-01-01T00:00:00"}, "expires_at: should have timezone info."),
        ({"name": "a", "expires_at": "2020-01-01T00:00:00Z"}, keys.PAST),
        ({"name": "a", "admin": True}, "admin: is not a known field."),
    ],
)
def test_what_cannot_be_a_key_gets_a_sentence(client: Client, body: Form, says: str) -> None:
    status, said = refusal(client, body)
    assert status == 422
    assert said.startswith(says)


def test_a_key_that_a_key_asks_for_does_not_outlive_it(guest: User) -> None:
    ends = timezone.now() + timedelta(days=1)
    client = bearer(Token.issue(guest, expires_at=ends))
    assert make(client)["expires_at"] is not None
    later = {"name": "a", "expires_at": (ends + timedelta(days=1)).isoformat()}
    assert refusal(client, later) == (422, keys.OUTLIVES)


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_a_token_in_an_address_opens_nothing_and_is_told_so(guest: User, name: str) -> None:
    answer = Client().get(f"{SESSIONS}?{name}={Token.issue(guest)}")
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("A token does not belong into an address")


def test_one_person_has_so_many_keys(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "AT_MOST", 2)
    first = make(client)
    assert refusal(client, {"name": "a"})[0] == 409
    client.delete(f"{PATH}{first['id']}/")
    make(client)


def test_the_list_says_when_and_from_where_a_key_was_last_used(client: Client) -> None:
    made = make(client)
    assert made["last_used_at"] is None
    bearer(made["token"], REMOTE_ADDR="203.0.113.9").get(SESSIONS)
    access.uses.wait(HANGS_S)
    listed = client.get(PATH).json()["items"][0]
    assert listed["last_used_from"] == "203.0.113.9"
    assert listed["last_used_at"] is not None


def test_a_use_is_written_once_a_minute(guest: User, django_assert_num_queries: Any) -> None:
    secret = Token.issue(guest)
    access.by_token(secret, "203.0.113.9")
    access.uses.wait(HANGS_S)
    with django_assert_num_queries(1):  # the look-up itself
        access.by_token(secret, "203.0.113.10")
    access.uses.wait(HANGS_S)
    assert Token.objects.get().last_used_from == "203.0.113.9"
    Token.objects.update(last_used_at=timezone.now() - access.NOTED_EVERY)
    access.by_token(secret, "203.0.113.10")
    access.uses.wait(HANGS_S)
    assert Token.objects.get().last_used_from == "203.0.113.10"
