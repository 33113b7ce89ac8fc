"""The API's documentation, with ninja's scripts from our server."""

from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from chat.asyncapi import asyncapi
from gallery.errors import ALL, StudioError
from gallery.translation import _
from project.api import api

# Both pages style themselves from scripts; ReDoc's worker is a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; worker-src blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SIGNING_IN = "Signing up and in, passkeys, the second step and the e-mail address: django-allauth's own document"


@cache
def _openapi() -> dict[str, object]:
    return api.get_openapi_schema()


def openapi_json(request: HttpRequest) -> HttpResponse:
    here = f"{request.scheme}://{request.get_host()}"
    return JsonResponse(
        {
            **_openapi(),
            "servers": [{"url": here, "description": "This studio"}],
            "externalDocs": {"description": SIGNING_IN, "url": f"{here}/_allauth/openapi.json"},
        }
    )


def asyncapi_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(asyncapi(request.get_host(), "wss" if request.scheme == "https" else "ws"))


def problems(request: HttpRequest) -> HttpResponse:
    """The page to which the `type` of a problem links."""
    kinds: dict[str, list[type[StudioError]]] = {}
    for kind in (*ALL, StudioError):
        kinds.setdefault(kind.code, []).append(kind)
    return render(request, "docs/problems.html", {"codes": [_about(code, of) for code, of in kinds.items()]})


def models(request: HttpRequest) -> HttpResponse:
    """How the operator connects an AI."""
    return render(request, "docs/models.html")


def _about(code: str, kinds: list[type[StudioError]]) -> dict[str, object]:
    """`advice` in parts, of which every second one is code."""
    statuses = sorted({kind.status for kind in kinds})
    return {"code": code, "statuses": statuses, "kind": kinds[0], "advice": _(kinds[0].advice).split("`")}


@ensure_csrf_cookie
def swagger(request: HttpRequest) -> HttpResponse:
    return _page(request, "docs/swagger.html")


def redoc(request: HttpRequest) -> HttpResponse:
    return _page(request, "docs/redoc.html")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    options = {"url": "/openapi.json", "layout": "BaseLayout", "deepLinking": True}
    response = render(request, template, {"title": api.title, "options": options})
    response.headers["Content-Security-Policy"] = POLICY
    return response
