"""What happens to this browser's guest when somebody signs up or in.

A new account keeps the guest's row. Whoever signs in to an existing one is asked once whether to bring the guest's things along
(`project.accounts.bringing`).
"""

from allauth.account.internal.flows import login as records
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from project.accounts import bringing
from project.models import User

IDENTITY = ("username", "email", "password", "first_name", "last_name")
RECORDS = (records.AUTHENTICATION_METHODS_SESSION_KEY, records._AUTHENTICATION_METHODS_USER_SESSION_KEY)
CSRF = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")


def hide_guest(request: HttpRequest) -> None:
    """For django-allauth a guest is not signed in."""
    user = request.user
    if user.is_authenticated and user.is_guest:
        request.guest = user._wrapped if hasattr(user, "_wrapped") else user  # type: ignore[attr-defined]
        request.user = AnonymousUser()


def guest_of(request: HttpRequest) -> User | None:
    return getattr(request, "guest", None)


def delete_unconfirmed(email: str) -> None:
    """Deletes an unconfirmed sign-up, which must not reserve the address."""
    if email:
        User.objects.filter(is_guest=True, last_login=None, emailaddress__email=email.strip().lower()).delete()


def enter(request: HttpRequest, user: User) -> None:
    guest = guest_of(request)
    request.guest = None  # type: ignore[attr-defined]
    user.backend = settings.AUTHENTICATION_BACKENDS[0]  # which the release before knows, too
    if user.is_guest:
        _sign_up(request, user, guest)
    else:
        _sign_in(request, user, guest)
    request.session.set_expiry(None)  # instead of BEGUN_S


def _sign_up(request: HttpRequest, user: User, guest: User | None) -> None:
    if guest is None or not _take_over(user, guest):
        User.objects.filter(pk=user.pk).update(is_guest=False)
        user.is_guest = False
        login(request, user)
        return
    # The same person: the cookie's key changes; its content and the CSRF token stay.
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session[RECORDS[1]] = str(user.pk)
    csrf = {name: request.META.get(name) for name in CSRF}
    login(request, user)
    request.META.update({name: value for name, value in csrf.items() if value is not None})
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False


def _sign_in(request: HttpRequest, user: User, guest: User | None) -> None:
    if guest is not None:
        methods = {name: request.session[name] for name in RECORDS if name in request.session}
        request.session.flush()
        request.session.update(methods)
        if bringing.has_anything(guest):
            request.session[bringing.OFFERED] = str(guest.pk)
    login(request, user)


def _take_over(user: User, guest: User) -> bool:
    """Make the guest's row the account, in place of the new one. False where the guest is gone."""
    with transaction.atomic():
        rows = User.objects.select_for_update().filter(pk=guest.pk, is_guest=True, is_active=True)
        row = rows.first()
        if row is None:
            return False
        for model in (EmailAddress, Authenticator, SocialAccount):
            model.objects.filter(user=user).update(user=row)
        identity = {name: getattr(user, name) for name in IDENTITY}
        User.objects.filter(pk=user.pk).delete()
        User.objects.filter(pk=row.pk).update(is_guest=False, last_login=timezone.now(), **identity)
    user.pk = guest.pk
    user.refresh_from_db()
    return True


def has_no_user(request: HttpRequest) -> bool:
    """It holds a login that has only begun."""
    return SESSION_KEY not in request.session
