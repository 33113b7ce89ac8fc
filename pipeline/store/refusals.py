"""The error of a ceiling that is reached: what is left, and when it refills."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from gallery.errors import Budget
from gallery.translation import N_, _
from pipeline.providers.prices import UNIT

PERSON_DAY, STUDIO_DAY, STUDIO_MONTH = "person_day", "studio_day", "studio_month"
_SENTENCES = {
    PERSON_DAY: N_(
        "This may cost up to {cost}, and of your {ceiling} for today {left} are left. They refill at midnight, UTC."
    ),
    STUDIO_DAY: N_(
        "This may cost up to {cost}, and of the studio's {ceiling} for today {left} are left. They refill at midnight, UTC."
    ),
    STUDIO_MONTH: N_(
        "This may cost up to {cost}, and of the studio's {ceiling} for this month {left} are left. They refill on the first "
        "of the next, UTC."
    ),
}
_NOTHING = N_("This may cost up to {cost}, and this studio makes nothing that costs for you.")


@dataclass(frozen=True)
class Left:
    """In millionths of the currency."""

    whose: str
    ceiling: int
    amount: int


def reached(left: Left, cost: int) -> Budget:
    if left.ceiling == 0:
        return Budget(_(_NOTHING).format(cost=in_words(cost)))
    said = _(_SENTENCES[left.whose]).format(
        cost=in_words(cost), ceiling=in_words(left.ceiling), left=in_words(max(0, left.amount), down=True)
    )
    wait = (refills_at(left.whose) - datetime.now(UTC)).total_seconds()
    return Budget(said, retry_after=max(1.0, round(wait)))


def refills_at(whose: str) -> datetime:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if whose != STUDIO_MONTH:
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)


def in_words(amount: int, *, down: bool = False) -> str:
    """Such as "USD 0.07": rounded up to cents; what is left is rounded down."""
    cents = amount * 100 // UNIT if down else -(-amount * 100 // UNIT)
    return f"{settings.PRICES.currency} {cents / 100:.2f}"
