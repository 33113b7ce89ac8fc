"""How many pictures each day has, by the times in their ids, so that a page knows its length before it has read any."""

import uuid
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from pydantic import Field, field_validator

from gallery import fulltext, words
from gallery.ids import first_id, time_of
from gallery.models import Image
from gallery.search import Filters, listed
from gallery.translation import N_

DAY = timedelta(days=1)


class DaysOf(Filters):
    tz: Annotated[str, Field(max_length=64, description="Where a day begins and ends, such as `Asia/Ho_Chi_Minh`")] = (
        "UTC"
    )

    @field_validator("tz")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # OSError: the name of a folder
            raise ValueError(N_("is the name of a time zone, such as Asia/Ho_Chi_Minh")) from None
        return value


@dataclass(frozen=True)
class Day:
    date: date
    count: int
    cursor: uuid.UUID


@dataclass(frozen=True)
class Days:
    days: list[Day]
    similar: bool


def of(owner_id: uuid.UUID, asked: DaysOf, *, deleted: bool = False) -> Days:
    """Raises `NotFound` for an album that is not one's own."""
    images = listed(owner_id, asked, deleted=deleted)
    bounds = _bounds(owner_id, ZoneInfo(asked.tz))
    if not asked.q:
        return Days(_days(images, bounds), False)
    wanted = words.searched(asked.q)
    found = _days(fulltext.matching(images, owner_id, wanted), bounds)
    if found or not (wanted := fulltext.corrected(owner_id, wanted)):
        return Days(found, False)
    found = _days(fulltext.matching(images, owner_id, wanted), bounds)
    return Days(found, bool(found))


Bounds = list[tuple[date, uuid.UUID]]  # each day and the first id that it can have, oldest first, and one more day


def _bounds(owner_id: uuid.UUID, zone: ZoneInfo) -> Bounds:
    own = Image.objects.filter(owner__pk=owner_id)
    oldest, newest = (own.order_by(order).values_list("pk", flat=True).first() for order in ("pk", "-pk"))
    if oldest is None or newest is None:
        return []
    day, last = (time_of(each).astimezone(zone).date() for each in (oldest, newest))
    days = [day + number * DAY for number in range((last - day).days + 2)]
    return [(each, first_id(datetime.combine(each, time(), zone))) for each in days]


def _days(images: QuerySet[Image], bounds: Bounds) -> list[Day]:
    counts = _counts(images, [begin for _, begin in bounds]) if bounds else {}
    found = [Day(bounds[i][0], counts[i], bounds[i + 1][1]) for i in range(len(bounds) - 1) if counts.get(i)]
    return found[::-1]


def _counts(images: QuerySet[Image], begins: list[uuid.UUID]) -> dict[int, int]:
    if connection.vendor == "postgresql":
        place = RawSQL("width_bucket(gallery_image.id, %s::uuid[])", [begins], IntegerField())
        counted = images.annotate(place=place).order_by().values_list("place").annotate(Count("pk"))
        return {after - 1: count for after, count in counted}
    ids = [each.hex for each in images.order_by("pk").values_list("pk", flat=True)]
    places = [bisect_left(ids, begin.hex) for begin in begins]
    return {i: upper - lower for i, (lower, upper) in enumerate(pairwise(places))}
