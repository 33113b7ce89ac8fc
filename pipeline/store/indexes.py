"""MongoDB's indexes, by collection."""

from contextlib import suppress

import pymongo
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from pipeline.message import BEGUN
from pipeline.store.mongo import database
from pipeline.transitions import OLDEST_FIRST

BUILD_S = 3600  # at most, for all of them
PLACES = "places"
TICKET_S = 30  # until a ticket that nobody has used expires
WORKERS_S = 3600  # until the entry of a killed worker is removed
PHOTOS_S = 3600  # until what became of an imported picture is no longer told to sockets

_RUNNING = {"status": "PROCESSING"}
_IN_LINE = {**_RUNNING, "turn": None, "waits_for": None}
_UNCLAIMED = {**_RUNNING, "turn": {"$gt": BEGUN}}

INDEXES = {
    "messages": [
        IndexModel([("session_id", 1), ("client_id", 1)], name="once", unique=True),
        IndexModel([("session_id", 1), ("_id", -1)], name="conversation"),
        IndexModel([("session_id", 1), ("accepted_at", -1), ("_id", -1)], name="accepted"),
        IndexModel([("session_id", 1)], name="running", partialFilterExpression=_RUNNING),
        IndexModel([("session_id", 1), ("_id", -1)], name="shown", partialFilterExpression={"image.state": "shown"}),
        IndexModel([("changed_at", 1)], name="changes"),
        # The queue: see `pipeline.transitions`. One place at most for each person.
        IndexModel(
            [("turn", 1), ("stage", 1)],
            name="turns",
            partialFilterExpression={**_RUNNING, "turn": {"$exists": True}},
        ),
        IndexModel([("user_id", 1)], name=PLACES, unique=True, partialFilterExpression=_UNCLAIMED),
        IndexModel([("user_id", 1), *OLDEST_FIRST], name="line", partialFilterExpression=_IN_LINE),
        IndexModel([("waits_for", 1)], name="waiting", partialFilterExpression=_RUNNING),
        IndexModel([("token", 1)], name="held", sparse=True),
        IndexModel(
            [("variation_of", 1), ("_id", 1)],
            name="variations",
            partialFilterExpression={"variation_of": {"$type": "string"}},
        ),
        IndexModel(
            [("mask_image_id", 1)], name="masks", partialFilterExpression={"mask_image_id": {"$type": "string"}}
        ),
        IndexModel(
            [("created_at", 1), ("error.code", 1)], name="failures", partialFilterExpression={"status": "FAILED"}
        ),
        IndexModel([("reservation.id", 1)], name="reservations", sparse=True),
    ],
    "sessions": [
        IndexModel([("user_id", 1), ("_id", -1)], name="list"),
        IndexModel([("changed_at", 1)], name="changes"),
        IndexModel(
            [("user_id", 1)],
            name="images",
            unique=True,
            partialFilterExpression={"kind": "images", "tombstone": None},
        ),
        IndexModel([("buried_at", 1)], name="buried", sparse=True),
    ],
    "books": [
        IndexModel([("opened", 1)], name="open", partialFilterExpression={"opened": {"$gt": 0}}),
        IndexModel([("owner", 1), ("month", -1)], name="owner"),
        IndexModel([("month", -1), ("held", -1)], name="dearest"),
    ],
    "artifacts": [
        IndexModel([("kept_at", 1)], name="age"),
        IndexModel([("user_id", 1), ("bytes", 1)], name="owner"),
    ],
    "photos": [
        IndexModel([("changed_at", 1)], name="changes"),
        IndexModel([("user_id", 1)], name="owner"),
        IndexModel([("told_at", 1)], name="expired", expireAfterSeconds=PHOTOS_S),
    ],
    "tickets": [IndexModel([("issued_at", 1)], name="expired", expireAfterSeconds=TICKET_S)],
    "workers": [IndexModel([("seen_at", 1)], name="killed", expireAfterSeconds=WORKERS_S)],
}


def make_indexes() -> None:
    """Safe to repeat, also at once and while the studio runs."""
    with pymongo.timeout(BUILD_S):
        for collection, indexes in INDEXES.items():
            database()[collection].create_indexes(indexes)
        if "due" in database()["messages"].index_information():  # of the release before, whose workers get slower only
            with suppress(OperationFailure):  # already dropped
                database()["messages"].drop_index("due")
