"""Decides by the headers who may send a large body, which would be on our disk before any view could refuse it."""

import math
from collections.abc import Callable, Iterable
from io import BytesIO

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError

from chat import rate_limits
from chat.db_pool import Pool
from gallery.errors import RateLimited, StorageDown, Unauthorized
from gallery.places import Places
from gallery.translation import N_, _
from project.access import Access
from project.auth import known

LARGE = 64 * 1024  # bytes; smaller bodies stay in memory
MIB = 1024 * 1024
RETRY_AFTER_S = 5.0
MANY = N_("Too many large uploads are on their way: try again in a few seconds.")

_look_up = Pool(1, "bodies")
# Bytes that arrive or wait: three of the largest pictures of a person, six of an address, twenty-five in all.
_by_person = Places(64 * MIB if settings.STUDIO_LIMITS else math.inf)
_by_address = Places(128 * MIB if settings.STUDIO_LIMITS else math.inf, total=512 * MIB)


async def admit(headers: Iterable[tuple[bytes, bytes]], address: str, size: int) -> Callable[[], None]:
    """Call the result when the body is gone. Raises `Unauthorized`, `Blocked`, `ReadOnly`, `RateLimited`, `StorageDown`."""
    access = await _sender(list(headers), address)
    if access is None:
        raise Unauthorized(_("Send a bearer token, or the page's cookie."))
    access.check_block()
    access.check_may_write()
    person = access.user
    person_done = _by_person.take(person.pk, size)
    address_done = _by_address.take(rate_limits.network(address) or person.pk, size)
    if person_done and address_done:
        return lambda: (person_done(), address_done())[0]
    for done in filter(None, (person_done, address_done)):
        done()
    raise RateLimited(MANY, retry_after=RETRY_AFTER_S)


async def _sender(headers: list[tuple[bytes, bytes]], address: str) -> Access | None:
    if not any(name in (b"authorization", b"cookie") for name, _ in headers):
        return None
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    scope["client"] = (address, 0)
    try:
        return await _look_up(known, ASGIRequest(scope, BytesIO()))
    except DatabaseError as error:
        raise StorageDown() from error
