"""Signing in by what another one says, who speaks OpenID Connect."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from project.accounts import openid
from tests.integration.project.accounts.people import PASSWORD
from tests.support.fakes.openid import OpenID, fake_openid
from tests.support.mailbox import Mailbox, receiving
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Studio, own_stores, running

V = "/_allauth/browser/v1/"


@pytest.fixture(scope="module")
def other() -> Iterator[OpenID]:
    with fake_openid() as other:
        yield other


@pytest.fixture(scope="module")
def letters() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def studio(prepared: None, other: OpenID, letters: Mailbox) -> Iterator[Studio]:
    settings = {"STUDIO_OPENID": other.setting, "STUDIO_EMAIL_URL": letters.url}
    with running(0, **own_stores("openid", 7), **settings) as studio:
        yield studio


@pytest.fixture(autouse=True)
def well(other: OpenID) -> None:
    other.person = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
    other.claims, other.is_down = {}, False


class Visitor:
    """A browser at a page of ours."""

    def __init__(self, studio: Studio) -> None:
        self.http = httpx.Client(base_url=studio.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False)
        page = self.http.get("/you/").text
        self.http.headers["X-CSRFToken"] = page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def becomes_guest(self) -> str:
        return str(self.http.post("/api/v1/auth/cookie/").raise_for_status().json()["user"]["id"])

    def begins(self) -> httpx.Response:
        form = {"provider": "another-one", "callback_url": "/you/", "process": "login"}
        return self.http.post(V + "auth/provider/redirect", data=form)

    def goes(self) -> str:
        """There and back; where the page is then."""
        there = httpx.get(self.begins().raise_for_status().json()["data"]["location"], verify=False)
        back = self.http.get(there.headers["Location"], headers={"Referer": ""})
        assert back.status_code == 302, back.text
        return str(back.headers["Location"])

    def who(self) -> Any:
        answer = self.http.get(V + "auth/session").json()
        return answer["data"]["user"] if answer["status"] == 200 else None

    def pending(self) -> list[str]:
        flows = self.http.get(V + "auth/session").json()["data"]["flows"]
        return [flow["id"] for flow in flows if flow.get("is_pending")]


def test_a_guest_comes_in_by_another_ones_word_and_stays_who_they_are(studio: Studio) -> None:
    visitor = Visitor(studio)
    guest = visitor.becomes_guest()
    assert visitor.goes().endswith("/you/")
    assert visitor.who()["id"] == guest
    assert visitor.who()["email"] == "ada@example.org"
    again = Visitor(studio)
    again.goes()
    assert again.who()["id"] == guest


def test_an_address_that_the_other_one_has_not_checked_is_checked_here(
    studio: Studio, other: OpenID, letters: Mailbox
) -> None:
    other.person = {"sub": "2", "email": "bob@example.org", "email_verified": False}
    visitor = Visitor(studio)
    visitor.goes()
    assert visitor.who() is None
    assert visitor.pending() == ["verify_email"]
    done = visitor.http.post(V + "auth/email/verify", json={"key": letters.code("bob@example.org")})
    assert done.status_code == 200
    assert visitor.who()["email"] == "bob@example.org"


def test_another_ones_word_does_not_open_an_account_that_is_there(
    studio: Studio, other: OpenID, letters: Mailbox
) -> None:
    owner = Visitor(studio)
    owner.http.post(V + "auth/signup", json={"email": "cleo@example.org", "password": PASSWORD})
    owner.http.post(V + "auth/email/verify", json={"key": letters.code("cleo@example.org")}).raise_for_status()
    other.person = {"sub": "3", "email": "cleo@example.org", "email_verified": True}
    visitor = Visitor(studio)
    visitor.goes()
    assert visitor.who() is None
    assert "already" in letters.to("cleo@example.org")[-1]


def test_who_has_no_address_there_names_one_here(studio: Studio, other: OpenID, letters: Mailbox) -> None:
    other.person = {"sub": "4"}
    visitor = Visitor(studio)
    visitor.goes()
    assert visitor.pending() == ["provider_signup"]
    visitor.http.post(V + "auth/provider/signup", json={"email": "dan@example.org"})
    visitor.http.post(V + "auth/email/verify", json={"key": letters.code("dan@example.org")}).raise_for_status()
    assert visitor.who()["email"] == "dan@example.org"


@pytest.mark.parametrize("claims", [{"aud": "somebody-else"}, {"iss": "https://evil.example"}, {"exp": 1}])
def test_a_token_that_is_not_for_us_opens_nothing(studio: Studio, other: OpenID, claims: Any) -> None:
    other.claims = claims
    visitor = Visitor(studio)
    assert "error=unknown" in visitor.goes()
    assert visitor.who() is None


def test_the_way_back_is_good_for_the_browser_that_began_and_once(studio: Studio) -> None:
    visitor, thief = Visitor(studio), Visitor(studio)
    there = httpx.get(visitor.begins().json()["data"]["location"], verify=False).headers["Location"]
    thief.begins()
    assert "error=" in thief.http.get(there).headers["Location"]
    assert thief.who() is None
    assert visitor.http.get(there).headers["Location"].endswith("/you/")
    assert "error=" in Visitor(studio).http.get(there).headers["Location"]


@pytest.mark.parametrize("callback", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_on_to_elsewhere(studio: Studio, callback: str) -> None:
    form = {"provider": "another-one", "callback_url": callback, "process": "login"}
    answer = Visitor(studio).http.post(V + "auth/provider/redirect", data=form)
    assert urlsplit(answer.json()["data"]["location"]).hostname in (None, "127.0.0.1")
    assert "error" in parse_qs(urlsplit(answer.json()["data"]["location"]).query)


def test_another_one_who_is_away_is_said_so(studio: Studio, other: OpenID) -> None:
    other.is_down = True
    answer = Visitor(studio).begins()
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_down")


def test_the_page_names_them_and_shows_no_secret(studio: Studio) -> None:
    page = Visitor(studio).http.get("/you/").text
    config = json.loads(page.partition('<script id="studio" type="application/json">')[2].partition("</script>")[0])
    assert config["providers"] == [{"id": "another-one", "name": "Another One"}]
    for path in ("/you/", V + "config", V + "auth/session"):
        assert "canary" not in Visitor(studio).http.get(path).text


@pytest.mark.parametrize(
    "url",
    [
        "accounts.google.com", "https://accounts.google.com", "https://a@accounts.google.com", "http://a:canary@accounts.google.com",
        "https://a:can/ary@accounts.google.com", "https://a:canary@host:x", "https://a:canary@h?nam=x", "https://a:canary@h#x",
    ],
)  # fmt: skip
def test_what_is_none_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="STUDIO_OPENID must be") as refused:
        openid.providers([url])
    assert "canary" not in str(refused.value)


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two of one name"):
        openid.providers(["https://a:b@h?name=X", "https://c:d@i?name=x"])


def test_a_provider_is_named_by_its_url() -> None:
    google: Any
    (google,) = openid.providers(["https://1-a.apps.googleusercontent.com:s%2Fx@accounts.google.com?name=Google"])
    assert google["provider_id"] == "google"
    assert (google["client_id"], google["secret"]) == ("1-a.apps.googleusercontent.com", "s/x")
    assert google["settings"]["server_url"] == "https://accounts.google.com"
