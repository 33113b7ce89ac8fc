"""Our side of django-allauth, which has no types."""

import logging
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect

from gallery.errors import StorageDown
from gallery.translation import N_, _
from project.accounts import signing_in
from project.http.cookies import StaffSessionStore
from project.models import User

log = logging.getLogger(__name__)
EMAIL_LENGTH = 254  # what the database has
NOT_MAILED = N_("The studio could not send its e-mail just now: try again in a minute.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def new_user(self, request: HttpRequest) -> User:
        """A guest until the address is confirmed: a sign-up that is given up is removed like other guests."""
        return User(is_guest=True)

    def clean_email(self, email: str) -> str:
        if len(email) > EMAIL_LENGTH:
            raise ValidationError(_("No e-mail address is so long."))
        return str(super().clean_email(email))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: `project.accounts.limits` has counted the attempt already."""

    def login(self, request: HttpRequest, user: User) -> None:
        signing_in.enter(request, user)

    def post_login(self, request: HttpRequest, user: User, *, redirect_url: str | None, **hook: Any) -> Any:
        """`/you/` does not list the logins of staff, which have their own cookie and end after some hours."""
        if isinstance(request.session, StaffSessionStore) and redirect_url:
            return HttpResponseRedirect(redirect_url)
        return super().post_login(request, user, redirect_url=redirect_url, **hook)

    def logout(self, request: HttpRequest) -> None:
        """Not for a guest: their cookie is their only key."""
        if signing_in.guest_of(request) is None:
            super().logout(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Drops it: our pages have messages of their own."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104  a unix socket has none

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        site = SimpleNamespace(name="AI Photo Studio", domain=self.request.get_host())
        try:
            super().send_mail(template_prefix, email, {"current_site": site, **context})
        except (SMTPException, OSError) as error:
            raise StorageDown(NOT_MAILED) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Fails no request: what it reports is done already."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except StorageDown as error:
            log.warning("action=notification_not_mailed error=%r", error.__cause__)

    def send_account_already_exists_mail(self, email: str) -> None:
        make_password("")  # takes as long as a new account, so that the time does not reveal who has one
        super().send_account_already_exists_mail(email)


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]
    def populate_response_meta(self, request: HttpRequest, meta: dict[str, object]) -> None:
        """Adds the QR code for an authenticator app."""
        if "totp_url" in meta:
            meta["totp_svg"] = get_mfa_adapter().build_totp_svg(meta["totp_url"])


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        for address in sociallogin.email_addresses:
            signing_in.delete_unconfirmed(address.email)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_public_key_credential_user_entity(self, user: User) -> dict[str, object]:
        """A passkey stores the id of its user: for a sign-up that takes over a guest's row, the guest's."""
        entity: dict[str, object] = super().get_public_key_credential_user_entity(user)
        guest = signing_in.guest_of(context.request)
        return {**entity, "id": user_pk_to_url_str(guest).encode()} if guest else entity
