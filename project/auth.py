"""Who makes this request, or opens this socket: by bearer token, or by our pages' cookie."""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils.http import is_same_domain
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from chat import rate_limits
from gallery.errors import Forbidden, Unauthorized
from gallery.translation import N_, _
from project.access import Access, by_token
from project.http import read_limits
from project.http.cookies import SessionStore
from project.models import User
from project.remembered import remembered

log = logging.getLogger(__name__)


class ForeignPage(Forbidden):
    sentence = N_("A request by cookie that changes something needs the page's CSRF token.")


class NoGuests(Unauthorized):
    status, sentence = 403, N_("This studio takes no guests: sign in, or sign up.")


class SomebodyElse(Unauthorized):
    sentence = N_("Somebody else has signed in in this browser: reload the page.")


class Bearer(HttpBearer):
    """A wrong token is 401: it never falls back to the cookie beside it."""

    def __init__(self, *, even_blocked: bool = False) -> None:
        super().__init__()
        self.is_async = True  # for ninja
        self.even_blocked = even_blocked

    def authenticate(self, request: HttpRequest, token: str) -> User | Coroutine[Any, Any, User]:
        if _is_on_event_loop():
            return self._authenticate(request, token)
        return self._admit(request, remembered.find("token", token) or _look_up_token(request, token))

    async def _authenticate(self, request: HttpRequest, token: str) -> User:
        found = remembered.find("token", token) or await sync_to_async(_look_up_token)(request, token)
        return self._admit(request, found)

    def _admit(self, request: HttpRequest, access: Access) -> User:
        return _admit(request, access, even_blocked=self.even_blocked)


class Cookie(AuthBase):
    """Our pages' cookie; writing needs the CSRF token too."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __init__(self, *, even_blocked: bool = False) -> None:
        super().__init__()
        self.is_async = True  # for ninja
        self.even_blocked = even_blocked

    def __call__(self, request: HttpRequest) -> User | Coroutine[Any, Any, User | None] | None:
        if _is_on_event_loop():
            return self._call(request)
        return self._admit(request, _remembered_visitor(request) or _look_up_cookie(request))

    async def _call(self, request: HttpRequest) -> User | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        # In a thread, which also reads the form that the CSRF token may be in.
        return self._admit(request, _remembered_visitor(request) or await sync_to_async(_look_up_cookie)(request))

    def _admit(self, request: HttpRequest, access: Access | None) -> User | None:
        return None if access is None else _admit(request, access, even_blocked=self.even_blocked)


def _is_on_event_loop() -> bool:
    """Else in the thread of a synchronous operation, which may wait."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _look_up_token(request: HttpRequest, token: str) -> Access:
    asked_at = time.monotonic()
    access = by_token(token, address(request))
    close_old_connections()  # else it would be held until the answer
    if access is None:
        raise Unauthorized(_("This token is not valid."))
    remembered.keep("token", token, access, asked_at)
    return access


def address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _remembered_visitor(request: HttpRequest) -> Access | None:
    """By a cookie that was looked up a moment ago; for reads only."""
    if request.method not in read_limits.METHODS:
        return None
    access = remembered.find("cookie", request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    if access is not None:
        request.session.accessed = True  # for `Vary: Cookie`
    return access


def _look_up_cookie(request: HttpRequest) -> Access | None:
    asked_at = time.monotonic()
    user = request.user if request.user.is_authenticated else None
    if user is not None and check_csrf(request):
        raise ForeignPage
    known = user is not None and user.note_seen()
    close_old_connections()
    if user is None or not known:
        return None
    person: User = request._cached_user  # type: ignore[attr-defined]  # not the lazy object, which keeps its request
    access = Access(person)
    remembered.keep("cookie", request.COOKIES[settings.SESSION_COOKIE_NAME], access, asked_at)
    return access


def _admit(request: HttpRequest, access: Access, *, even_blocked: bool) -> User:
    """Raises `SomebodyElse` where the page was loaded by another person, `RateLimited`, `Blocked`, `ReadOnly`."""
    expected = request.headers.get("X-Studio-Person")
    if expected and expected != str(access.user.pk):
        raise SomebodyElse
    read_limits.by_person(request, access.user.pk)
    if not even_blocked:
        access.check_block()
    if request.method not in read_limits.METHODS:
        access.check_may_write()
    request.user = access.user
    request.access = access  # type: ignore[attr-defined]
    return access.user


def reader(request: HttpRequest) -> Access:
    """Who asks for something that is no part of the API. Raises `Unauthorized`, `Blocked`."""
    access: Access | None
    if is_bearer(request):
        token = request.headers["Authorization"].partition(" ")[2].strip()
        access = remembered.find("token", token) or _look_up_token(request, token)
    else:
        access = _remembered_visitor(request) or _look_up_cookie(request)
    if access is None:
        raise Unauthorized
    access.check_block()
    return access


COOKIE = Cookie()
PERSON = (Bearer(), COOKIE)
EVEN_BLOCKED = (Bearer(even_blocked=True), Cookie(even_blocked=True))  # to see why, export, and leave


def person_id(request: HttpRequest) -> uuid.UUID | None:
    """None for a visitor without a valid key."""
    try:
        return reader(request).user.pk
    except Unauthorized:
        return None


def check_guests() -> None:
    """Raises `NoGuests`."""
    if not settings.GUESTS:
        raise NoGuests


def become_guest(request: HttpRequest) -> tuple[User, bool]:
    """The person, and whether it is a new guest, who gets a cookie. Not by Django's `login`, which would change other
    tabs' CSRF token. Raises `ForeignPage`, `RateLimited`, `NoGuests`."""
    if check_csrf(request):
        raise ForeignPage
    if request.user.is_authenticated and request.user.note_seen():
        return request.user, False
    check_guests()
    async_to_sync(rate_limits.newcomer)(request.META.get("REMOTE_ADDR", ""))
    guest = User.make_guest()
    request.session.flush()  # of somebody who is gone
    request.session[SESSION_KEY] = str(guest.pk)
    request.session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    request.session[HASH_SESSION_KEY] = guest.get_session_auth_hash()
    request.user = guest
    return guest, True


def known(request: HttpRequest) -> Access | None:
    """By token or cookie, without a CSRF check: for handshakes, and before a request's body has arrived."""
    if is_bearer(request):
        return by_token(request.headers["Authorization"].partition(" ")[2].strip(), address(request))
    request.session = SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    if not (user.is_authenticated and user.note_seen()):
        return None
    return Access(user, cookie=request.session.session_key or "")


def is_bearer(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer"


def is_from_our_page(request: HttpRequest) -> bool:
    """Browsers send the cookie with a foreign page's socket too: only the Origin tells them apart."""
    return is_our_origin(request, request.headers.get("Origin", ""))


def is_our_origin(request: HttpRequest, origin: str) -> bool:
    """Our own origin is what this request was sent to."""
    try:
        here = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    return origin == here or any(_covers(trusted, origin) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def _covers(trusted: str, origin: str) -> bool:
    """`trusted` may be "https://*.example.org"."""
    scheme, _, host = trusted.partition("://")
    origin_scheme, _, origin_host = origin.partition("://")
    return scheme == origin_scheme and is_same_domain(origin_host, host.removeprefix("*"))
