"""The record, to be read."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from gallery.admin_lists import FirstPages
from gallery.moderation.models import Act

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Act]  # only the type checker can subscript it
else:
    Base = admin.ModelAdmin


@admin.register(Act)
class ActAdmin(Base):
    list_display = ("at", "moderator", "kind", "code", "words", "image_id", "person_id")
    list_filter = ("kind",)
    list_per_page = 50
    show_full_result_count = False
    paginator = FirstPages
    ordering = ("-pk",)
    fields = (
        "at", "moderator", "moderator_id", "kind", "image_id", "person_id", "code", "words", "before", "after", "waited_s",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Act | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Act | None = None) -> bool:
        return False
