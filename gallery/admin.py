"""Moderation: hide or approve pictures. Nothing else can be changed here."""

import uuid
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery import fulltext, reasons, views, words
from gallery.admin_lists import FirstPages, MadeFilter, ProviderFilter, StateFilter
from gallery.errors import StudioError
from gallery.models import Image
from gallery.moderation import verdicts

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Image]  # only the type checker can subscript it
else:
    Base = admin.ModelAdmin

MAX_SELECTED = 500  # pictures in one action
FOUND = 1000  # pictures of one search, the newest


class HideForm(forms.Form):
    code = forms.ChoiceField(
        label=_("Reason"),
        choices=[(code, _(sentence)) for code, sentence in reasons.SENTENCES.items()],
        initial=reasons.OTHER,
    )
    reason = forms.CharField(
        label=_("In your words"), max_length=500, required=False, help_text=_("The owner reads both. May be empty.")
    )


@admin.register(Image)
class ImageAdmin(Base):
    list_display = ("thumbnail", "prompt_excerpt", "owner", "state", "created_at")
    list_filter = (StateFilter, "purpose", ProviderFilter, MadeFilter)
    list_select_related = ("owner",)
    list_per_page = 50
    show_full_result_count = False
    paginator = FirstPages
    search_fields = ("owner__username",)  # only brings the search field: see get_search_results
    search_help_text = _("Words of the title, the request or the prompt, or the whole name of a person.")
    ordering = ("-pk",)
    actions = ("approve", "hide")
    fields = (
        "thumbnail", "state", "hidden_code", "hidden_words", "hidden_reason", "appeal", "approved_at", "moderated_by",
        "owner", "purpose", "title", "prompt", "intent", "provider", "width", "height", "message_id", "session_id",
        "trashed_at", "created_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        return super().get_queryset(request).filter(stage=Image.Stage.SHOWN)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Image], search_term: str
    ) -> tuple[QuerySet[Image], bool]:
        """From an index: the newest pictures with these words, or a person's."""
        if not search_term.strip():
            return queryset, False
        if owner := get_user_model()._base_manager.filter(username=search_term.strip()).first():
            return queryset.filter(owner=owner), False
        found = fulltext.ids(queryset.order_by(), None, words.searched(search_term), "-pk", FOUND)
        return queryset.filter(pk__in=found), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """For the actions on the list; a single picture cannot be edited."""
        return obj is None and super().has_change_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.thumbnail_view)
        return [path("<uuid:image_id>/thumbnail/", view, name="gallery_image_thumbnail"), *super().get_urls()]

    def thumbnail_view(self, request: HttpRequest, image_id: uuid.UUID) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(self.get_queryset(request), pk=image_id)
        try:
            return views.send(request, image, "thumbnail")
        except StudioError as error:
            return views.failure(error)

    @admin.display(description=_("picture"))
    def thumbnail(self, image: Image) -> SafeString:
        url = reverse("admin:gallery_image_thumbnail", args=[image.pk], current_app=self.admin_site.name)
        return format_html(
            '<img src="{}" alt="{}" height="96" loading="lazy">', url, image.title or gettext("untitled")
        )

    @admin.display(description=_("prompt"))
    def prompt_excerpt(self, image: Image) -> str:
        text = image.prompt or image.title
        return text if len(text) <= 200 else text[:200] + "…"

    @admin.display(description=_("state"))
    def state(self, image: Image) -> str:
        if image.hidden and image.state == "deleted":
            return gettext("deleted, hidden")
        if image.state == "shown" and image.approved_at:
            return gettext("approved")
        return {"shown": gettext("shown"), "hidden": gettext("hidden"), "deleted": gettext("deleted")}[image.state]

    @admin.action(description=_("Approve (show it again, if it is hidden)"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        if images := self._selected(request, queryset):
            approved = verdicts.approve(images, by=request.user.pk)
            self.message_user(request, gettext("Approved: {count}.").format(count=len(approved)), messages.SUCCESS)
            if len(approved) < len(images):
                self.message_user(
                    request, gettext("An appeal is decided in the queue, by another moderator."), messages.WARNING
                )

    @admin.action(description=_("Hide, with a reason"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Image]) -> HttpResponse | None:
        images = self._selected(request, queryset)
        if not images:
            return None
        form = HideForm(request.POST if "code" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, form, images)
        hidden = verdicts.hide(images, form.cleaned_data["reason"], request.user.pk, form.cleaned_data["code"])
        self.message_user(request, gettext("Hidden: {count}.").format(count=len(hidden)), messages.SUCCESS)
        return None

    def _selected(self, request: HttpRequest, queryset: QuerySet[Image]) -> list[Image]:
        images = list(queryset[: MAX_SELECTED + 1])
        if len(images) <= MAX_SELECTED:
            return images
        self.message_user(
            request, gettext("At most {count} pictures at once.").format(count=MAX_SELECTED), messages.ERROR
        )
        return []

    def _ask(self, request: HttpRequest, form: HideForm, images: list[Image]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": gettext("Hide pictures"),
            "opts": self.opts,
            "form": form,
            "images": [(image, self.thumbnail(image)) for image in images],
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/gallery/image/hide.html", context)
