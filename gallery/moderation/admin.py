"""The moderators' record, read-only."""

import uuid
from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from gallery import reasons
from gallery.admin_lists import FirstPages
from gallery.moderation.models import Act

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Act]
else:
    Base = admin.ModelAdmin


@admin.register(Act)
class ActAdmin(Base):
    list_display = ("when", "moderator", "kind", "why", "picture", "person")
    list_filter = ("kind",)
    sortable_by = ()  # it is long, and has an index for its own order alone
    list_per_page = 50
    show_full_result_count = False
    paginator = FirstPages
    ordering = ("-pk",)
    fields = (
        "at", "moderator", "moderator_id", "kind", "picture", "image_id", "person", "person_id", "code", "words", "before",
        "after", "waited_s",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Act | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Act | None = None) -> bool:
        return False

    @admin.display(description=_("at"))
    def when(self, act: Act) -> str:
        return date_format(localtime(act.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("reason"))
    def why(self, act: Act) -> str:
        label = str(_(reasons.LABELS[act.code])) if act.code in reasons.LABELS else act.code
        return ": ".join(filter(None, (label, act.words)))

    @admin.display(description=_("picture"))
    def picture(self, act: Act) -> str:
        return _link("admin:gallery_image_change", act.image_id)

    @admin.display(description=_("person"))
    def person(self, act: Act) -> str:
        return _link("admin:project_user_change", act.person_id)


def _link(name: str, of: uuid.UUID | None) -> str:
    """Shows the end of the id, whose beginning is only a time. What it links to may be gone."""
    if of is None:
        return ""
    text = f"…{of.hex[-8:]}"
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[of]), text)
    except NoReverseMatch:  # the page for people is the project's
        return text
