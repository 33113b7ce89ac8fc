"""Closes sockets, and ends waiting requests, when their right has ended: a key was revoked or expired, a cookie was
signed out, a person was blocked or removed.

Each web process checks them every two seconds. While the database is down sockets stay open.
"""

import asyncio
import logging
from collections.abc import Sequence

from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from chat.consumers import BLOCKED, WHO_ARE_YOU
from chat.db_pool import Pool
from chat.poller import local_connections
from gallery.errors import Blocked, StorageDown, StudioError, Unauthorized
from gallery.translation import N_
from pipeline.coalescing import PerLoop
from project.access import Access, access_of
from project.http import problems
from project.http.cookies import SessionStore
from project.http.middleware import Middleware
from project.models import Token, User

log = logging.getLogger(__name__)

CHECK_EVERY_S = 2.0
SOCKETS_AT_ONCE = 500

_pool = Pool(1, "rights")


class Watch:
    """Of one event loop."""

    def __init__(self) -> None:
        self._task = asyncio.create_task(self._run(), name="rights")

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            try:
                await self.check()
            except (StorageDown, DatabaseError) as error:
                log.warning("action=rights_not_looked_at error=%r", error)
            except Exception:
                log.exception("action=rights_failed")

    async def check(self) -> None:
        sockets = [(socket, socket.access) for socket in local_connections().entered()]
        opened = [(socket, access) for socket, access in sockets if isinstance(access, Access)]
        for begin in range(0, len(opened), SOCKETS_AT_ONCE):
            some = opened[begin : begin + SOCKETS_AT_ONCE]
            codes = await _pool(closing_codes, [access for _, access in some])
            for (socket, _), code in zip(some, codes, strict=True):
                if code is not None:
                    await socket.close(code)


watch = PerLoop(Watch)


class EndWithRight(Middleware):
    """Answers a request that waits for a picture as soon as its right has ended."""

    WAITING = ("/v1/image/generate/",)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in self.WAITING:
            return await self.get_response(request)
        answer = asyncio.ensure_future(self.get_response(request))
        try:
            while not (await asyncio.wait({answer}, timeout=CHECK_EVERY_S))[0]:
                if error := await _ended(request):
                    return problems.problem(error)
            return await answer
        finally:
            answer.cancel()


async def _ended(request: HttpRequest) -> StudioError | None:
    if not hasattr(request, "access"):
        return None  # it is being looked up
    try:
        (code,) = await _pool(closing_codes, [access_of(request)])
    except (StorageDown, DatabaseError):
        return None
    return {None: None, WHO_ARE_YOU: Unauthorized(N_("This right has ended.")), BLOCKED: Blocked()}[code]


def closing_codes(rights: Sequence[Access]) -> list[int | None]:
    """None for a right that is still there. Three queries, however many they are."""
    now = timezone.now()
    digests = [access.token.digest for access in rights if access.token]
    tokens = set(Token.objects.valid().filter(digest__in=digests).values_list("digest", flat=True))
    keys = [access.cookie for access in rights if not access.token]
    cookies = set(Session.objects.filter(pk__in=keys, expire_date__gt=now).values_list("pk", flat=True))
    active = User.objects.filter(is_active=True).only("password", "blocked_at", "blocked_until")
    people = active.in_bulk({access.user.pk for access in rights})

    def code(access: Access) -> int | None:
        person = people.get(access.user.pk)
        is_there = access.token.digest in tokens if access.token else access.cookie in cookies
        if person is None or not is_there or _is_signed_out(access, person):
            return WHO_ARE_YOU
        return BLOCKED if person.is_blocked else None

    return [code(access) for access in rights]


def _is_signed_out(access: Access, person: User) -> bool:
    """By a change of password, which ends every cookie but the one that made it."""
    if access.token or person.password == access.user.password:
        return False
    request = HttpRequest()
    request.session = SessionStore(access.cookie)
    return get_user(request).pk != access.user.pk
