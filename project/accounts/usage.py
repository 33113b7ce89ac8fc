"""What somebody has spent, as `/api/v1/me/` and the export show it."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Annotated

from django.conf import settings
from pydantic import BaseModel, Field
from pymongo.errors import PyMongoError

from pipeline import ceilings, costs
from pipeline.providers.prices import UNIT
from pipeline.store import refusals, spending
from pipeline.store.spending import Day
from project.models import User

log = logging.getLogger(__name__)

MONTHS = 3


class Money(BaseModel):
    """Of today, in UTC, in `currency`."""

    currency: str
    spent: float
    reserved: Annotated[float, Field(description="for running messages; what they do not use is released")]
    ceiling: Annotated[float | None, Field(description="null: there is none for a person")]
    left: float | None
    refills_at: datetime


class UsageDay(BaseModel):
    """In the currency of `today`."""

    day: Annotated[str, Field(description="in UTC", examples=["2026-11-29"])]
    spent: float
    reserved: float
    assumed: Annotated[float, Field(description="part of `spent`: it is not known whether the provider charged it")]
    providers: Annotated[dict[str, float], Field(description="`spent`, by provider")]


class UsageForm(BaseModel):
    today: Money
    days: Annotated[list[UsageDay], Field(description="the newest first, of three months at most")]


def today(user: User) -> Money:
    """Raises `PyMongoError`."""
    sums, ceiling = spending.today_of(str(user.pk)), ceilings.of(str(user.pk)).person_day
    return Money(
        currency=settings.PRICES.currency,
        spent=money(sums.spent),
        reserved=money(sums.reserved),
        ceiling=None if ceiling is None else money(ceiling),
        left=None if ceiling is None else money(max(0, ceiling - sums.held)),
        refills_at=refusals.refills_at(refusals.PERSON_DAY),
    )


def today_if_any(user: User) -> Money | None:
    """None where nothing here costs anything, and while MongoDB is down."""
    if not costs.anything():
        return None
    try:
        return today(user)
    except PyMongoError as error:
        log.warning("action=spending_not_read error=%r", error)
        return None


def of(user: User) -> UsageForm:
    """Raises `PyMongoError`."""
    oldest = f"{datetime.now(UTC) - timedelta(days=92):%Y-%m-%d}"
    days = [_form(day) for day in spending.days_of(str(user.pk), MONTHS) if day.date >= oldest]
    return UsageForm(today=today(user), days=days)


def _form(day: Day) -> UsageDay:
    return UsageDay(
        day=day.date,
        spent=money(day.sums.spent),
        reserved=money(day.sums.reserved),
        assumed=money(day.sums.assumed),
        providers={name: money(cost) for name, cost in day.sums.by.items()},
    )


def money(millionths: int) -> float:
    return millionths / UNIT
