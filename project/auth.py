"""Who is on this request, and on this socket: by bearer token, or by the cookie of a page of ours."""

import logging
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth import get_user, login
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import is_same_domain
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from chat import limits
from chat.people import at_the_door
from gallery.errors import RateLimited, StorageDown, Unauthorized
from project import problems
from project.models import Token, User

log = logging.getLogger(__name__)
P = ParamSpec("P")


class ForeignPage(Unauthorized):
    status, sentence = 403, "A request by cookie that changes something needs the page's CSRF token."


class Bearer(HttpBearer):
    """`Authorization: Bearer …`. A wrong token is 401: it never falls back to the cookie beside it."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        owner = Token.owner(token)
        if owner is None:
            raise Unauthorized("This token is not valid.")
        request.user = owner
        return owner


class Cookie(AuthBase):
    """The page's own cookie; what is not a plain read needs the CSRF token too."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise ForeignPage
        return request.user


# Both are plain functions on purpose: ninja runs them in the request's own thread, off the event loop.
PERSON = (Bearer(), Cookie())


def with_guest(
    page: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For an HTML page: a visitor whom nobody knows becomes a guest, by cookie; a crowd from one address has to wait."""

    @wraps(page)
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "GET" and not request.user.is_authenticated:
            try:
                async_to_sync(limits.newcomer)(request.META.get("REMOTE_ADDR", ""))
            except RateLimited as error:
                return problems.page(error)
            login(request, User.make_guest(), backend="django.contrib.auth.backends.ModelBackend")
        return page(request, *args, **kwargs)

    return view


class SocketAuth:
    """ASGI: puts a `User`, or None for nobody, into `scope["user"]` of a WebSocket."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        try:
            user = await at_the_door(_person, _handshake(scope)) if _says_who(scope) else None
        except (StorageDown, DatabaseError) as error:
            # Not "who are you": the client shall keep its key and come again, as after any dropped connection.
            log.warning("action=handshake_dropped error=%r", error)
            await send({"type": "websocket.close"})
            return
        await self.app({**scope, "user": user}, receive, send)


def _says_who(scope: dict[str, Any]) -> bool:
    """Nobody is looked up, in threads and databases, who does not even claim to be somebody."""
    return any(name in (b"authorization", b"cookie") for name, _ in scope["headers"])


def _handshake(scope: dict[str, Any]) -> HttpRequest:
    """The handshake as the HTTP request that it is, so that hosts and cookies are read in the one way."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme, "query_string": b""}, BytesIO())


def _person(request: HttpRequest) -> User | None:
    method, _, secret = request.headers.get("Authorization", "").partition(" ")
    if method.lower() == "bearer":
        return Token.owner(secret.strip())
    if not _from_our_page(request):
        return None
    SessionMiddleware(lambda _: HttpResponse()).process_request(request)
    user = get_user(request)
    return user if user.is_authenticated else None


def _from_our_page(request: HttpRequest) -> bool:
    """A browser sends the cookie along with a foreign page's socket as well: only the Origin tells them apart."""
    origin = request.headers.get("Origin", "")
    try:
        here = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    return origin == here or any(_covers(trusted, origin) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def _covers(trusted: str, origin: str) -> bool:
    """Is `origin` the trusted one, or of its subdomains where it says "https://*.example.org"?"""
    scheme, _, host = trusted.partition("://")
    origin_scheme, _, origin_host = origin.partition("://")
    return scheme == origin_scheme and is_same_domain(origin_host, host.removeprefix("*"))
