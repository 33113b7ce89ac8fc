"""The second step of a login to the admin: a stage of django-allauth, which completes the login only after it."""

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_password_login,
    record_authentication,
)
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.translation import N_, _

TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
TOO_SLOW = N_("That took a while: log in again, and set up the second step within five minutes.")

View = Callable[[HttpRequest], HttpResponse]


def in_context(view: View) -> View:
    """Sets the context variable in which django-allauth's forms look for the request."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        from project.accounts import passkeys

        passkeys.install()
        with context.request_context(request):
            return view(request)

    return shown


def begin(request: HttpRequest, user: Any, then: str) -> HttpResponse:
    """The password was right: log in, or ask for the second step first."""
    with context.request_context(request):
        login = Login(user=user, email_verification="none", redirect_url=then)  # staff may have no address
        response: HttpResponse = perform_password_login(request, {"username": user.get_username()}, login)
        if request.user.is_authenticated:  # `set_up` asks for no password again
            record_authentication(request, request.user, "password", reauthenticated=True)
        return response


def is_set_up(user: Any) -> bool:
    return bool(is_mfa_enabled(user, TYPES))


def was_done(request: HttpRequest) -> bool:
    """In this login."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def name_of_begun(request: HttpRequest) -> str:
    """The name of who has passed the password, or ""."""
    login = unstash_login(request, peek=True)
    return login.user.get_username() if login and login.user else str(request.user.get_username())


@in_context
def ask(request: HttpRequest) -> HttpResponse:
    from allauth.mfa.base.forms import AuthenticateForm
    from allauth.mfa.stages import AuthenticateStage
    from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
    from allauth.mfa.webauthn.internal import auth

    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return redirect("admin:login")
    user = stage.login.user
    kind = AuthenticateWebAuthnForm if "credential" in request.POST else AuthenticateForm
    form = kind(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        response: HttpResponse = stage.exit()
        return response
    passkeys = is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN])
    shown = {
        "codes": Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).exists(),
        "passkey": {"use": auth.begin_authentication(user)} if passkeys else None,
    }
    return _page(request, "second_step", _("Second step"), {"form": form, **shown})


@in_context
def set_up(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not (user.is_authenticated and user.is_active and user.is_staff) or is_set_up(user):
        return redirect("admin:login")
    if "leave" in request.POST:
        logout(request)
        return redirect("admin:login")
    try:
        return _set_up(request)
    except ReauthenticationRequired:
        logout(request)
        messages.warning(request, _(TOO_SLOW))
        return redirect("admin:login")


def _set_up(request: HttpRequest) -> HttpResponse:
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.base.internal.flows import post_authentication
    from allauth.mfa.totp.forms import ActivateTOTPForm
    from allauth.mfa.totp.internal.flows import activate_totp
    from allauth.mfa.webauthn.forms import AddWebAuthnForm
    from allauth.mfa.webauthn.internal import flows

    kind = AddWebAuthnForm if "credential" in request.POST else ActivateTOTPForm
    form = kind(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if kind is ActivateTOTPForm:
            added, codes = activate_totp(request, form)
        else:
            added, codes = flows.add_authenticator(request, "", form.cleaned_data["credential"])
        post_authentication(request, added)
        recovery = codes.wrap().get_unused_codes() if codes else []
        return _page(request, "second_step_done", _("The second step is on"), {"codes": recovery})
    app = form if kind is ActivateTOTPForm else ActivateTOTPForm(user=request.user)
    svg = get_adapter().build_totp_svg(get_adapter().build_totp_url(request.user, app.secret))
    shown = {
        "mistakes": form.errors.values(),
        "secret": app.secret,
        "svg": b64encode(svg.encode()).decode(),
        "passkey": {"create": flows.begin_registration(request, request.user, passwordless=False)},
    }
    return _page(request, "second_step_set_up", _("Set up the second step"), shown)


def _page(request: HttpRequest, template: str, title: str, shown: dict[str, object]) -> HttpResponse:
    return render(request, f"admin/{template}.html", admin.site.each_context(request) | {"title": title, **shown})
