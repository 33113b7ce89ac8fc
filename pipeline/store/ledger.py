"""What is spent and what is reserved: each month has a book for each person, and one for the studio.

A book lists in `open` each reservation that its sums count. So each step is one update of one book, which does nothing
where the step was taken before, and may be repeated after any crash. Like TigerBeetle's transfers a reservation is
pending, and then posted or void:

  reserve  before a message is stored, if no ceiling is passed
  confirm  before a request goes out: from now on maintenance gives nothing back
  post     what was spent, in place of what was reserved
  void     what nobody will spend

`held`, the sum of both, is compared with the ceilings.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from gallery.errors import Quota
from gallery.translation import _
from pipeline.ceilings import Ceilings
from pipeline.documents import new_id
from pipeline.message_parts import ReservationForm
from pipeline.store import refusals
from pipeline.store.mongo import Document, database

log = logging.getLogger(__name__)

STUDIO = "studio"
FREE_OF_CEILINGS = Ceilings()
RETRY_AFTER_S = 60.0
MAX_OPEN = 20_000  # reservations in one book: some 2 MB


class Gone(Exception):
    """The reservation is not in the book."""


@dataclass(frozen=True)
class Bound:
    """A ceiling of one book. `field`: the sum that it limits; `whose`: as in `refusals`."""

    field: str
    ceiling: int
    whose: str


@dataclass(frozen=True)
class Spent:
    """By provider; `assumed` is the part of which nobody knows whether it was charged."""

    by: Mapping[str, int]
    assumed: int = 0

    @property
    def total(self) -> int:
        return sum(self.by.values())


NOTHING = Spent({})


def today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def new_reservation(user_id: str) -> ReservationForm:
    return {"id": new_id(), "user_id": user_id, "day": today()}


def reserve(reservation: ReservationForm, amount: int, ceilings: Ceilings) -> None:
    """In the person's book and in the studio's. Raises `Budget` and `Quota`; then it is in neither of them."""
    for owner in _owners(reservation):
        try:
            left = _take(owner, reservation, amount, _bounds(owner, reservation, ceilings))
        except Quota:
            void(reservation, amount)
            raise
        if left:
            void(reservation, amount)
            raise refusals.reached(left, amount)


def _take(owner: str, reservation: ReservationForm, amount: int, bounds: list[Bound]) -> refusals.Left | None:
    """None, or what is left if that is too little. Safe to repeat."""
    day, entry = _day(reservation), _entry(reservation)
    filter = {"_id": _book(owner, reservation), entry: {"$exists": False}, **_within(bounds, amount)}
    update = {
        "$set": {f"{entry}.amount": amount, f"{entry}.day": day, f"{entry}.confirmed": False},
        "$currentDate": {f"{entry}.at": True},
        "$inc": {"held": amount, f"days.{day}.held": amount, "opened": 1},
        "$setOnInsert": {"owner": owner, "month": _month(reservation)},
    }
    while True:
        book = _books().find_one({"_id": filter["_id"]}, _sums(bounds))
        if left := _too_little(bounds, amount, book):
            return left
        if _sum(book, "opened") >= MAX_OPEN:
            raise Quota(_("Too many requests wait here that cost something."), retry_after=RETRY_AFTER_S)
        try:
            _books().update_one(filter, update, upsert=True)
        except DuplicateKeyError:  # listed already, or another reservation took what was left
            if _books().find_one({"_id": filter["_id"], entry: {"$exists": True}}, {"_id": 1}):
                return None
        else:
            return None


def confirm(reservation: ReservationForm, amount: int, ceilings: Ceilings | None = None) -> bool:
    """It covers so much, and is not given back before it is posted. False where it covers less: it is raised where the
    ceilings are told. Raises `Gone`, and `Budget`."""
    return all(_confirm(owner, reservation, amount, ceilings) for owner in _owners(reservation))


def _confirm(owner: str, reservation: ReservationForm, amount: int, ceilings: Ceilings | None) -> bool:
    entry, book = _entry(reservation), {"_id": _book(owner, reservation)}
    covers = {**book, f"{entry}.amount": {"$gte": amount}}
    while not _books().update_one(covers, {"$set": {f"{entry}.confirmed": True}}).matched_count:
        bounds = _bounds(owner, reservation, ceilings or FREE_OF_CEILINGS)
        found = _books().find_one(book, {entry: 1, **_sums(bounds)})
        listed = _listed(found, reservation)
        if listed is None:
            raise Gone
        more = amount - int(listed["amount"])
        if more > 0 and ceilings is None:
            return False
        if more > 0:
            _raise_by(book, reservation, int(listed["amount"]), more, bounds)
            if left := _too_little(bounds, more, found):
                raise refusals.reached(left, more)
    return True


def _raise_by(
    book: Mapping[str, object], reservation: ReservationForm, before: int, more: int, bounds: list[Bound]
) -> None:
    entry, day = _entry(reservation), _day(reservation)
    still = {**book, f"{entry}.amount": before, **_within(bounds, more)}
    raised = {"held": more, f"days.{day}.held": more, f"{entry}.amount": more}
    _books().update_one(still, {"$inc": raised, "$set": {f"{entry}.confirmed": True}})


def post(reservation: ReservationForm, spent: Spent) -> None:
    """In place of what was reserved. Safe to repeat."""
    for owner in _owners(reservation):
        while (listed := _read_entry(owner, reservation)) and not _close(owner, reservation, listed["amount"], spent):
            pass


def void(reservation: ReservationForm, amount: int) -> None:
    """Has no effect once it is confirmed. Safe to repeat."""
    for owner in _owners(reservation):
        _close(owner, reservation, amount, NOTHING, confirmed=False)


def _close(owner: str, reservation: ReservationForm, amount: int, spent: Spent, **state: bool) -> bool:
    entry, day = _entry(reservation), f"days.{_day(reservation)}"
    same = {f"{entry}.{name}": value for name, value in state.items()}
    filter = {"_id": _book(owner, reservation), f"{entry}.amount": amount, **same}
    change = spent.total - amount
    sums = {"held": change, f"{day}.held": change, "opened": -1}
    if spent.total:
        sums |= {f"{day}.spent": spent.total, f"{day}.assumed": spent.assumed}
        sums |= {f"{day}.by.{provider}": cost for provider, cost in spent.by.items()}
    if change > 0:
        log.error("action=spent_more_than_reserved reservation=%s by=%d", reservation["id"], change)
    return _books().update_one(filter, {"$inc": sums, "$unset": {entry: ""}}).modified_count == 1


@dataclass(frozen=True)
class Open:
    reservation: ReservationForm
    owner: str
    amount: int
    confirmed: bool


def open_longer_than(unconfirmed_ms: int, confirmed_ms: int) -> Iterator[Open]:
    """By the database's clock."""
    longer = [
        {"$and": [{"$eq": ["$open.v.confirmed", state]}, {"$lte": ["$open.v.at", {"$subtract": ["$$NOW", ms]}]}]}
        for state, ms in ((False, unconfirmed_ms), (True, confirmed_ms))
    ]
    listed = _books().aggregate(
        [
            {"$match": {"opened": {"$gt": 0}}},
            {"$project": {"owner": 1, "month": 1, "open": {"$objectToArray": "$open"}}},
            {"$unwind": "$open"},
            {"$match": {"$expr": {"$or": longer}}},
        ]
    )
    for doc in listed:
        entry, day = doc["open"]["v"], f"{doc['month']}-{doc['open']['v']['day']}"
        reservation: ReservationForm = {"id": doc["open"]["k"], "user_id": doc["owner"], "day": day}
        yield Open(reservation, doc["owner"], int(entry["amount"]), bool(entry["confirmed"]))


def close_orphan(orphan: Open) -> None:
    """A reservation in one book only. What may have been spent counts as spent."""
    spent = Spent({"unknown": orphan.amount}, orphan.amount) if orphan.confirmed else NOTHING
    _close(orphan.owner, orphan.reservation, orphan.amount, spent, confirmed=orphan.confirmed)


def forget(user_id: str) -> None:
    """A removed person's books. The studio's keep the sums."""
    _books().delete_many({"owner": user_id})


def _read_entry(owner: str, reservation: ReservationForm) -> Mapping[str, Any] | None:
    return _listed(_books().find_one({"_id": _book(owner, reservation)}, {_entry(reservation): 1}), reservation)


def _listed(book: Mapping[str, Any] | None, reservation: ReservationForm) -> Mapping[str, Any] | None:
    listed: Mapping[str, Any] | None = (book or {}).get("open", {}).get(reservation["id"])
    return listed


def _owners(reservation: ReservationForm) -> tuple[str, ...]:
    """For work that no person asked for, the studio alone."""
    return (STUDIO,) if reservation["user_id"] == STUDIO else (reservation["user_id"], STUDIO)


def _bounds(owner: str, reservation: ReservationForm, ceilings: Ceilings) -> list[Bound]:
    day = f"days.{_day(reservation)}.held"
    if owner != STUDIO:
        found = [(day, ceilings.person_day, refusals.PERSON_DAY)]
    else:
        found = [
            (day, ceilings.studio_day, refusals.STUDIO_DAY),
            ("held", ceilings.studio_month, refusals.STUDIO_MONTH),
        ]
    return [Bound(field, ceiling, whose) for field, ceiling, whose in found if ceiling is not None]


def _within(bounds: list[Bound], amount: int) -> dict[str, object]:
    """A missing sum is 0, and was compared by `_too_little` before."""
    return {bound.field: {"$not": {"$gt": bound.ceiling - amount}} for bound in bounds}


def _too_little(bounds: list[Bound], amount: int, book: Mapping[str, Any] | None) -> refusals.Left | None:
    """If several ceilings are too low, the one that refills last."""
    left = [refusals.Left(bound.whose, bound.ceiling, bound.ceiling - _sum(book, bound.field)) for bound in bounds]
    return next((each for each in reversed(left) if each.amount < amount), None)


def _sums(bounds: list[Bound]) -> dict[str, int]:
    return {"_id": 1, "opened": 1, **{bound.field: 1 for bound in bounds}}


def _sum(book: Mapping[str, Any] | None, field: str) -> int:
    found: Any = book or {}
    for part in field.split("."):
        found = found.get(part, {})
    return int(found or 0)


def _entry(reservation: ReservationForm) -> str:
    return f"open.{reservation['id']}"


def _book(owner: str, reservation: ReservationForm) -> str:
    return f"{_month(reservation)}/{owner}"


def _month(reservation: ReservationForm) -> str:
    return reservation["day"][:7]


def _day(reservation: ReservationForm) -> str:
    return reservation["day"][8:]


def _books() -> Collection[Document]:
    return database()["books"]
