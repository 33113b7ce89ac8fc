"""Limits tries of passwords at the admin, by address and by name, before anything is hashed.

A browser that has logged in with a name before has tries of its own: nobody can lock a moderator out.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from chat import rate_limits
from gallery.errors import RateLimited
from project.http import problems
from project.http.cookies import ADMIN

BROWSER = "studio_staff_browser"  # a cookie
BROWSER_S = 180 * 24 * 3600
SALT = "project.http.login_limits"

View = Callable[..., HttpResponse]


def counted(view: View) -> View:
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        name = _plain(request.POST.get("username") or request.user.get_username())
        try:
            async_to_sync(_count)(
                rate_limits.network(request.META.get("REMOTE_ADDR", "")), name, _browser(request, name)
            )
        except RateLimited as error:
            return problems.page(error)
        response = view(request, *args, **kwargs)
        if response.status_code == 302 and request.user.is_authenticated:
            _remember(response, _plain(request.user.get_username()))
        return response

    return limited


async def _count(address: str, name: str, browser: str) -> None:
    if address:
        await rate_limits.hit("login_address", address)
    await rate_limits.hit("login_name", hashlib.sha256(f"{name}/{browser}".encode()).hexdigest())


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _browser(request: HttpRequest, name: str) -> str:
    """Its cookie, if that name has logged in there; else ""."""
    try:
        known = signing.loads(request.COOKIES.get(BROWSER, ""), salt=SALT, max_age=BROWSER_S)
    except signing.BadSignature:
        return ""
    return str(known["id"]) if known["name"] == name else ""


def _remember(response: HttpResponse, name: str) -> None:
    response.set_cookie(
        BROWSER,
        signing.dumps({"name": name, "id": secrets.token_urlsafe(12)}, salt=SALT),
        max_age=BROWSER_S,
        path=ADMIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
