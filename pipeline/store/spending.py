"""What the books of `pipeline.store.ledger` say, in millionths of the currency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from pipeline.store.ledger import STUDIO, today
from pipeline.store.mongo import database


@dataclass(frozen=True)
class Sums:
    """`held`: spent and reserved; `assumed`: the part of what is spent of which it is not known whether it was charged."""

    held: int = 0
    spent: int = 0
    assumed: int = 0
    by: Mapping[str, int] = field(default_factory=dict)  # spent, by provider

    @property
    def reserved(self) -> int:
        return self.held - self.spent

    @classmethod
    def of(cls, day: Mapping[str, Any]) -> Self:
        return cls(day.get("held", 0), day.get("spent", 0), day.get("assumed", 0), day.get("by", {}))

    def __add__(self, other: "Sums") -> "Sums":
        by = {name: self.by.get(name, 0) + other.by.get(name, 0) for name in (*self.by, *other.by)}
        return Sums(self.held + other.held, self.spent + other.spent, self.assumed + other.assumed, by)


@dataclass(frozen=True)
class Day:
    date: str  # in UTC, such as 2026-11-29
    sums: Sums


def days_of(owner: str, months: int) -> list[Day]:
    """Of the latest months that have a book, the newest day first; days on which nothing was held are left out."""
    books = database()["books"].find({"owner": owner}, {"month": 1, "days": 1}, sort=[("month", -1)], limit=months)
    return [day for book in books for day in _days(book)]


def _days(book: Mapping[str, Any]) -> Iterator[Day]:
    for number, day in sorted(book.get("days", {}).items(), reverse=True):
        sums = Sums.of(day)
        if sums.held:
            yield Day(f"{book['month']}-{number}", sums)


def today_of(owner: str) -> Sums:
    month, _, day = today().rpartition("-")
    found = database()["books"].find_one({"_id": f"{month}/{owner}"}, {f"days.{day}": 1})
    return Sums.of((found or {}).get("days", {}).get(day, {}))


def month_of_studio(month: str) -> list[Day]:
    found = database()["books"].find_one({"_id": f"{month}/{STUDIO}"}, {"month": 1, "days": 1})
    return list(_days(found)) if found else []


def dearest_people(month: str, limit: int) -> list[tuple[str, Sums]]:
    """By user id."""
    of = {"month": month, "owner": {"$ne": STUDIO}}
    books = database()["books"].find(of, {"owner": 1, "month": 1, "days": 1}, sort=[("held", -1)], limit=limit)
    return [(book["owner"], total(list(_days(book)))) for book in books]


def total(days: Sequence[Day]) -> Sums:
    return sum((day.sums for day in days), Sums())


def this_month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"
