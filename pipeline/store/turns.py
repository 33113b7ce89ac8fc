"""Turns: who is next, and how long it will take.

Each person who waits has one place in the queue, held by their oldest message that could be worked on. When it is
claimed or ends, their next one takes a place at the end. So among P people a first message starts after at most P - 1
messages of others, and one person's own stay in order.

What a worker holds when it stops or dies goes on without a new turn. A retry needs one, and so does what was delayed or
waited for another message. Maintenance gives the places that a crash kept from being given.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Self

from django.conf import settings
from pymongo.errors import DuplicateKeyError, PyMongoError

from pipeline import transitions
from pipeline.coalescing import Coalescer
from pipeline.documents import Stored
from pipeline.message import BEGUN, Message, Stage, Status
from pipeline.queue import wake
from pipeline.store import stage_times
from pipeline.store.documents import apply, find
from pipeline.store.mongo import database
from pipeline.store.stage_times import Pace
from pipeline.transitions import OLDEST_FIRST

log = logging.getLogger(__name__)

GIVEN_AT_MOST = 500  # places in one round of maintenance
TOLD_AT_MOST = 200  # messages whose place is known


def lease_terms() -> dict[str, int]:
    return {"lease_ms": round(settings.LEASE_S * 1000), "attempts": settings.ATTEMPTS}


# Giving places


def pass_on(user_id: str) -> None:
    """After a claim. If it fails, maintenance does it."""
    try:
        wake(Stage.REFINING, _give(user_id))
    except PyMongoError as error:
        log.warning("action=turn_postponed user=%s error=%r", user_id, error)


def give(user_ids: Iterable[str]) -> None:
    """Gives a place to each of them who waits and has none."""
    waiting = set(user_ids)
    if waiting:
        waiting -= set(database()["messages"].distinct("user_id", transitions.next_up(user_id={"$in": list(waiting)})))
        wake(Stage.REFINING, sum(map(_give, waiting)))


def give_soon(user_id: str) -> None:
    _giving.add(user_id, user_id)


_giving: Coalescer[str, str] = Coalescer("turns", lambda people: give(people), drops=(PyMongoError,))


def give_all() -> None:
    """Gives a place to everybody who waits and has none; who has waited longest comes first."""
    messages = database()["messages"]
    placed = messages.distinct("user_id", transitions.next_up())
    waiting = messages.aggregate(
        [
            {"$match": {**transitions.in_line(**lease_terms()), "user_id": {"$nin": placed}}},
            {"$group": {"_id": "$user_id", "oldest": {"$min": "$_id"}}},
            {"$sort": {"oldest": 1}},
            {"$limit": GIVEN_AT_MOST},
        ]
    )
    for person in waiting:
        _give(person["_id"])


def _give(user_id: str) -> bool:
    try:
        # Not journaled: maintenance gives a lost turn again.
        given = apply(Message, transitions.give_turn(user_id, **lease_terms()), OLDEST_FIRST, journaled=False)
        return given is not None
    except DuplicateKeyError:
        _put_in_order(user_id)
        return False


def _put_in_order(user_id: str) -> None:
    """The message that holds the place may be newer than another one of the same person."""
    messages = database()["messages"]
    holder = find(Message, transitions.next_up(user_id=user_id))
    if holder is None or holder.turn is None or holder.accepted_at is None:
        return  # from an older release: it comes before all that have that time
    before = {
        "user_id": user_id,
        **transitions.in_line(**lease_terms()),
        "accepted_at": {"$not": {"$gte": holder.accepted_at}},
    }
    older = messages.find_one(before, sort=OLDEST_FIRST)
    if older and apply(Message, transitions.leave_turn(holder)):
        with suppress(DuplicateKeyError):
            apply(Message, transitions.take_turn(older["_id"], holder.turn, **lease_terms()))


# Telling places


@dataclass(frozen=True)
class Place:
    """`position`: 1 is next. `eta_s`: seconds until the message is done, None where unknown."""

    session_id: str
    stage: str
    position: int
    eta_s: float | None

    def told(self) -> dict[str, float]:
        return {"position": self.position} | ({} if self.eta_s is None else {"eta_s": self.eta_s})


def places() -> dict[str, Place]:
    """By message id, of the first ones, in the order in which they would be claimed now."""
    running, heads = _begun_and_next()
    if not heads:
        return {}
    order = islice(in_order(heads, _lines(heads)), TOLD_AT_MOST)
    return {waiting.id: place for waiting, place in _placed(order, running, stage_times.read())}


@dataclass(frozen=True)
class Waiting:
    """A message in line, next, or begun."""

    id: str
    user_id: str
    session_id: str
    stage: Stage
    intent: str | None
    has_begun: bool

    FIELDS = ("session_id", "user_id", "stage", "turn", "intent", "options.intent")

    @classmethod
    def of(cls, stored: Stored) -> Self:
        intent = stored["intent"] or stored.get("options", {}).get("intent")
        ids = stored["_id"], stored["user_id"], stored["session_id"]
        return cls(*ids, Stage(stored["stage"]), intent, has_begun=stored.get("turn") == BEGUN)


def in_order(heads: Sequence[Waiting], lines: Mapping[str, Sequence[Waiting]]) -> Iterator[Waiting]:
    """Round by round, one message of each person. `heads`: those that are next, by turn; `lines`: the others of each
    person."""
    rounds = zip_longest(*([head, *lines.get(head.user_id, ())] for head in heads))
    return (waiting for round in rounds for waiting in round if waiting is not None)


def _placed(order: Iterable[Waiting], running: Sequence[Waiting], times: Pace) -> Iterator[tuple[Waiting, Place]]:
    # seconds of one thread
    work = sum(times.of(begun.stage, begun.intent) or 0 for begun in running) / 2
    idle = times.threads - len(running)
    for position, waiting in enumerate(order, start=1):
        own = times.of(waiting.stage, waiting.intent)
        wait = 0 if position <= idle else work / max(1, times.threads)
        eta_s = None if own is None or not times.threads else round(wait + own, 1)
        yield waiting, Place(waiting.session_id, waiting.stage.value, position, eta_s)
        work += own or 0


_FIELDS = dict.fromkeys(Waiting.FIELDS, 1)


def _begun_and_next() -> tuple[list[Waiting], list[Waiting]]:
    of = {"status": Status.PROCESSING.value, "turn": {"$gte": BEGUN}}
    docs = database()["messages"].find(of, _FIELDS, sort=transitions.BY_TURN, limit=2 * TOLD_AT_MOST)
    found = [Waiting.of(doc) for doc in docs]
    begun = [waiting for waiting in found if waiting.has_begun]
    return begun, found[len(begun) :]


def _lines(heads: Sequence[Waiting]) -> dict[str, list[Waiting]]:
    """By person; only as many as can be among the first."""
    if len(heads) >= TOLD_AT_MOST:
        return {}
    line = [
        {"$match": transitions.in_line(**lease_terms())},
        {"$sort": dict(OLDEST_FIRST)},
        {"$limit": min(TOLD_AT_MOST, 2 * TOLD_AT_MOST // len(heads))},
        {"$project": _FIELDS},
    ]
    of_person = {"from": "messages", "localField": "user_id", "foreignField": "user_id", "pipeline": line, "as": "line"}
    found = database()["messages"].aggregate(
        [
            {"$match": {"_id": {"$in": [head.id for head in heads]}}},
            {"$project": {"user_id": 1}},
            {"$lookup": of_person},
        ]
    )
    return {doc["user_id"]: [Waiting.of(each) for each in doc["line"]] for doc in found}
