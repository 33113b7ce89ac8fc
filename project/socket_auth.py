"""Who opens a socket: by ticket, bearer token, or our pages' cookie."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, WebSocketScope
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest
from pymongo.errors import PyMongoError

from chat.consumers import BLOCKED
from chat.db_pool import handshake_pool
from gallery.errors import StorageDown
from project import rights, tickets
from project.access import Access, by_digest
from project.auth import address, is_bearer, is_from_our_page, known
from project.close_codes import SERVICE_RESTART, refuse
from project.models import User

log = logging.getLogger(__name__)

DAY_S = 24 * 3600


class SocketAuth:
    """ASGI: puts a `User`, or None for nobody, into `scope["user"]` of a WebSocket."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    async def __call__(self, scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        send = tickets.choosing_protocol(scope, send)
        try:
            access = await _look_up(scope)
        except (StorageDown, DatabaseError, PyMongoError) as error:
            # Not WHO_ARE_YOU, or the client would drop its key instead of connecting again.
            log.warning("action=handshake_dropped error=%r", error)
            await refuse(send, SERVICE_RESTART)
            return
        if access and access.user.is_blocked:
            await refuse(send, BLOCKED)
            return
        rights.watch()
        known = {"user": access and access.user, "access": access, "may_write": access is None or access.may_write}
        await self.app({**scope, **known}, _noting_visits(access.user, receive) if access else receive, send)


async def _look_up(scope: WebSocketScope) -> Access | None:
    if (ticket := tickets.offered_ticket(scope)) is not None:
        digest = await tickets.redeem(ticket)
        return await handshake_pool(by_digest, digest, address(_handshake(scope))) if digest else None
    return await handshake_pool(_person, _handshake(scope)) if _has_credentials(scope) else None


def _noting_visits(user: User, receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    """A socket may live longer than a day: each day's first frame notes the visit."""
    tomorrow = _next_day()

    async def receive_and_note() -> ASGIReceiveEvent:
        nonlocal tomorrow
        event = await receive()
        if time.time() >= tomorrow:
            tomorrow = _next_day()
            asyncio.get_running_loop().create_task(_note(user))
        return event

    return receive_and_note


def _next_day() -> float:
    """In seconds since the epoch."""
    return (time.time() // DAY_S + 1) * DAY_S


async def _note(user: User) -> None:
    with suppress(StorageDown, DatabaseError):  # the next day, or the next request
        await handshake_pool(user.note_seen)


def _has_credentials(scope: WebSocketScope) -> bool:
    """Without them neither a thread nor the database is needed."""
    return any(name in (b"authorization", b"cookie") for name, _ in scope["headers"])


def _handshake(scope: WebSocketScope) -> HttpRequest:
    """As an HTTP request, so that hosts and cookies are read by the same code."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme, "query_string": b""}, BytesIO())


def _person(request: HttpRequest) -> Access | None:
    return known(request) if is_bearer(request) or is_from_our_page(request) else None
