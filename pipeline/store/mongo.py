"""MongoDB: one client per process (sync) and per event loop (async), made after any fork."""

import asyncio
import functools
import sys
import threading
from collections.abc import Awaitable
from typing import Any

from django.conf import settings
from pymongo import AsyncMongoClient, MongoClient, lock
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database
from pymongo.uri_parser import parse_uri

from pipeline.coalescing import PerLoop

if sys.version_info < (3, 12):
    # PyMongo waits for news of the server with asyncio.wait_for, which makes a task of that in 3.11. If the wait is over, and
    # the caller is cancelled too before the task has the topology's lock again, the caller goes on without the lock, and the
    # task keeps it: nothing in this event loop would ever reach MongoDB again. From 3.12 on wait_for is what stands here.
    async def _wait_for(news: Awaitable[bool], timeout_s: float | None) -> bool:
        async with asyncio.timeout(timeout_s):
            return await news

    lock.wait_for = _wait_for  # type: ignore[assignment, attr-defined]

Document = dict[str, Any]

DOWN_AFTER_MS = 5000  # one operation, connecting included

_lock = threading.Lock()
_client: MongoClient[Document] | None = None


def _options() -> dict[str, Any]:
    return {
        "tz_aware": True,
        "uuidRepresentation": "standard",
        "timeoutMS": DOWN_AFTER_MS,
        # With the defaults, kill -9 or an election could lose what was acknowledged. These override the URI.
        "journal": True,
        "w": "majority",
        "readPreference": "primary",
        "appname": "studio",
    }


@functools.cache
def _name(uri: str) -> str:
    return parse_uri(uri)["database"] or "studio"


def database() -> Database[Document]:
    global _client
    with _lock:
        if _client is None:
            _client = MongoClient(settings.MONGO_URI, **_options())
    return _client[_name(settings.MONGO_URI)]


_async_client: PerLoop[AsyncMongoClient[Document]] = PerLoop(lambda: AsyncMongoClient(settings.MONGO_URI, **_options()))


def async_database() -> AsyncDatabase[Document]:
    """Of the running event loop: each has a client of its own."""
    return _async_client()[_name(settings.MONGO_URI)]
