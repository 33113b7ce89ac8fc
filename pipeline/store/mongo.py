"""MongoDB: one client per process (sync) and per event loop (async), made after any fork; and the indexes."""

import functools
import threading
from contextlib import suppress
from typing import Any

import pymongo
from django.conf import settings
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database
from pymongo.errors import OperationFailure
from pymongo.uri_parser import parse_uri

from pipeline.coalescing import PerLoop
from pipeline.message import BEGUN
from pipeline.transitions import OLDEST_FIRST

Document = dict[str, Any]

DOWN_AFTER_MS = 5000  # one operation, connecting included
PLACES = "places"  # at most one place in the queue for each person
WORKERS_S = 3600  # until the entry of a killed worker is removed
TICKET_S = 30
PHOTO_S = 3600  # until what changed of an imported picture is no news any more
INDEXES_S = 3600  # to build one

_lock = threading.Lock()
_client: MongoClient[Document] | None = None


def _options() -> dict[str, Any]:
    return {
        "tz_aware": True,
        "uuidRepresentation": "standard",
        "timeoutMS": DOWN_AFTER_MS,
        # By default, kill -9 or an election could lose what was acknowledged. These win over the URI.
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
    """Of the running event loop: a client belongs to one."""
    return _async_client()[_name(settings.MONGO_URI)]


def prepare() -> None:
    """Make the indexes. Safe to repeat, also at once and while the studio runs."""
    with pymongo.timeout(INDEXES_S):
        _make_indexes()


def _make_indexes() -> None:
    messages, sessions = database()["messages"], database()["sessions"]
    running = {"status": "PROCESSING"}
    messages.create_index([("session_id", 1), ("client_id", 1)], unique=True, name="once")
    messages.create_index([("session_id", 1), ("_id", -1)], name="conversation")
    messages.create_index([("session_id", 1), ("accepted_at", -1), ("_id", -1)], name="accepted")
    # Turns: see `pipeline.transitions`.
    messages.create_index(
        [("turn", 1), ("stage", 1)], name="turns", partialFilterExpression={**running, "turn": {"$exists": True}}
    )
    messages.create_index(
        [("user_id", 1)], name=PLACES, unique=True, partialFilterExpression={**running, "turn": {"$gt": BEGUN}}
    )
    in_line = {**running, "turn": None, "waits_for": None}
    messages.create_index([("user_id", 1), *OLDEST_FIRST], name="line", partialFilterExpression=in_line)
    if "due" in messages.index_information():  # of the release before; its workers only get slower
        with suppress(OperationFailure):  # already dropped
            messages.drop_index("due")
    messages.create_index([("session_id", 1)], name="running", partialFilterExpression=running)
    messages.create_index([("waits_for", 1)], name="waiting", partialFilterExpression=running)
    messages.create_index([("token", 1)], name="held", sparse=True)
    messages.create_index(
        [("variation_of", 1), ("_id", 1)],
        name="variations",
        partialFilterExpression={"variation_of": {"$type": "string"}},
    )
    messages.create_index([("changed_at", 1)], name="changes")
    masked = {"mask_image_id": {"$type": "string"}}
    messages.create_index([("mask_image_id", 1)], name="masks", partialFilterExpression=masked)
    messages.create_index(
        [("session_id", 1), ("_id", -1)], name="shown", partialFilterExpression={"image.state": "shown"}
    )
    messages.create_index(
        [("created_at", 1), ("error.code", 1)], name="failures", partialFilterExpression={"status": "FAILED"}
    )
    messages.create_index([("reservation.id", 1)], name="reservations", sparse=True)
    books = database()["books"]
    books.create_index([("opened", 1)], name="open", partialFilterExpression={"opened": {"$gt": 0}})
    books.create_index([("owner", 1), ("month", -1)], name="owner")
    books.create_index([("month", -1), ("held", -1)], name="dearest")
    sessions.create_index([("user_id", 1), ("_id", -1)], name="list")
    sessions.create_index([("changed_at", 1)], name="changes")
    sessions.create_index(
        [("user_id", 1)], name="images", unique=True, partialFilterExpression={"kind": "images", "tombstone": None}
    )
    sessions.create_index([("buried_at", 1)], name="buried", sparse=True)
    database()["artifacts"].create_index([("kept_at", 1)], name="age")
    photos = database()["photos"]
    photos.create_index([("changed_at", 1)], name="changes")
    photos.create_index([("user_id", 1)], name="owner")
    photos.create_index([("told_at", 1)], name="expired", expireAfterSeconds=PHOTO_S)
    database()["tickets"].create_index([("issued_at", 1)], name="expired", expireAfterSeconds=TICKET_S)
    database()["workers"].create_index([("seen_at", 1)], name="killed", expireAfterSeconds=WORKERS_S)
    database()["artifacts"].create_index([("user_id", 1), ("bytes", 1)], name="owner")
