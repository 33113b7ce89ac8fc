"""How often somebody may try to sign in, or be mailed: counted by address and by name, and separately for a browser that has
signed in with that name before (`project.http.login_limits`)."""

import hashlib
import json

from allauth.account.internal.stagekit import unstash_login
from asgiref.sync import async_to_sync
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from chat import rate_limits
from project.http import login_limits
from project.http.login_limits import Browser

BROWSER = Browser("studio_browser", "/_allauth/")
# Path suffixes: TRIES check a password or a code, MAILS send one, BEGINS store something for anybody.
SIGNUPS = ("auth/signup", "auth/webauthn/signup", "auth/provider/signup")
BEGINS = ("auth/webauthn/login", "auth/provider/redirect")
LOOKS = ("auth/email/verify", "auth/password/reset")  # GET with a code in a header is a try too
TRIES = (
    "auth/login", "auth/code/confirm", "auth/email/verify", "auth/password/reset", "auth/2fa/authenticate",
    "auth/reauthenticate", "auth/2fa/reauthenticate", "auth/webauthn/login", "auth/webauthn/reauthenticate",
    "auth/reauthenticate/code/confirm", "account/password/change",
)  # fmt: skip
MAILS = (
    *SIGNUPS, "auth/code/request", "auth/code/resend", "auth/password/request", "auth/email/verify/resend",
    "account/email", "auth/reauthenticate/code/request", "auth/reauthenticate/code/resend",
)  # fmt: skip


def count(request: HttpRequest) -> None:
    """Raises `RateLimited`."""
    address = rate_limits.network(request.META.get("REMOTE_ADDR", ""))
    if address and request.path.endswith(BEGINS):
        async_to_sync(rate_limits.hit)("begin", address)
    if request.method in ("GET", "HEAD") and not request.path.endswith(LOOKS):
        return
    if request.path.endswith(TRIES):
        name = _name(request)
        async_to_sync(login_limits.count)(address, name, login_limits.known(request, name, BROWSER))
    if request.method == "POST" and request.path.endswith(MAILS):
        async_to_sync(_count_mail)(address, _name(request))


async def _count_mail(address: str, name: str) -> None:
    if address:
        await rate_limits.hit("mail_address", address)
    if name:
        await rate_limits.hit("mail_name", hashlib.sha256(name.encode()).hexdigest())


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    email = getattr(request.user, "email", "")
    if email and request.path.endswith(TRIES) and response.status_code == 200:
        login_limits.remember(response, login_limits.plain(email), BROWSER)


def _name(request: HttpRequest) -> str:
    """The address whose password or code is tried."""
    email = email_in_body(request)
    if not email and request.user.is_authenticated:
        email = request.user.email
    if not email and (login := unstash_login(request, peek=True)):
        email = login.email or (login.user.email if login.user else "")
    return login_limits.plain(email)


def email_in_body(request: HttpRequest) -> str:
    try:
        body = json.loads(request.body)
    except ValueError:
        return ""
    email = body.get("email") if isinstance(body, dict) else None
    return email if isinstance(email, str) else ""
