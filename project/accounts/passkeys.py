"""Patches django-allauth: passkeys from our own origins only, http://localhost included, and no 500 for malformed ones."""

from collections.abc import Callable
from functools import cache
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


@cache
def install() -> None:
    auth.get_server = _server
    SignupWebAuthnView.dispatch = _only_when_begun(SignupWebAuthnView.dispatch)
    for name in ("parse_registration_response", "parse_authentication_response", "extract_user_from_response"):
        setattr(auth, name, _refusing(getattr(auth, name)))


def _only_when_begun(dispatch: View) -> View:
    """Finishing (PUT) a sign-up that was never begun would be a 500."""

    def dispatches(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        conflict: HttpResponseBase | None = self._require_stage() if request.method == "PUT" else None
        return conflict or dispatch(self, request, *args, **kwargs)

    return dispatches


def _refusing(read: Callable[[Any], Any]) -> Callable[[Any], Any]:

    def reads(response: Any) -> Any:
        try:
            return read(response)
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error

    return reads


def _server() -> Fido2Server:
    site = PublicKeyCredentialRpEntity(**get_adapter().get_public_key_credential_rp_entity())
    request = context.request
    return Fido2Server(site, verify_origin=lambda origin: is_our_origin(request, origin))
