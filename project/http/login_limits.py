"""Limits attempts at passwords, by address and by name, before anything is hashed: in the admin (for people see
`project.accounts.limits`). A browser that has logged in with a name before has attempts of its own, so that nobody can lock
others out.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from chat import rate_limits
from gallery import views
from gallery.errors import RateLimited
from project.http.cookies import ADMIN


class Browser(NamedTuple):
    """A cookie that names who has logged in here."""

    cookie: str
    path: str


STAFF = Browser("studio_staff_browser", ADMIN)
BROWSER_S = 180 * 24 * 3600
SALT = "project.http.login_limits"

View = Callable[..., HttpResponse]


def _name(request: HttpRequest) -> str:
    return request.POST.get("username") or request.user.get_username()


def counted(view: View, name_of: Callable[[HttpRequest], str] = _name) -> View:
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        name = plain(name_of(request))
        address = rate_limits.network(request.META.get("REMOTE_ADDR", ""))
        try:
            async_to_sync(count)(address, name, known(request, name, STAFF))
        except RateLimited as error:
            return views.failure(error)
        response = view(request, *args, **kwargs)
        if response.status_code == 302 and request.user.is_authenticated:
            remember(response, plain(request.user.get_username()), STAFF)
        return response

    return limited


async def count(address: str, name: str, browser: str) -> None:
    """`browser`: from `known`. Raises `RateLimited`."""
    if address:
        await rate_limits.hit("login_address", address)
    await rate_limits.hit("login_name", hashlib.sha256(f"{name}/{browser}".encode()).hexdigest())


def plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def known(request: HttpRequest, name: str, browser: Browser) -> str:
    """The browser's id, if that name has logged in there; else ""."""
    try:
        found = signing.loads(request.COOKIES.get(browser.cookie, ""), salt=SALT, max_age=BROWSER_S)
    except signing.BadSignature:
        return ""
    return str(found["id"]) if found["name"] == name else ""


def remember(response: HttpResponseBase, name: str, browser: Browser) -> None:
    response.set_cookie(
        browser.cookie,
        signing.dumps({"name": name, "id": secrets.token_urlsafe(12)}, salt=SALT),
        max_age=BROWSER_S,
        path=browser.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
