"""MongoDB: one client per process (sync) and per event loop (async), made after any fork."""

import functools
import threading
from typing import Any

from django.conf import settings
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database
from pymongo.uri_parser import parse_uri

from pipeline.coalescing import PerLoop

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
