"""People, for staff, who can block them and change nothing else."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.admin_lists import FirstPages
from project.about_people import about
from project.accounts import blocking
from project.models import User

if TYPE_CHECKING:
    Base = admin.ModelAdmin[User]
else:
    Base = admin.ModelAdmin

MAX_PEOPLE = 100


class BlockForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("The person reads it."))
    days = forms.ChoiceField(
        label=_("Days"),
        choices=[("1", _("a day")), ("7", _("a week")), ("30", _("30 days")), ("", _("until somebody unblocks"))],
        required=False,
    )


class BlockedFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[User]") -> list[tuple[str, str]]:
        return [("blocked", gettext("blocked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() != "blocked":
            return queryset
        lasting = Q(blocked_until=None) | Q(blocked_until__gt=timezone.now())
        return queryset.filter(lasting, blocked_at__isnull=False)


@admin.register(User)
class UserAdmin(Base):
    list_display = ("username", "kind", "state", "date_joined", "last_seen")
    list_filter = (BlockedFilter, "is_guest", "is_staff")
    list_per_page = 50
    show_full_result_count = False
    paginator = FirstPages
    search_fields = ("username", "email")
    ordering = ("-pk",)
    actions = ("block", "unblock")
    fields = ("username", "email", "kind", "state", "block_reason", "blocked_at", "date_joined", "last_seen")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(removal_began_at=None, holds_evidence=False)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """No others: a URL could find out password hashes, letter by letter."""
        return lookup in ("is_guest__exact", "is_staff__exact")

    def get_urls(self) -> list[URLPattern]:
        block = self.admin_site.admin_view(self.block_view)
        return [path("<uuid:user_id>/block/", block, name="project_user_block"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        person = self.get_object(request, unquote(object_id))
        found: dict[str, object] = {"shows_pictures": request.user.has_perm("gallery.view_image")}
        if person is not None and self.has_view_permission(request, person):
            found |= {"about": about(person)}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | found)

    def block_view(self, request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
        """For the moderators' queue."""
        person = self.get_queryset(request).filter(pk=user_id).first()
        if request.method != "POST" or not self.has_block_permission(request):
            raise PermissionDenied
        form = BlockForm(request.POST)
        if person is None or not form.is_valid():
            return JsonResponse({"message": _("This cannot be done: say why.")}, status=422)
        if not self._block([person], form, request):
            return JsonResponse({"message": _("Staff cannot be blocked.")}, status=422)
        return JsonResponse({})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_block_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("project.block_user")

    @admin.display(description=_("kind"))
    def kind(self, user: User) -> str:
        if user.is_staff:
            return gettext("staff")
        return gettext("guest") if user.is_guest else gettext("account")

    @admin.display(description=_("state"))
    def state(self, user: User) -> str:
        if not user.is_blocked:
            return gettext("free")
        if user.blocked_until is None:
            return gettext("blocked")
        return gettext("blocked until {when} UTC").format(when=f"{user.blocked_until:%Y-%m-%d %H:%M}")

    @admin.action(description=_("Block, with a reason"), permissions=["block"])
    def block(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        people = self._selected(request, queryset)
        if not people:
            return None
        form = BlockForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, form, people)
        blocked = self._block(people, form, request)
        self.message_user(request, gettext("Blocked: {count}.").format(count=len(blocked)), messages.SUCCESS)
        if len(blocked) < len(people):
            self.message_user(request, gettext("Staff cannot be blocked."), messages.WARNING)
        return None

    @admin.action(description=_("Unblock"), permissions=["block"])
    def unblock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        unblocked = blocking.unblock(self._selected(request, queryset), by=request.user.pk)
        for person in unblocked:
            self.log_change(request, person, "Unblocked")
        self.message_user(request, gettext("Unblocked: {count}.").format(count=len(unblocked)), messages.SUCCESS)

    def _block(self, people: list[User], form: BlockForm, request: HttpRequest) -> list[User]:
        reason, days = form.cleaned_data["reason"], form.cleaned_data["days"]
        until = timezone.now() + timedelta(days=int(days)) if days else None
        blocked = blocking.block(people, reason, until, by=request.user.pk)
        for person in blocked:
            self.log_change(request, person, f"Blocked for {days or 'unlimited'} days: {reason}")
        return blocked

    def _selected(self, request: HttpRequest, queryset: QuerySet[User]) -> list[User]:
        """Empty, with a message to the moderator, when there are too many."""
        people = list(queryset[: MAX_PEOPLE + 1])
        if len(people) <= MAX_PEOPLE:
            return people
        self.message_user(request, gettext("At most {count} people at once.").format(count=MAX_PEOPLE), messages.ERROR)
        return []

    def _ask(self, request: HttpRequest, form: BlockForm, people: list[User]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": gettext("Block people"),
            "opts": self.opts,
            "form": form,
            "people": people,
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/project/user/block.html", context)
