"""The language of a request, or of a socket for as long as it is open."""

from collections.abc import Callable
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope
from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from project.http.middleware import Middleware

# Paths whose answers are the same in every language.
UNTRANSLATED = ("/p/", settings.STATIC_URL)


class Language(Middleware):
    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = choose(
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME), request.headers.get("Accept-Language", "")
        )
        translation.activate(language)
        response = await self.get_response(request)
        if response.status_code >= 400 or not request.path_info.startswith(UNTRANSLATED):
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def choose(cookie: str | None, accepted: str) -> str:
    """By the page's switch, which a cookie remembers; else as the browser asks; else English."""
    languages = dict(settings.LANGUAGES)
    if cookie in languages:
        return cookie
    for code, quality in parse_accept_lang_header(accepted):
        if quality and (language := code.partition("-")[0]) in languages:
            return language
    return settings.LANGUAGE_CODE


class SocketLanguage:
    """ASGI: the handshake decides in which language a WebSocket is answered."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        translation.activate(_of_handshake(scope))
        await self.app(scope, receive, send)


def _of_handshake(scope: WebSocketScope) -> str:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    cookie = parse_cookie(headers.get(b"cookie", "")).get(settings.LANGUAGE_COOKIE_NAME)
    return choose(cookie, headers.get(b"accept-language", ""))
