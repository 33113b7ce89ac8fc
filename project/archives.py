"""Zips that are sent while they are made, to a bounded number of people at a time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from pymongo.errors import PyMongoError

from chat.consumers import WHO_ARE_YOU
from chat.rate_limits import network
from gallery.archive import PIECE
from gallery.errors import RateLimited, StorageDown, Unauthorized
from gallery.places import Places
from gallery.translation import N_
from project.access import Access, access_of
from project.rights import closing_codes

T = TypeVar("T")

CHECK_EVERY_S = 2.0
ALREADY = N_("You are being sent a zip already: wait until that is done.")
MANY = N_("Too many people are being sent a zip just now: try again in a minute.")
ZIP = {
    "responses": {
        200: {"description": "OK", "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
    }
}

_threads = ThreadPoolExecutor(4, thread_name_prefix="archives")
_of_person, _of_address = Places(each=1), Places(each=3, total=20)


async def send(
    request: HttpRequest, made: Iterator[bytes], name: str, *, even_blocked: bool = False
) -> StreamingHttpResponse:
    """`even_blocked`: it goes on when the person is blocked meanwhile. Raises `RateLimited`, `StorageDown`, and what `made`
    raises before its first piece."""
    address = request.META.get("REMOTE_ADDR", "")
    pieces, end = await begin(access_of(request), made, address, even_blocked=even_blocked)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response._resource_closers.append(end)  # type: ignore[attr-defined]  # Django's, typed by nobody
    return response


async def begin(
    access: Access, made: Iterator[bytes], address: str = "", *, even_blocked: bool = False
) -> tuple[AsyncIterator[bytes], Callable[[], None]]:
    """The zip, piece by piece, and what to call once nobody reads it any more."""
    mine = _of_person.take(access.user.pk)
    if mine is None:
        raise RateLimited(ALREADY, retry_after=30)
    shared = _of_address.take(network(address) or access.user.pk)
    if shared is None:
        mine()
        raise RateLimited(MANY, retry_after=60)

    def end() -> None:
        mine()
        shared()

    def check() -> None:
        codes = closing_codes([access])
        if codes == [WHO_ARE_YOU] or (codes != [None] and not even_blocked):
            raise Unauthorized

    try:
        first = await _in_thread(lambda: _next(made))
    except BaseException:
        end()
        raise
    return _rest(made, first, check, end), end


async def _rest(
    made: Iterator[bytes], piece: bytes, check: Callable[[], None], end: Callable[[], None]
) -> AsyncIterator[bytes]:
    checked_at = time.monotonic()
    try:
        while piece:
            yield piece
            if time.monotonic() - checked_at >= CHECK_EVERY_S:
                checked_at = time.monotonic()
                await _in_thread(check)
            piece = await _in_thread(lambda: _next(made))
    finally:
        end()


def _next(made: Iterator[bytes]) -> bytes:
    """Empty at the end."""
    pieces, size = [], 0
    for piece in made:
        pieces.append(piece)
        size += len(piece)
        if size >= PIECE:
            break
    return b"".join(pieces)


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, _run, work)


def _run(work: Callable[[], T]) -> T:
    """Gives the database connection back after each piece. Raises `StorageDown` where a store is down."""
    try:
        return work()
    except (PyMongoError, OperationalError, InterfaceError) as error:
        raise StorageDown from error
    finally:
        close_old_connections()
