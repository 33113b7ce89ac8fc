"""How long a stage takes each provider, and how many threads run them.

`times`: a document for each provider and stage. `workers`: a document for each worker process, renewed with its leases.
"""

import statistics
import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from pymongo import UpdateOne
from pymongo.collection import Collection

from pipeline.message import WORK, Stage
from pipeline.providers import registry
from pipeline.providers.base import Intent
from pipeline.store.documents import NO_JOURNAL
from pipeline.store.mongo import Document, database

LATEST = 20  # times of one provider and stage

_me = uuid.uuid4().hex
_taken: defaultdict[str, list[float]] = defaultdict(list)
_lock = threading.Lock()


@dataclass(frozen=True)
class Pace:
    """`seconds`: by provider and stage. `threads`: of all workers."""

    seconds: Mapping[str, float]
    threads: int

    def of(self, stage: Stage, intent: str | None) -> float | None:
        """Seconds that a message takes once it is begun; None if one of its stages was never timed."""
        left = WORK[WORK.index(stage) :] if stage in WORK else WORK
        known = [self.seconds.get(_name(stage, intent)) for stage in left]
        return sum(filter(None, known)) if None not in known else None


def _name(stage: Stage, intent: str | None, made_by: str | None = None) -> str:
    if stage is Stage.REFINING:
        return f"{registry.reader()}.{stage.value}"
    asked = intent or Intent.GENERATE.value
    is_second = made_by is not None and made_by == settings.SECOND_CHOICES.get(asked)
    return f"{made_by if is_second else settings.PROVIDERS.get(asked)}.{stage.value}"


def note_time(stage: Stage, intent: str | None, seconds: float, made_by: str | None = None) -> None:
    """`made_by`: the provider that made the picture, maybe the second choice."""
    with _lock:
        _taken[_name(stage, intent, made_by)].append(seconds)


def keep() -> None:
    """Called in a follow-up, so that no stage has to wait."""
    with _lock:
        taken = dict(_taken)
        _taken.clear()
    latest = [
        UpdateOne({"_id": name}, {"$push": {"seconds": {"$each": seconds, "$slice": -LATEST}}}, upsert=True)
        for name, seconds in taken.items()
    ]
    if latest:
        _collection("times").bulk_write(latest, ordered=False)


def note_threads(threads: int) -> None:
    """Counts for as long as a lease."""
    _collection("workers").update_one(
        {"_id": _me}, {"$set": {"threads": threads}, "$currentDate": {"seen_at": True}}, upsert=True
    )


def forget_threads() -> None:
    _collection("workers").delete_one({"_id": _me})


def medians() -> dict[str, float]:
    """Seconds, by provider and stage, such as "gemini.generating"."""
    return {doc["_id"]: statistics.median(doc["seconds"]) for doc in database()["times"].find() if doc["seconds"]}


def read() -> Pace:
    alive = {"$expr": {"$gt": ["$seen_at", {"$subtract": ["$$NOW", round(settings.LEASE_S * 1000)]}]}}
    return Pace(
        {doc["_id"]: sum(doc["seconds"]) / len(doc["seconds"]) for doc in database()["times"].find()},
        sum(doc["threads"] for doc in database()["workers"].find(alive)),
    )


def _collection(name: str) -> Collection[Document]:
    return database().get_collection(name, write_concern=NO_JOURNAL)  # a lost write does no harm
