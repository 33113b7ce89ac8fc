"""What holds for every HTTP request, whichever view answers it."""

import os
from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

from gallery.errors import BadInput, TooLarge
from project import problems

API = ("/api/", "/v1/")
IMPORT = "/v1/gallery"  # where a picture comes in
MIB = 1024 * 1024


class Middleware:
    """Async alone: no thread is taken on the way to an async view."""

    async_capable, sync_capable = True, False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return await self.get_response(request)


class ContentSecurityPolicy(Middleware):
    """The strict policy, on everything that does not bring its own."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", strict_policy())
        return response


def strict_policy() -> str:
    """Pictures come from ourselves, and from where our own URLs redirect to: a browser checks that too."""
    account = settings.CLOUDINARY_ACCOUNT
    elsewhere = f" {account.origin}" if account else ""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{elsewhere}; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


class BodyLimit(Middleware):
    """Refuses a body that is too large before anything parses it."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = _length(request)
        if length is None:
            return problems.problem(BadInput("Content-Length is not a number of bytes."), 400)
        limit = body_limit(request.path_info)
        if length > limit:
            return problems.problem(TooLarge(f"At most {limit // MIB} MiB are taken here."))
        return await self.get_response(request)


def body_limit(path: str) -> int:
    """Bytes that are taken at this path; a form around the picture needs a little room of its own."""
    return settings.UPLOAD_LIMIT + 64 * 1024 if path.rstrip("/") == IMPORT else MIB


def _length(request: HttpRequest) -> int | None:
    """Bytes of the body; None when the header is no such number."""
    if "Transfer-Encoding" in request.headers:
        # Sent in chunks: nobody announced a length. The server has read the body whole by now, so it can be measured;
        # Django's form parser needs the number too, or takes the body for empty.
        request.META["CONTENT_LENGTH"] = str(request._stream.seek(0, os.SEEK_END))
        request._stream.seek(0)
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 20 else None


class ApiProblems(Middleware):
    """An error that a framework answers in its own words (no such path, wrong method) leaves the API as a problem."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        is_error = response.status_code >= 400 and response.headers.get("Content-Type") != problems.MEDIA_TYPE
        if not (is_error and request.path_info.startswith(API)):
            return response
        said = problems.of_status(response.status_code)
        if "Allow" in response.headers:
            said.headers["Allow"] = response.headers["Allow"]
        return said


class FinalSlash(Middleware):
    """The API's paths work without their final slash too, with any method and no redirect."""

    PAGES = ("/swagger", "/redoc")

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path in self.PAGES or (path.startswith(API) and not path.endswith("/")):
            request.path_info += "/"
            request.path += "/"
        return await self.get_response(request)


class Common(CommonMiddleware):
    """Who probes a process (a load balancer, a container's health check) asks by its address, whatever STUDIO_HOSTS says. What
    these two paths answer is the same for every name: up or down."""

    HEALTH = ("/healthz", "/readyz")

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path_info in self.HEALTH else super().process_request(request)
