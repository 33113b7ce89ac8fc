"""The bytes of pictures between two stages, which may run on two machines. GridFS would take twice as many operations."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pymongo import WriteConcern
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from pipeline.documents import Filter
from pipeline.store.mongo import Document, database

DUPLICATE = 11000  # the code of MongoDB's error
PART = 8 * 1024 * 1024  # bytes; a document holds 16 MiB, a picture may have 20
# Written to a majority of a replica set, as the checkpoint that names it. Without waiting for the disk: the journal keeps
# the order, so that it has the artifact if it has the checkpoint.
KEPT = WriteConcern(w="majority", j=False)


def keep(message_id: str, token: str, data: bytes, user_id: str | None = None) -> str:
    """Returns its name, which holds the token, because two attempts may write at once. Safe to repeat. `user_id`: in
    whose space it counts."""
    name = f"{message_id}/{token}"
    parts = [data[at : at + PART] for at in range(0, len(data), PART)]
    of_all = {"parts": len(parts), "kept_at": datetime.now(UTC), "user_id": user_id}
    docs = [{"_id": f"{name}/{n}", "data": part, "bytes": len(part), **of_all} for n, part in enumerate(parts)]
    try:
        _artifacts().insert_many(docs, ordered=False)
    except BulkWriteError as error:  # duplicates: written already, but the answer was lost
        if any(wrong["code"] != DUPLICATE for wrong in error.details["writeErrors"]):
            raise
    return name


def read(name: str) -> bytes | None:
    """None if any part is missing."""
    parts = _artifacts().find(_under(name), sort=[("_id", 1)]).to_list()
    return b"".join(part["data"] for part in parts) if parts and len(parts) == parts[0]["parts"] else None


def drop(names: Iterable[str]) -> None:
    """`names`: of artifacts, or ids of messages, for all artifacts of each."""
    if of := [_under(name) for name in names]:
        _artifacts().delete_many({"$or": of})


def bytes_of(user_id: str) -> int:
    """Of all messages of a person; read from the index alone."""
    summing: list[Filter] = [{"$match": {"user_id": user_id}}, {"$group": {"_id": None, "bytes": {"$sum": "$bytes"}}}]
    return next((int(row["bytes"]) for row in _artifacts().aggregate(summing)), 0)


def give(user_id: str, to: str) -> None:
    _artifacts().update_many({"user_id": user_id}, {"$set": {"user_id": to}})


def look_again_later(names: Iterable[str]) -> None:
    if of := [_under(name) for name in names]:
        _artifacts().update_many({"$or": of}, {"$currentDate": {"kept_at": True}})


def kept_before(moment: datetime, limit: int) -> list[str]:
    found = _artifacts().find({"kept_at": {"$lt": moment}}, {"_id": 1}, limit=limit)
    return [doc["_id"].rpartition("/")[0] for doc in found]


def _under(name: str) -> Filter:
    return {"_id": {"$gte": f"{name}/", "$lt": f"{name}0"}}  # "0" comes after "/"


def _artifacts() -> Collection[Document]:
    return database().get_collection("artifacts", write_concern=KEPT)
