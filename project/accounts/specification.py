"""django-allauth's own OpenAPI document, made once: its source takes most of a second to read."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

View = Callable[[HttpRequest], HttpResponse]


def made_once(view: View) -> View:
    cached: dict[str, HttpResponse] = {}

    @require_safe
    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if not cached:
            cached["first"] = view(request)
        first = cached["first"]
        return HttpResponse(first.content, headers=dict(first.headers))

    return shown
