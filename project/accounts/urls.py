"""django-allauth's headless API, at `/_allauth/`, with its middleware around its views alone."""

import logging
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless import urls as allauth
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from requests import RequestException

from gallery.errors import ProviderDown, StudioError
from gallery.translation import N_
from project.accounts import limits, passkeys, signing_in, specification
from project.http import problems

log = logging.getLogger(__name__)
NOT_OFFERED = ("provider_token", "openid_connect_login")  # by a provider's token, and by a plain link
SPECIFICATION = ("openapi_json", "openapi_yaml")
View = Callable[..., HttpResponseBase]
AWAY = N_(
    "The other service that signs you in cannot be reached just now: try again in a minute, or sign in another way."
)
BEGUN_S = 3600  # life of a cookie whose login has only begun


def adapted(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.allauth = SimpleNamespace()  # type: ignore[attr-defined]
        signing_in.hide_guest(request)
        with context.request_context(request):
            try:
                limits.count(request)
                if request.method == "POST" and request.path.endswith(limits.SIGNUPS):
                    signing_in.delete_unconfirmed(limits.email_in_body(request))
                response = view(request, *args, **kwargs)
            except StudioError as error:
                response = _problem(error)
            except ImmediateHttpResponse as error:
                response = error.response
            except RequestException as error:
                log.warning("action=openid_down error=%r", error)
                response = problems.problem(ProviderDown(AWAY))
            limits.remember(request, response)
        if request.method == "POST" and isinstance(response, HttpResponseRedirect):
            # a fetch cannot read a redirect's address
            response = JsonResponse({"status": 200, "data": {"location": response.url}})
        if response.status_code < 500:
            response._has_been_logged = True  # type: ignore[attr-defined]  # its 401 is no error: it names the next step
        if request.session.modified and signing_in.has_no_user(request):
            request.session.set_expiry(BEGUN_S)
        return response

    return answer


def _problem(error: StudioError) -> HttpResponseBase:
    """Logged at INFO: a mail server that is down, for example, is no error of the studio."""
    response = problems.problem(error)
    response._has_been_logged = True  # type: ignore[attr-defined]
    log.info("action=refused code=%s", error.code, exc_info=error.__cause__)
    return response


def _prepare(patterns: list[URLPattern | URLResolver]) -> None:
    """Wraps the views, and leaves out what is not offered, such as telephones."""
    for each in list(patterns):
        if isinstance(each, URLResolver):
            _prepare(each.url_patterns)
        elif "phone" in str(each.name) or each.name in NOT_OFFERED:
            patterns.remove(each)
        elif each.name in SPECIFICATION:
            each.callback = specification.made_once(each.callback)
        else:
            each.callback = adapted(each.callback)


passkeys.install()
_prepare(allauth.urlpatterns)

# Where other sign-ins send people back.
openid = import_module("allauth.socialaccount.providers.openid_connect.urls").urlpatterns if settings.OPENID else []
_prepare(openid)

urlpatterns = [path("", include((allauth.urlpatterns, "headless"), namespace="headless")), *openid]
