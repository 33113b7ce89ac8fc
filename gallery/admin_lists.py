"""Long lists in the admin, answered from indexes."""

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.ids import first_id
from gallery.models import Image

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Image]
    Pages = Paginator[Any]
else:
    Admin, Pages = admin.ModelAdmin, Paginator

COUNTED = 5_000  # rows, at most; what is older is found by filters and by its words
PROVIDERS = 50
# Steps along the index from each name to the next one: DISTINCT would read every row.
KNOWN = """
    WITH RECURSIVE known(provider) AS (
        SELECT min(provider) FROM gallery_image WHERE stage = 'shown'
        UNION ALL
        SELECT (SELECT min(provider) FROM gallery_image WHERE stage = 'shown' AND provider > known.provider)
        FROM known WHERE known.provider IS NOT NULL
    )
    SELECT provider FROM known WHERE provider <> '' LIMIT %s
"""


class FirstPages(Pages):
    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages through nothing else
        return rows.values("pk")[:COUNTED].count()


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    rules: dict[str, dict[str, bool | None]] = {
        "unseen": {"hidden": False, "trashed_at": None, "approved_at": None},
        "approved": {"hidden": False, "trashed_at": None, "approved_at__isnull": False},
        "hidden": {"hidden": True},
        "deleted": {"trashed_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        return [
            ("unseen", _("not looked at yet")),
            ("approved", _("approved")),
            ("hidden", _("hidden")),
            ("deleted", _("in the owner's trash")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        return queryset.filter(**self.rules.get(self.value() or "", {}))


class ProviderFilter(admin.SimpleListFilter):
    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(KNOWN, [PROVIDERS])
            return [(name, name) for (name,) in cursor.fetchall()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        return queryset.filter(provider=self.value()) if self.value() else queryset


class MadeFilter(admin.SimpleListFilter):
    """By the ids, which begin with the time when they were made."""

    title = _("made")
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        return [("1", _("in the last day")), ("7", _("in the last week")), ("30", _("in the last 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Image]) -> QuerySet[Image]:
        if self.value() not in ("1", "7", "30"):
            return queryset
        return queryset.filter(pk__gte=first_id(timezone.now() - timedelta(days=int(self.value() or 1))))
