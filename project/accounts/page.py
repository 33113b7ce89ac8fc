"""The page "You". `static/studio/you/` asks django-allauth for the rest."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pipeline import costs
from pipeline.providers import registry
from project.accounts import bringing, mail


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    studio = {
        "user": _person(request),
        "guests": settings.GUESTS,
        "mail_is_printed": settings.EMAIL_BACKEND == mail.PRINTED,
        "providers": [{"id": each["provider_id"], "name": each["name"]} for each in settings.OPENID],
        "costs": costs.anything(),
        "can": registry.abilities_for_page(),
        "bring": bringing.offered_guest(request.session) is not None,
    }
    return render(request, "accounts/you.html", {"studio": studio})


def sign_in_first(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where the studio takes no guests, leads everybody without an account to the page "You"."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_member = settings.GUESTS or (request.user.is_authenticated and not request.user.is_guest)
        return view(request, *args, **kwargs) if is_member else redirect("you")

    return shown


def _person(request: HttpRequest) -> dict[str, object] | None:
    user = request.user
    if not user.is_authenticated:
        return None
    return {"id": str(user.pk), "name": user.username, "is_guest": user.is_guest, "email": user.email}
