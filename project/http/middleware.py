import math
import os
import weakref
from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from chat import rate_limits
from gallery import views
from gallery.errors import BadInput, RateLimited, StudioError, TooLarge
from gallery.places import Places
from gallery.translation import N_, _
from project.http import on_the_loop, problems, read_limits

on_the_loop.install()

API = ("/api/", "/v1/")
IMPORT = "/v1/gallery"
MIB = 1024 * 1024
SMALL = 64 * 1024  # bytes
UNSENT = 16 * MIB  # for one address
UNREAD = N_("Too many answers wait for your network to read them: try again in a second.")


class Middleware:
    """Async only: no thread."""

    async_capable, sync_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return await self.get_response(request)


class ContentSecurityPolicy(Middleware):
    """Unless a view sets its own."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", strict_policy())
        return response


def strict_policy() -> str:
    """With the origin to which our pictures' URLs may redirect: browsers check that."""
    account = settings.CLOUDINARY_ACCOUNT
    elsewhere = f" {account.origin}" if account else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{elsewhere}; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


class BodyLimit(Middleware):
    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = _length(request)
        if length is None:
            return problems.problem(BadInput(_("Content-Length is not a number of bytes.")), 400)
        limit = body_limit(request.path_info)
        if length > limit:
            return problems.problem(TooLarge(_("At most {limit} MiB are taken here.").format(limit=limit // MIB)))
        return await self.get_response(request)


def body_limit(path: str) -> int:
    """With space for the form around a picture."""
    return settings.UPLOAD_LIMIT + 64 * 1024 if path.rstrip("/") == IMPORT else MIB


def _length(request: HttpRequest) -> int | None:
    if "Transfer-Encoding" in request.headers:
        # Sent in chunks, and complete here; without a length Django's form parser takes it for empty.
        request.META["CONTENT_LENGTH"] = str(request._stream.seek(0, os.SEEK_END))
        request._stream.seek(0)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 20 else None


class ReadLimit(Middleware):
    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            read_limits.by_address(request)
        except RateLimited as error:
            return problems.problem(error) if request.path_info.startswith(API) else views.failure(error)
        return await self.get_response(request)


class Unsent(Middleware):
    """Bounds the large answers that wait for one address to read them. Streamed ones take no memory."""

    _waiting = Places(UNSENT)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        size = 0 if response.streaming else len(getattr(response, "content", b""))
        who = rate_limits.network(request.META.get("REMOTE_ADDR", ""))
        if size <= SMALL or not who:
            return response
        give_back = self._waiting.take(who, size)
        if give_back is None:
            return _refuse(response, request, RateLimited(UNREAD, retry_after=1))
        _closers(response).append(give_back)
        weakref.finalize(response, give_back)  # if never closed
        return response


def _refuse(response: HttpResponseBase, request: HttpRequest, error: StudioError) -> HttpResponseBase:
    refusal = problems.problem(error) if request.path_info.startswith(API) else views.failure(error)
    _closers(refusal).extend(_closers(response))
    return refusal


def _closers(response: HttpResponseBase) -> list[Callable[[], object]]:
    return response._resource_closers  # type: ignore[attr-defined,no-any-return]


class Api(Middleware):
    """Answers of the API are private and revalidated. A framework's own errors (no such path, wrong method) become problems."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            return await self.get_response(request)
        states = rate_limits.record_limits()
        response = await self.get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != problems.MEDIA_TYPE:
            response = _problem_for(response)
        kept = "private, no-cache" if request.method in read_limits.METHODS else "no-store"
        response.headers.setdefault("Cache-Control", kept)
        if states:
            _add_limit_headers(response, list(states.values()))
        if response.status_code == 204:
            del response.headers["Content-Type"]
        return response


def _add_limit_headers(response: HttpResponseBase, states: list[rate_limits.LimitState]) -> None:
    """As in draft-ietf-httpapi-ratelimit-headers."""
    policies = [f'"{each.kind}";q={each.quota};w={each.window_s}' for each in states]
    response.headers["RateLimit-Policy"] = ", ".join(policies)
    now = [f'"{each.kind}";r={each.remaining};t={math.ceil(each.reset_s)}' for each in states]
    response.headers["RateLimit"] = ", ".join(now)


def _problem_for(response: HttpResponseBase) -> HttpResponse:
    refusal = problems.of_status(response.status_code)
    refusal.headers["Content-Length"] = str(len(refusal.content))
    if "Allow" in response.headers:
        refusal.headers["Allow"] = response.headers["Allow"]
    return refusal


class FinalSlash(Middleware):
    """API paths work without it, with any method and no redirect."""

    PAGES = ("/swagger", "/redoc", "/problems")

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path in self.PAGES or (path.startswith(API) and not path.endswith("/")):
            request.path_info += "/"
            request.path += "/"
        return await self.get_response(request)


class Common(CommonMiddleware):
    """Probes (a load balancer, a container's health check) use the process's address: STUDIO_HOSTS does not apply."""

    HEALTH = ("/healthz", "/readyz")

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in self.HEALTH else super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Without Django's `Content-Length: 0`, which is wrong in a 304 and not allowed in a 204."""
        return response if response.status_code in (204, 304) else super().process_response(request, response)
