"""All that a person has, as a zip that is sent while it is made: nothing of it lies in memory or on a disk.

What comes or goes meanwhile may be in it or not. A picture that cannot be read is named in `missing.json`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from zipfile import ZIP_DEFLATED

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, close_old_connections
from pymongo.errors import PyMongoError
from zipstream import ZipStream

from chat.consumers import WHO_ARE_YOU
from chat.rate_limits import network
from chat.store import public
from gallery import owned as gallery
from gallery.errors import NotFound, RateLimited, StorageDown, Unauthorized
from gallery.models import Image
from gallery.places import Places
from gallery.schemas import form
from gallery.storage.base import Stream
from gallery.stores import storage
from pipeline.store import owned as conversations
from project.access import Access
from project.models import User
from project.rights import closing_codes

T = TypeVar("T")
R = TypeVar("R")

PIECE = 64 * 1024  # bytes that go out at once
LOOK_EVERY_S = 2.0  # whether the right to it is still there
ALREADY = "You are being sent your things already: wait until that is done."
MANY = "Too many people take their things along just now: try again in a minute."

_threads = ThreadPoolExecutor(2, thread_name_prefix="export")
_of_person, _of_address = Places(each=1), Places(each=3, total=20)

Items = Iterable[Mapping[str, object]]


def archive(user: User, me: Mapping[str, object]) -> Iterator[bytes]:
    """Raises `StorageDown`, `PyMongoError`, `DatabaseError`."""
    zip, user_id = ZipStream(), str(user.pk)
    zip.add(_text(me), "me.json", compress_type=ZIP_DEFLATED)
    sessions = (public(each) for each in conversations.all_sessions(user_id))
    messages = (public(each) for each in conversations.all_messages(user_id))
    images = (form(each) for each in gallery.pictures(user.pk))
    for name, items in (("sessions", sessions), ("messages", messages), ("gallery", images)):
        zip.add(_array(items), f"{name}.json", compress_type=ZIP_DEFLATED)
        yield from zip.all_files()
    missing = []
    for image in gallery.pictures(user.pk):
        if image.hidden:
            continue  # its line in gallery.json says so
        try:
            file = storage(image.storage).stream(image.key)
        except (NotFound, StorageDown):
            missing.append(str(image.pk))
            continue
        zip.add(_pieces(file), _name(image))
        yield from zip.all_files()
    if missing:
        zip.add(_text({"pictures": missing}), "missing.json")
    yield from zip.finalize()


def _name(image: Image) -> str:
    folder = "masks" if image.purpose == Image.Purpose.MASK else "pictures"
    return f"{folder}/{image.pk}.{image.key.rpartition('.')[2]}"


def _pieces(file: Stream) -> Iterator[bytes]:
    try:
        while piece := file.read(PIECE):
            yield piece
    finally:
        file.close()


def _text(item: Mapping[str, object]) -> str:
    return json.dumps(item, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _array(items: Items) -> Iterator[bytes]:
    before = "[\n"
    for item in items:
        yield (before + _text(item)).encode()
        before = ",\n"
    yield (b"[" if before == "[\n" else b"") + b"]\n"


async def begin(
    access: Access, me: Mapping[str, object], address: str = ""
) -> tuple[AsyncIterator[bytes], Callable[[], None]]:
    """The zip, piece by piece, and what gives its place back when nobody reads it any more. Raises `RateLimited`,
    `StorageDown`."""
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

    made = archive(access.user, me)
    try:
        first = await _in_thread(_next, made)
    except BaseException:
        end()
        raise
    return _rest(access, first, made, end), end


async def _rest(access: Access, piece: bytes, made: Iterator[bytes], end: Callable[[], None]) -> AsyncIterator[bytes]:
    looked_at = time.monotonic()
    try:
        while piece:
            yield piece
            if time.monotonic() - looked_at >= LOOK_EVERY_S:
                looked_at = time.monotonic()
                await _in_thread(_check, access)
            piece = await _in_thread(_next, made)
    finally:
        end()


def _check(access: Access) -> None:
    """Who is blocked may go on; whose key has ended may not. Raises `Unauthorized`."""
    if closing_codes([access]) == [WHO_ARE_YOU]:
        raise Unauthorized


def _next(made: Iterator[bytes]) -> bytes:
    """Empty at the end."""
    pieces, size = [], 0
    for piece in made:
        pieces.append(piece)
        size += len(piece)
        if size >= PIECE:
            break
    return b"".join(pieces)


async def _in_thread(work: Callable[[T], R], of: T) -> R:
    return await asyncio.get_running_loop().run_in_executor(_threads, _done, work, of)


def _done(work: Callable[[T], R], of: T) -> R:
    """With a connection to the database that is lent for this piece alone. Raises `StorageDown` where a store is away."""
    try:
        return work(of)
    except (PyMongoError, OperationalError, InterfaceError) as error:
        raise StorageDown from error
    finally:
        close_old_connections()
