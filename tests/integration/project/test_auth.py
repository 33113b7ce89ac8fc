"""Who is on a request and on a socket, asked through small views and a small socket of our own."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import AsyncClient, Client
from django.urls import path
from limits import RateLimitItemPerMinute
from ninja import NinjaAPI

from chat import rate_limits
from chat.db_pool import handshake_pool, run_in_db_pool
from project.auth import PERSON, become_guest
from project.http import problems
from project.models import Token, User
from project.socket_auth import SocketAuth
from tests.support.serving import HANGS_S

api = NinjaAPI(urls_namespace="who", docs_url=None, openapi_url=None)
problems.install(api)


@api.get("/sync/", auth=PERSON)
def sync_who(request: HttpRequest) -> str:
    return str(request.user.pk)


@api.get("/async/", auth=PERSON)
async def async_who(request: HttpRequest) -> str:
    return str(request.user.pk)


@api.post("/async/", auth=PERSON)
async def async_change(request: HttpRequest) -> str:
    return str(request.user.pk)


@api.post("/become/")
def become(request: HttpRequest) -> list[str | bool]:
    user, is_new = become_guest(request)
    return [str(user.pk), is_new]


urlpatterns = [path("v1/", api.urls)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@sync_to_async
def guest_with_token() -> tuple[User, str]:
    guest = User.make_guest()
    return guest, Token.issue(guest)


async def client_with_cookie(**options: Any) -> tuple[User, AsyncClient]:
    client, guest = AsyncClient(**options), await sync_to_async(User.make_guest)()
    await client.aforce_login(guest)
    return guest, client


def bearer(token: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


@pytest.mark.parametrize("where", ["/v1/sync/", "/v1/async/"])
async def test_a_bearer_token_says_who_it_is(where: str) -> None:
    guest, token = await guest_with_token()
    answer = await AsyncClient().get(where, **bearer(token))
    assert answer.json() == str(guest.pk)


@pytest.mark.parametrize("where", ["/v1/sync/", "/v1/async/"])
async def test_the_cookie_says_who_it_is(where: str) -> None:
    guest, client = await client_with_cookie()
    assert (await client.get(where)).json() == str(guest.pk)


async def test_the_token_counts_more_than_the_cookie() -> None:
    guest, token = await guest_with_token()
    _, client = await client_with_cookie()
    assert (await client.get("/v1/async/", **bearer(token))).json() == str(guest.pk)


@pytest.mark.parametrize("token", ["wrong", "", "\u00e9", "x" * 5000])
async def test_a_wrong_token_does_not_fall_back_to_the_cookie(token: str) -> None:
    _, client = await client_with_cookie()
    answer = await client.get("/v1/async/", **bearer(token))
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_another_kind_of_authorization_leaves_the_cookie_in_force() -> None:
    guest, client = await client_with_cookie()  # a proxy that asks for a password adds such a header to everything
    answer = await client.get("/v1/async/", headers={"Authorization": "Basic dTpw"})
    assert answer.json() == str(guest.pk)


async def test_the_token_of_a_person_who_was_shut_out_opens_nothing() -> None:
    guest, token = await guest_with_token()
    await User.objects.filter(pk=guest.pk).aupdate(is_active=False)
    assert (await AsyncClient().get("/v1/async/", **bearer(token))).status_code == 401


async def test_nobody_is_told_how_to_say_who_they_are() -> None:
    answer = await AsyncClient().post("/v1/async/")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_a_change_by_cookie_needs_the_csrf_token() -> None:
    guest, client = await client_with_cookie(enforce_csrf_checks=True)
    refused = await client.post("/v1/async/")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    client.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    taken = await client.post("/v1/async/", headers={"X-CSRFToken": "x" * 32})
    assert taken.json() == str(guest.pk)


async def test_a_change_by_token_needs_no_csrf_token() -> None:
    guest, token = await guest_with_token()
    answer = await AsyncClient(enforce_csrf_checks=True).post("/v1/async/", **bearer(token))
    assert answer.json() == str(guest.pk)


BECOME = "/v1/become/"


def visitor() -> Client:
    """At a page of ours, with its CSRF token."""
    client = Client(enforce_csrf_checks=True, headers={"X-CSRFToken": "x" * 32})
    client.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    return client


def test_who_asks_for_it_becomes_a_guest_once_and_stays_one() -> None:
    client = visitor()
    first = client.post(BECOME)
    guest = User.objects.get()
    assert first.json() == [str(guest.pk), True]
    assert guest.is_guest
    assert first.cookies[settings.SESSION_COOKIE_NAME]["httponly"]
    assert client.post(BECOME).json() == [str(guest.pk), False]
    assert client.get("/v1/sync/").json() == str(guest.pk)
    assert User.objects.count() == Session.objects.count() == 1


def test_the_pages_csrf_token_goes_on_for_every_tab() -> None:
    client = visitor()
    assert settings.CSRF_COOKIE_NAME not in client.post(BECOME).cookies
    assert client.post("/v1/async/").status_code == 200


@pytest.mark.parametrize("token", ["", "y" * 32])
def test_a_foreign_page_makes_nobody_a_guest(token: str) -> None:
    client = visitor()
    answer = client.post(BECOME, headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not User.objects.exists()
    assert not Session.objects.exists()


def test_the_cookie_of_somebody_who_is_gone_is_a_new_guests_from_then_on() -> None:
    client = visitor()
    client.post(BECOME)
    User.objects.update(is_active=False)
    user, is_new = client.post(BECOME).json()
    assert is_new
    assert client.get("/v1/sync/").json() == user
    assert Session.objects.count() == 1  # the old row is not left behind


@pytest.mark.urls("project.urls")
@pytest.mark.parametrize("where", ["/", "/gallery/", "/chat/x/"])
@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_a_page_makes_nobody_a_guest(method: str, where: str) -> None:
    client = Client()
    answer = getattr(client, method)(where)
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert not User.objects.exists()
    assert not Session.objects.exists()
    if method == "get":
        assert '"user": null' in answer.content.decode()


@pytest.mark.urls("project.urls")
def test_the_route_of_the_pages_gives_a_cookie_and_counts_newcomers(valkey: object, monkeypatch: Any) -> None:
    client = visitor()
    first = client.post("/api/v1/auth/cookie/")
    guest = User.objects.get()
    assert (first.status_code, first.json()) == (201, {"user": {"id": str(guest.pk), "name": guest.username}})
    assert client.post("/api/v1/auth/cookie").status_code == 200
    assert f'"id": "{guest.pk}"' in client.get("/").content.decode()
    monkeypatch.setitem(rate_limits.LIMITS, "guest", RateLimitItemPerMinute(2))
    answers = [visitor().post("/api/v1/auth/cookie/") for _ in range(3)]
    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[-1].json()["code"] == "rate_limited"
    assert client.post("/api/v1/auth/cookie/").status_code == 200  # who is known does not count


HOST = b"localhost:9999"


async def whom_the_socket_knows(headers: dict[bytes, bytes], scheme: str = "ws") -> User | None:
    """What `SocketAuth` puts into the scope of a handshake with these headers."""
    seen: dict[str, User | None] = {}

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen["user"] = scope["user"]
        await send({"type": "websocket.accept"})

    socket = WebsocketCommunicator(SocketAuth(app), "/ws/", headers=list(({b"host": HOST} | headers).items()))
    socket.scope["scheme"] = scheme
    await socket.connect(HANGS_S)
    return seen["user"]


async def a_cookie() -> tuple[User, bytes]:
    guest, client = await client_with_cookie()
    return guest, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()


async def test_a_socket_by_token_needs_no_origin() -> None:
    guest, token = await guest_with_token()
    assert await whom_the_socket_knows({b"authorization": b"Bearer " + token.encode()}) == guest


async def test_a_socket_with_a_wrong_token_does_not_fall_back_to_the_cookie() -> None:
    _, cookie = await a_cookie()
    headers = {b"cookie": cookie, b"origin": b"http://localhost:9999", b"authorization": b"Bearer wrong"}
    assert await whom_the_socket_knows(headers) is None


@pytest.mark.parametrize(("scheme", "origin"), [("ws", b"http://localhost:9999"), ("wss", b"https://localhost:9999")])
async def test_a_socket_by_cookie_from_our_own_page(scheme: str, origin: bytes) -> None:
    guest, cookie = await a_cookie()
    assert await whom_the_socket_knows({b"cookie": cookie, b"origin": origin}, scheme) == guest


@pytest.mark.parametrize(
    "origin",
    [
        b"",
        b"null",
        b"http://localhost",
        b"http://localhost:9998",
        b"https://localhost:9999",
        b"http://evil.example",
        b"http://localhost:9999.evil.example",
        b"http://127.0.0.1:9999",
    ],
)
async def test_a_socket_by_cookie_from_a_foreign_page(origin: bytes) -> None:
    _, cookie = await a_cookie()
    assert await whom_the_socket_knows({b"cookie": cookie, b"origin": origin}) is None


async def test_a_socket_by_cookie_without_an_origin() -> None:
    _, cookie = await a_cookie()
    assert await whom_the_socket_knows({b"cookie": cookie}) is None


@pytest.mark.parametrize("host", [b"evil.example", b"loc alhost", b""])
async def test_a_socket_by_cookie_under_a_host_that_is_not_ours(host: bytes) -> None:
    _, cookie = await a_cookie()
    assert await whom_the_socket_knows({b"cookie": cookie, b"host": host, b"origin": b"http://" + host}) is None


@pytest.mark.parametrize("origin", [b"https://studio.example", b"https://a.studios.example"])
async def test_a_socket_by_cookie_from_a_trusted_page(origin: bytes, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://studio.example", "https://*.studios.example"]
    guest, cookie = await a_cookie()
    assert await whom_the_socket_knows({b"cookie": cookie, b"origin": origin}) == guest
    assert await whom_the_socket_knows({b"cookie": cookie, b"origin": origin.replace(b"https", b"http")}) is None


async def test_a_socket_whose_login_has_ended() -> None:
    _, cookie = await a_cookie()
    await Session.objects.all().adelete()
    assert await whom_the_socket_knows({b"cookie": cookie, b"origin": b"http://localhost:9999"}) is None


async def test_a_socket_with_neither_cookie_nor_token() -> None:
    assert await whom_the_socket_knows({b"origin": b"http://localhost:9999"}) is None


async def test_nobody_is_looked_up_who_does_not_claim_to_be_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def looked_up(*_: Any) -> None:
        raise AssertionError("a thread was asked")

    monkeypatch.setattr("project.socket_auth.handshake_pool", looked_up)
    assert await whom_the_socket_knows({b"origin": b"http://localhost:9999"}) is None


async def test_who_is_inside_does_not_wait_for_handshakes() -> None:
    released = threading.Event()
    waiting = [asyncio.create_task(handshake_pool(released.wait, 2 * HANGS_S)) for _ in range(10)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(HANGS_S):
            assert await run_in_db_pool(lambda: "answered") == "answered"
    finally:
        released.set()
        await asyncio.gather(*waiting)


async def test_a_socket_is_told_to_come_again_and_not_unauthenticated_while_the_database_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handshake_pool, "timeout_s", 0.2)
    released = threading.Event()
    monkeypatch.setattr(Token, "find_digest", lambda digest: released.wait(2 * HANGS_S))

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise AssertionError("nobody knows yet who this is")

    socket = WebsocketCommunicator(SocketAuth(app), "/ws/", headers=[(b"authorization", b"Bearer x"), (b"host", HOST)])
    try:
        accepted, _ = await socket.connect(HANGS_S)
        assert accepted
        assert await socket.receive_output(HANGS_S) == {"type": "websocket.close", "code": 1012, "reason": None}
    finally:
        released.set()
