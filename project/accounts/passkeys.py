"""Whose passkeys are taken: those that our own pages have asked for, on plain http://localhost too. django-allauth can be told
to take those of any page there, or of none."""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.headless.mfa.views import SignupWebAuthnView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.internal import auth
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity

from project.auth import is_our_origin

View = Callable[..., HttpResponseBase]
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, OverflowError)


def install() -> None:
    auth.get_server = _server
    SignupWebAuthnView.dispatch = _only_when_begun(SignupWebAuthnView.dispatch)
    for name in ("parse_registration_response", "parse_authentication_response", "extract_user_from_response"):
        setattr(auth, name, _refusing(getattr(auth, name)))


def _only_when_begun(dispatch: View) -> View:
    """Without this, who finishes a sign-up that was never begun (PUT) makes an error of ours."""

    def dispatches(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        conflict: HttpResponseBase | None = self._require_stage() if request.method == "PUT" else None
        return conflict or dispatch(self, request, *args, **kwargs)

    return dispatches


def _refusing(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What is no passkey at all is a wrong one, and no fault of ours."""

    def reads(response: Any) -> Any:
        try:
            return read(response)
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error

    return reads


def _server() -> Fido2Server:
    us = PublicKeyCredentialRpEntity(**get_adapter().get_public_key_credential_rp_entity())
    request = context.request
    return Fido2Server(us, verify_origin=lambda origin: is_our_origin(request, origin))
