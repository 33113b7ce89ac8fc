"""Django's own middleware without threads, which it does not need.

Patched, not replaced: `manage.py check --deploy` looks for its names.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

OWN = (
    SecurityMiddleware,
    CommonMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    XFrameOptionsMiddleware,
)


def install() -> None:
    for middleware in OWN:
        middleware.__acall__ = _call  # type: ignore[method-assign]
    MessageMiddleware.__acall__ = _call_for_messages  # type: ignore[method-assign]


async def _call(self: Any, request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase | None = None
    if hasattr(self, "process_request"):
        response = self.process_request(request)
    response = response or await self.get_response(request)
    return self.process_response(request, response) if hasattr(self, "process_response") else response


async def _call_for_messages(self: Any, request: HttpRequest) -> HttpResponseBase:
    """Stored in the cookie's row: needs a thread."""
    self.process_request(request)
    response: HttpResponseBase = await self.get_response(request)
    kept: Any = getattr(request, "_messages")  # noqa: B009  Django's own
    if kept.used or kept.added_new:
        response = await sync_to_async(self.process_response)(request, response)
    return response


def check_of_views(method: Callable[..., Any]) -> Callable[..., Awaitable[Any]] | None:
    """For `CsrfViewMiddleware.process_view`: a form is read in a thread."""
    if not (isinstance(getattr(method, "__self__", None), CsrfViewMiddleware) and method.__name__ == "process_view"):
        return None

    async def check(request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if request.method in ("GET", "HEAD") or getattr(view, "csrf_exempt", False):
            return method(request, view, args, kwargs)
        return await sync_to_async(method)(request, view, args, kwargs)

    return check
