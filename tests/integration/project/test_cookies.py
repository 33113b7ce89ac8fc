"""Whom a browser's cookies make it: the person of the pages as long as it comes back, and a moderator in the admin alone."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Before
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from project.http.cookies import SessionStore
from project.models import User
from project.socket_auth import SocketAuth
from tests.security.target import token_of
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Studio, picture, running

pytestmark = pytest.mark.django_db(transaction=True)

PERSON, STAFF = "studio_person", "studio_staff"
PASSWORD = "a long pass phrase"
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = timedelta(days=1)


class Clock:
    """The time that Django knows, held by the test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


def guest_at(client: Client) -> User:
    """Somebody new, with the cookie that a browser keeps."""
    guest = User.make_guest()
    client.force_login(guest)
    return guest


def person_at(client: Client, path: str = "/gallery/") -> str:
    """Whom the page is for; empty for nobody."""
    return str(getattr(client.get(path).context["user"], "pk", "") or "")


@pytest.fixture
def moderator(monkeypatch: pytest.MonkeyPatch, settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # which takes no time
    settings.STUDIO_LIMITS = settings.STAFF_MFA = False
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    call_command("moderator", "mo", "--password-stdin", stdout=io.StringIO())
    return User.objects.get(username="mo")


def log_in(client: Client) -> None:
    form = {"username": "mo", "password": PASSWORD, "next": "/admin/"}
    if client.handler.enforce_csrf_checks:
        form["csrfmiddlewaretoken"] = token_of(client.get("/admin/login/").content.decode())
    assert client.post("/admin/login/", form).headers["Location"] == "/admin/"


# Renewed by use


@pytest.mark.parametrize("path", ["/", "/v1/gallery/", "/v1/gallery/deleted"])
def test_who_comes_every_day_never_loses_the_cookie(clock: Clock, path: str) -> None:
    client = Client()
    guest_at(client)
    ends = clock.now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    for _ in range(150):  # a year and a half
        clock.later(days=3.9)
        assert clock.now < ends, "a browser has thrown the cookie away"
        answer = client.get(path)
        assert answer.status_code == 200
        if PERSON in answer.cookies:
            ends = clock.now + timedelta(seconds=int(answer.cookies[PERSON]["max-age"]))
    assert User.objects.count() == 1
    assert Session.objects.get().expire_date > clock.now + 350 * DAY


def test_it_is_written_once_a_week_and_not_at_every_request(clock: Clock) -> None:
    client = Client()
    guest_at(client)
    client.get("/v1/gallery/")
    written = []
    for _ in range(22):
        clock.later(days=1)
        with CaptureQueriesContext(connection) as queries:
            for path in ("/v1/gallery/", "/gallery/"):
                assert client.get(path).status_code == 200
        written.append(sum(query["sql"].startswith('UPDATE "django_session"') for query in queries))
    assert sum(written) == 3
    assert max(written) == 1


def test_who_stays_away_for_a_year_has_lost_it(clock: Clock) -> None:
    client = Client()
    guest_at(client)
    clock.later(days=366)
    assert client.get("/v1/gallery/").status_code == 401


def test_the_cookie_of_the_release_before_goes_on(clock: Clock) -> None:
    client, guest = Client(), User.make_guest()
    old = Before()
    old.update(
        {SESSION_KEY: str(guest.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: guest.get_session_auth_hash()}
    )
    old.save()
    client.cookies[PERSON] = str(old.session_key)
    clock.later(days=364)
    assert person_at(client) == str(guest.pk)
    clock.later(days=364)
    assert person_at(client) == str(guest.pk)


def test_a_renewal_that_cannot_be_written_spoils_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    guest_at(client)

    def gone(store: SessionStore, must_create: bool = False) -> None:
        Session.objects.filter(session_key=store.session_key).delete()
        super(SessionStore, store).save(must_create)

    monkeypatch.setattr(SessionStore, "save", gone)
    assert client.get("/v1/gallery/").status_code == 200


def test_a_login_that_cannot_be_written_is_none(monkeypatch: pytest.MonkeyPatch, moderator: User) -> None:
    def gone(store: SessionStore, must_create: bool = False) -> None:
        Session.objects.all().delete()
        super(SessionStore, store).save(must_create)

    monkeypatch.setattr(SessionStore, "save", gone)
    client = Client()
    assert client.post("/admin/login/", {"username": "mo", "password": PASSWORD}).status_code == 400
    assert STAFF not in client.cookies


# A moderator's own


def test_logging_in_and_out_of_the_admin_leaves_the_guest_what_it_was(moderator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    guest = guest_at(client)
    page = client.get("/gallery/").content.decode()
    sent = {"X-CSRFToken": page.split('name="csrf-token" content="')[1].split('"')[0]}
    key = client.cookies[PERSON].value

    def still_the_guest() -> None:
        assert person_at(client) == str(guest.pk)
        assert client.get("/v1/gallery/").status_code == 200
        # What a page that was open all the while sends.
        assert client.delete("/v1/gallery/nothing/", headers=sent).status_code == 404
        assert client.cookies[PERSON].value == key
        assert socket_by_cookie(client) == guest

    log_in(client)
    still_the_guest()
    assert client.get("/admin/").context["user"] == moderator
    still_the_guest()
    out = client.post("/admin/logout/", {"csrfmiddlewaretoken": token_of(client.get("/admin/").content.decode())})
    assert out.status_code == 200
    still_the_guest()
    assert client.get("/admin/").status_code == 302


def socket_by_cookie(client: Client) -> User | None:
    async def ask() -> User | None:
        seen: dict[str, User | None] = {}

        async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
            seen["user"] = scope["user"]
            await send({"type": "websocket.accept"})

        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()
        headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"cookie", cookies)]
        await WebsocketCommunicator(SocketAuth(app), "/ws/", headers=headers).connect()
        return seen["user"]

    return async_to_sync(ask)()


def test_the_admin_needs_its_own_login_whoever_the_pages_know(moderator: User) -> None:
    client = Client()
    client.force_login(moderator)  # as a moderator's cookie of the release before
    assert client.get("/admin/").status_code == 302
    client.cookies[STAFF] = client.cookies[PERSON].value
    assert client.get("/admin/").status_code == 302


def test_a_moderators_cookie_opens_the_admin_alone(moderator: User) -> None:
    client = Client()
    log_in(client)
    assert client.get("/v1/gallery/").status_code == 401
    client.cookies[PERSON] = client.cookies[STAFF].value
    assert client.get("/v1/gallery/").status_code == 401
    assert socket_by_cookie(client) is None


def test_a_moderators_cookie_is_sent_to_the_admin_alone_and_cannot_be_read_by_a_page(moderator: User) -> None:
    client = Client()
    log_in(client)
    cookie = client.cookies[STAFF]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert 0 < int(cookie["max-age"]) <= 8 * 3600
    assert PERSON not in client.cookies


def test_a_moderator_is_out_after_eight_hours_however_busy(clock: Clock, moderator: User) -> None:
    client = Client()
    log_in(client)
    for _ in range(7):
        clock.later(hours=1)
        assert client.get("/admin/").status_code == 200
        session = client.get("/admin/").wsgi_request.session
        session["something"] = str(clock.now)  # as the admin keeps a message that is too long for a cookie
        session.save()
    clock.later(hours=0.9)
    assert client.get("/admin/").status_code == 200
    clock.later(hours=0.2)
    assert client.get("/admin/").status_code == 302
    log_in(client)
    clock.later(hours=7.9)
    assert client.get("/admin/").status_code == 200


# A new secret key


@pytest.fixture
def rotate(settings: Any) -> Any:
    def rotate(*, keep: bool = True) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keep else []
        settings.SECRET_KEY = "another-key-" * 5

    return rotate


def test_a_cookie_made_with_the_old_key_goes_on_and_stays_the_same(rotate: Any) -> None:
    client = Client()
    guest = guest_at(client)
    key = client.cookies[PERSON].value
    rotate()
    assert socket_by_cookie(client) == guest  # a handshake can give no other cookie
    assert person_at(client) == str(guest.pk)
    # Others of the page's requests are on their way with what they had.
    assert client.cookies[PERSON].value == key
    assert Session.objects.count() == 1


def test_who_came_once_since_then_does_not_need_the_old_key_any_more(rotate: Any, settings: Any) -> None:
    client = Client()
    guest = guest_at(client)
    rotate()
    assert client.get("/v1/gallery/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert person_at(client) == str(guest.pk)


def test_without_the_old_key_a_cookie_is_void(rotate: Any) -> None:
    client = Client()
    guest_at(client)
    rotate(keep=False)
    assert client.get("/v1/gallery/").status_code == 401


def test_a_moderator_goes_on_too(rotate: Any, moderator: User) -> None:
    client = Client()
    log_in(client)
    rotate()
    assert [client.get("/admin/").status_code for _ in range(2)] == [200, 200]


# The same as a browser sees it


def browser(studio: Studio) -> httpx.Client:
    return httpx.Client(
        base_url=studio.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False, headers={"Origin": studio.url}
    )


def page_token(page: httpx.Response) -> dict[str, str]:
    return {"X-CSRFToken": page.raise_for_status().text.split('name="csrf-token" content="')[1].split('"')[0]}


def test_a_new_secret_key_with_the_old_one_beside_it_costs_nobody_anything(prepared: None) -> None:
    old, new = "old-" * 12, "new-" * 12
    with running(SECRET_KEY=old) as studio, browser(studio) as http:
        sent = page_token(http.get("/"))
        http.post("/api/v1/auth/cookie/", headers=sent).raise_for_status()
        files = {"file": ("a.png", picture(64, 64), "image/png")}
        image = http.post("/v1/gallery/", files=files, headers=sent).raise_for_status().json()
        cookies = dict(http.cookies)
    with running(SECRET_KEY=new, SECRET_KEY_FALLBACKS=f"{'older-' * 9},{old}") as studio, browser(studio) as http:
        http.cookies.update(cookies)
        assert http.get(image["url"]).status_code == 200
        now = http.get(f"/v1/gallery/{image['id']}/").raise_for_status().json()
        assert now["url"] != image["url"]
        assert http.get(now["url"]).status_code == 200
        assert http.patch(f"/v1/gallery/{image['id']}/", json={"favorite": True}, headers=sent).status_code == 200
