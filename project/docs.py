"""The API's documentation, with ninja's scripts from our server."""

from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from chat.asyncapi import asyncapi
from project.api import api

# Both pages style themselves from scripts; ReDoc's worker is a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; worker-src blob:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@cache
def _openapi() -> dict[str, object]:
    return api.get_openapi_schema()


def openapi_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(_openapi())


def asyncapi_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(asyncapi())


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
