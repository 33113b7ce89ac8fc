"""Daily counts of what moderators see, without names; what is deleted later stays counted."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from django.db.models import Avg, Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from gallery.ids import first_id
from gallery.models import Image
from gallery.moderation.models import Act, Appeal, Tally
from gallery.sharing.models import Report

M = TypeVar("M", Image, Act, Appeal, Report)

DAYS = 30
Kind = Act.Kind
WAITED, WAITING_ENDED = "waited_s", "waiting_ended"  # on average, and of how many verdicts


def today() -> date:
    return timezone.now().date()


def days_to_count() -> list[date]:
    """The last two, and one of the last thirty that has never been counted."""
    now = today()
    counted = set(Tally.objects.filter(what="made", day__gt=now - timedelta(days=DAYS)).values_list("day", flat=True))
    before = (now - timedelta(days=number) for number in range(2, DAYS))
    return [now, now - timedelta(days=1), *[day for day in before if day not in counted][:1]]


def note(day: date, what: str, counts: Mapping[str, int]) -> None:
    """`counts`: by code. A higher number of an earlier count stays."""
    for code, count in counts.items():
        row, is_new = Tally.objects.get_or_create(day=day, what=what, code=code, defaults={"count": count})
        if not is_new:
            Tally.objects.filter(pk=row.pk, count__lt=count).update(count=count)


def count(day: date) -> None:
    made = _of_day(Image.objects.filter(purpose=Image.Purpose.MADE), day).count()
    note(day, "made", {"": made})
    note(day, "appealed", {"": _of_day(Appeal.objects.all(), day).count()})
    note(day, "reported", _by_column(_of_day(Report.objects.all(), day), "reason"))
    for kind in Kind:
        note(day, kind.value, _by_column(_of_day(Act.objects.filter(kind=kind), day), "code"))
    waited = _of_day(Act.objects.exclude(waited_s=None), day).aggregate(mean=Avg("waited_s"), verdicts=Count("pk"))
    if waited["verdicts"]:
        for what, number in ((WAITED, round(waited["mean"])), (WAITING_ENDED, waited["verdicts"])):
            Tally.objects.update_or_create(day=day, what=what, code="", defaults={"count": number})


def _by_column(rows: QuerySet[M], name: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(name).annotate(Count("pk")))


def _of_day(rows: QuerySet[M], day: date) -> QuerySet[M]:
    """By their ids, which begin with the time."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return rows.filter(pk__gte=first_id(begin), pk__lt=first_id(begin + timedelta(days=1)))


def by_day(what: str, code: str | None = None) -> list[tuple[date, int]]:
    """The last thirty days, oldest first. `code`: only of this; None: of all."""
    now = today()
    begin = now - timedelta(days=DAYS - 1)
    rows = Tally.objects.filter(what=what, day__gte=begin)
    found: dict[date, int] = defaultdict(int)
    for day, number in (rows if code is None else rows.filter(code=code)).values_list("day", "count"):
        found[day] += number
    return [(day, found[day]) for day in (begin + timedelta(days=number) for number in range(DAYS))]


def by_code(what: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for code, number in Tally.objects.filter(what=what, day__gt=today() - timedelta(days=DAYS)).values_list(
        "code", "count"
    ):
        found[code] += number
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def waited_s(since: date, before: date | None = None) -> int | None:
    """Seconds until a verdict, on average; None without any verdict."""
    rows = Tally.objects.filter(what__in=(WAITED, WAITING_ENDED), day__gte=since)
    found: dict[str, dict[date, int]] = {WAITED: {}, WAITING_ENDED: {}}
    for what, day, number in (rows.filter(day__lt=before) if before else rows).values_list("what", "day", "count"):
        found[what][day] = number
    verdicts = {day: found[WAITING_ENDED].get(day, 1) for day in found[WAITED]}  # earlier releases did not count them
    total = sum(mean * verdicts[day] for day, mean in found[WAITED].items())
    return round(total / sum(verdicts.values())) if verdicts else None


def by_month(months: int) -> list[tuple[date, dict[tuple[str, str], int]]]:
    """The latest first: what was counted, by what and code."""
    begin = today().replace(day=1)
    for _month in range(months - 1):
        begin = (begin - timedelta(days=1)).replace(day=1)
    rows = Tally.objects.filter(day__gte=begin).order_by().values("what", "code", month=TruncMonth("day"))
    found: dict[date, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in rows.exclude(what__in=(WAITED, WAITING_ENDED)).annotate(total=Sum("count")):
        found[row["month"]][row["what"], row["code"]] = row["total"]
    for month, counts in found.items():
        waited = waited_s(month, (month + timedelta(days=31)).replace(day=1))
        counts.update({} if waited is None else {(WAITED, ""): waited})
    return sorted(found.items(), reverse=True)
