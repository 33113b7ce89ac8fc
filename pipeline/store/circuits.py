"""Circuit breakers: after some failures in a row a provider is not asked for a while, then one message tries it.

`providers`: a document for each, of all workers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.collection import Collection

from gallery.errors import StudioError
from pipeline.store.documents import NO_JOURNAL
from pipeline.store.mongo import Document, database

FAILURES = 3  # in a row, until it opens
FIRST_S, LONGEST_S = 10.0, 300.0  # how long it stays open; doubled each time that the trial fails
LATEST = 10  # errors that are kept, for the operator

_OPEN = {"$gt": [{"$add": ["$failed_at", {"$multiply": ["$open_s", 1000]}]}, "$$NOW"]}
_LEFT_MS = {"$subtract": [{"$add": ["$failed_at", {"$multiply": ["$open_s", 1000]}]}, "$$NOW"]}


@dataclass(frozen=True)
class Failure:
    at: datetime
    code: str
    sentence: str


@dataclass(frozen=True)
class State:
    """`open_s`: seconds until somebody may try again, 0 where anybody may."""

    failures: int
    open_s: float
    worked_at: datetime | None
    latest: Sequence[Failure]  # the newest last


def closed_in(name: str) -> float:
    """Seconds until this provider may be asked; 0 if the caller may ask it now. Once the time of an open circuit is over,
    one caller may: for all others it is open for as long again."""
    providers = _providers()
    found = providers.find_one({"_id": name, "failures": {"$gte": FAILURES}}, {"left_ms": _LEFT_MS})
    if found is None:
        return 0.0
    if found["left_ms"] > 0:
        return float(found["left_ms"]) / 1000
    tried = providers.update_one(
        {"_id": name, "failures": {"$gte": FAILURES}, "$expr": {"$not": _OPEN}}, {"$currentDate": {"failed_at": True}}
    )
    return 0.0 if tried.modified_count else FIRST_S


def failed(name: str, error: StudioError) -> None:
    providers = _providers()
    counted = {"$inc": {"failures": 1}, "$currentDate": {"failed_at": True}}
    document = providers.find_one_and_update({"_id": name}, counted, upsert=True, return_document=ReturnDocument.AFTER)
    assert document is not None  # it was inserted
    failure = {"at": document["failed_at"], "code": error.code, "sentence": error.message}
    seconds = _open_s(document["failures"], error.retry_after)
    providers.update_one(
        {"_id": name}, {"$set": {"open_s": seconds}, "$push": {"latest": {"$each": [failure], "$slice": -LATEST}}}
    )


def worked(name: str) -> None:
    """Writes only if it had failed before."""
    _providers().update_one(
        {"_id": name, "failures": {"$gt": 0}},
        {"$set": {"failures": 0, "open_s": 0}, "$currentDate": {"worked_at": True}},
    )


def states() -> Mapping[str, State]:
    """By name; of providers that have failed before."""
    left = {"$cond": [{"$gte": ["$failures", FAILURES]}, _LEFT_MS, 0]}
    fields = {"failures": 1, "latest": 1, "worked_at": 1, "left_ms": left}
    return {document["_id"]: _state(document) for document in _providers().find({}, fields)}


def _state(document: Document) -> State:
    return State(
        failures=document["failures"],
        open_s=max(0.0, (document["left_ms"] or 0) / 1000),
        worked_at=document.get("worked_at"),
        latest=[Failure(each["at"], each["code"], each["sentence"]) for each in document.get("latest", ())],
    )


def _providers() -> Collection[Document]:
    return database().get_collection("providers", write_concern=NO_JOURNAL)  # a lost write does no harm


def _open_s(failures: int, retry_after: float | None) -> float:
    """`retry_after` of a provider wins."""
    usual = FIRST_S * 2 ** min(10, max(0, failures - FAILURES))
    return min(LONGEST_S, float(math.ceil(max(usual, retry_after or 0.0))))
