"""What a person, and the studio, may spend: set in the admin."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db.models import Q

from pipeline.models import Ceiling
from pipeline.providers.prices import UNIT


@dataclass(frozen=True)
class Ceilings:
    """In millionths of the currency; None: no ceiling. Days and months are in UTC."""

    person_day: int | None = None
    studio_day: int | None = None
    studio_month: int | None = None


def of_studio() -> Ceilings:
    """For work that no person asked for. Queries the SQL database."""
    amounts = {kind: _millionths(amount) for kind, amount in Ceiling.objects.values_list("of", "amount")}
    return Ceilings(None, amounts.get(Ceiling.Of.STUDIO_DAY), amounts.get(Ceiling.Of.STUDIO_MONTH))


def of(user_id: str) -> Ceilings:
    """Queries the SQL database."""
    rows = Ceiling.objects.filter(Q(person=None) | Q(person__pk=user_id)).values_list("of", "amount")
    amounts = {kind: _millionths(amount) for kind, amount in rows}
    people = get_user_model()._base_manager
    is_account = people.filter(pk=user_id, is_guest=False).exists()  # a removed person counts as a guest
    usual = amounts.get(Ceiling.Of.ACCOUNT if is_account else Ceiling.Of.GUEST)
    return Ceilings(
        person_day=amounts.get(Ceiling.Of.PERSON, usual),
        studio_day=amounts.get(Ceiling.Of.STUDIO_DAY),
        studio_month=amounts.get(Ceiling.Of.STUDIO_MONTH),
    )


def _millionths(amount: Decimal) -> int:
    return int(amount * UNIT)
