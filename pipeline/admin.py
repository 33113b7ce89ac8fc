"""For operators: spending ceilings, what was spent, and the state of the providers."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from pipeline import provider_status
from pipeline.models import Ceiling
from pipeline.providers import table
from pipeline.providers.prices import UNIT
from pipeline.store import spending
from pipeline.store.spending import Sums

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Ceiling]
else:
    Base = admin.ModelAdmin

PEOPLE = 50  # who spent most
Row = tuple[str, Sums]


@admin.register(Ceiling)
class CeilingAdmin(Base):
    list_display = ("of", "person", "amount")
    list_select_related = ("person",)
    ordering = ("of", "pk")
    fields = ("of", "person", "amount")
    autocomplete_fields = ("person",)
    change_list_template = "admin/pipeline/ceiling/list.html"

    def get_urls(self) -> list[URLPattern]:
        spent = self.admin_site.admin_view(self.spending)
        providers = self.admin_site.admin_view(self.providers)
        return [
            path("spending/", spent, name="pipeline_ceiling_spending"),
            path("providers/", providers, name="pipeline_ceiling_providers"),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False

    def spending(self, request: HttpRequest) -> HttpResponse:
        """One month: by day, by provider, and by the people who spent most."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        month = _month(request.GET.get("month", ""))
        days = spending.month_of_studio(month)
        total = spending.total(days)
        context = self.admin_site.each_context(request) | {
            "title": _("Spending"),
            "opts": self.opts,
            "month": month,
            "before": _month_before(month),
            "currency": settings.PRICES.currency,
            "days": [_row(day.date, day.sums) for day in days],
            "total": _row("", total),
            "providers": [(name, cost / UNIT) for name, cost in sorted(total.by.items())],
            "people": [_row(*row) for row in _named(spending.dearest_people(month, PEOPLE))],
        }
        return TemplateResponse(request, "admin/pipeline/ceiling/spending.html", context)

    def providers(self, request: HttpRequest) -> HttpResponse:
        """A POST also checks whether they can be reached."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = provider_status.of_all()
        reachable = provider_status.reachable(found) if request.method == "POST" else {}
        context = self.admin_site.each_context(request) | {
            "title": _("Providers"),
            "opts": self.opts,
            "currency": settings.PRICES.currency,
            "providers": [
                {
                    "of": each,
                    "spoken": _(table.SPOKEN[each.name]),
                    "cost": each.cost / UNIT,
                    "reachable": reachable.get(each.name),
                }
                for each in found
            ],
        }
        return TemplateResponse(request, "admin/pipeline/ceiling/providers.html", context)


def _row(name: str, sums: Sums) -> dict[str, object]:
    amounts = {"spent": sums.spent, "reserved": sums.reserved, "assumed": sums.assumed}
    return {"name": name, **{of: amount / UNIT for of, amount in amounts.items()}}


def _named(people: list[Row]) -> list[Row]:
    """With the names of the accounts that still exist."""
    found = get_user_model()._base_manager.in_bulk([UUID(user_id) for user_id, _sums in people])
    names = {str(pk): user.get_username() for pk, user in found.items()}
    return [(names.get(user_id, _("removed")), sums) for user_id, sums in people]


def _month(asked: str) -> str:
    year, _dash, month = asked.partition("-")
    valid = year.isdecimal() and month.isdecimal() and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12
    return asked if valid and asked.isascii() else spending.this_month()


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04}-{12 if number == 1 else number - 1:02}"
