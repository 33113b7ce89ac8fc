"""Who is on a request and on a socket, asked through small views and a small socket of our own."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from ninja import NinjaAPI

from chat.people import at_the_door, in_pool
from project import problems
from project.auth import PERSON, SocketAuth, with_guest
from project.models import Token, User

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


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


urlpatterns = [path("page/", with_guest(page)), path("v1/", api.urls)]
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
    assert (refused.status_code, refused.json()["code"]) == (403, "unauthorized")
    client.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    taken = await client.post("/v1/async/", headers={"X-CSRFToken": "x" * 32})
    assert taken.json() == str(guest.pk)


async def test_a_change_by_token_needs_no_csrf_token() -> None:
    guest, token = await guest_with_token()
    answer = await AsyncClient(enforce_csrf_checks=True).post("/v1/async/", **bearer(token))
    assert answer.json() == str(guest.pk)


def test_opening_a_page_makes_one_guest_and_keeps_it() -> None:
    client = Client()
    first = client.get("/page/")
    guest = User.objects.get()
    assert first.content.decode() == str(guest.pk)
    assert guest.is_guest
    assert first.cookies[settings.SESSION_COOKIE_NAME]["httponly"]
    assert client.get("/page/").content == first.content
    assert User.objects.count() == 1


@pytest.mark.parametrize("method", ["head", "post", "options"])
def test_only_opening_a_page_makes_a_guest(method: str) -> None:
    getattr(Client(), method)("/page/")
    assert not User.objects.exists()


HOST = b"localhost:9999"


async def whom_the_socket_knows(headers: dict[bytes, bytes], scheme: str = "ws") -> User | None:
    """What `SocketAuth` puts into the scope of a handshake with these headers."""
    seen: dict[str, User | None] = {}

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen["user"] = scope["user"]
        await send({"type": "websocket.accept"})

    socket = WebsocketCommunicator(SocketAuth(app), "/ws/", headers=list(({b"host": HOST} | headers).items()))
    socket.scope["scheme"] = scheme
    await socket.connect()
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

    monkeypatch.setattr("project.auth.at_the_door", looked_up)
    assert await whom_the_socket_knows({b"origin": b"http://localhost:9999"}) is None


async def test_who_is_inside_does_not_wait_for_those_at_the_door() -> None:
    released = threading.Event()
    waiting = [asyncio.create_task(at_the_door(released.wait, 5)) for _ in range(10)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            assert await in_pool(lambda: "answered") == "answered"
    finally:
        released.set()
        await asyncio.gather(*waiting)


async def test_a_socket_is_dropped_and_not_called_a_stranger_while_the_database_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat.people.TIMEOUT_S", 0.2)
    released = threading.Event()
    monkeypatch.setattr(Token, "owner", lambda secret: released.wait(5))

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        raise AssertionError("nobody knows yet who this is")

    socket = WebsocketCommunicator(SocketAuth(app), "/ws/", headers=[(b"authorization", b"Bearer x"), (b"host", HOST)])
    try:
        accepted, _ = await socket.connect()
        assert not accepted
    finally:
        released.set()
