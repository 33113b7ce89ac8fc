"""The moderators' queue in the admin: `/admin/queue/`."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gallery import reasons, views
from gallery.errors import BadInput, StudioError
from gallery.models import Image
from gallery.moderation import queue
from gallery.moderation.models import Act
from gallery.reasons import Code
from gallery.services import UUID
from gallery.sharing.models import Report
from gallery.sharing.views import REASONS as REPORTED
from gallery.translation import _

B = TypeVar("B", bound=BaseModel)
View = Callable[..., HttpResponseBase]
AHEAD = 6
PASSED = 500  # pictures that a page has skipped, at most

Words = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class ClaimBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: queue.Kind = "all"
    person: Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00]*$")] = ""  # a name
    provider: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] = ""
    purpose: Annotated[str, StringConstraints(pattern=r"^(made|photo)?$")] = ""
    passed: Annotated[list[uuid.UUID], Field(max_length=PASSED)] = []


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    verdict: queue.Verdict
    code: Code = reasons.OTHER
    words: Words = ""


def for_moderators(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
        if not request.user.has_perm("gallery.change_image"):
            raise PermissionDenied
        try:
            return view(request, **named)
        except StudioError as error:
            return JsonResponse(error.public(), status=error.status)

    return guarded


def read(request: HttpRequest, kind: type[B]) -> B:
    """Raises `BadInput`."""
    try:
        return kind.model_validate_json(request.body)
    except ValidationError:
        raise BadInput() from None


@for_moderators
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    studio = {
        "reasons": [
            {"code": code, "label": _(reasons.LABELS[code]), "sentence": _(sentence)}
            for code, sentence in reasons.SENTENCES.items()
        ],
        "can_block": request.user.has_perm("project.block_user"),
    }
    context = admin.site.each_context(request) | {
        "title": _("Queue"),
        "is_nav_sidebar_enabled": False,
        "studio": studio,
    }
    return render(request, "moderation/queue.html", context)


@for_moderators
@require_POST
def claim(request: HttpRequest) -> HttpResponse:
    body, by = read(request, ClaimBody), _me(request)
    owner = get_user_model()._base_manager.filter(username=body.person).first() if body.person else None
    if body.person and owner is None:
        return JsonResponse({"items": [], **_waiting(by)})
    filters = queue.Filters(body.kind, owner.pk if owner else None, body.provider, body.purpose)
    images = queue.claim(by, filters, AHEAD, body.passed)
    return JsonResponse({"items": [_item(image) for image in images], **_waiting(by)})


@for_moderators
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    body = read(request, Decision)
    queue.decide(_me(request), body.id, body.verdict, body.code, body.words)
    return JsonResponse({})


@for_moderators
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Others may get at once what a moderator leaves undecided. A form, which a page can send while it closes."""
    given = request.POST.getlist("id")[:PASSED]
    queue.release(_me(request), [uuid.UUID(each) for each in given if UUID.fullmatch(each)])
    return JsonResponse({})


@for_moderators
@require_GET
def picture(request: HttpRequest, image_id: uuid.UUID) -> HttpResponseBase:
    """As large as it is, even if it is hidden."""
    return views.send(request, get_object_or_404(Image, pk=image_id, stage=Image.Stage.SHOWN), "full")


def _me(request: HttpRequest) -> uuid.UUID:
    if request.user.pk is None:
        raise PermissionDenied
    return request.user.pk


def _waiting(by: uuid.UUID) -> dict[str, object]:
    return {"waiting": queue.waiting(by), "notice": queue.notice(by)}


def _item(image: Image) -> dict[str, object]:
    appeal = queue.open_appeal(image)
    hidden = reasons.SENTENCES.get(image.hidden_code, "") if image.hidden else ""
    return {
        "id": str(image.pk),
        "url": reverse("queue_picture", args=[image.pk]),
        "width": image.width,
        "height": image.height,
        "title": image.title,
        "request": image.request,
        "prompt": image.prompt,
        "provider": image.provider,
        "intent": image.intent,
        "purpose": image.purpose,
        "created_at": image.created_at,
        "score": image.score,
        "person": _person(image),
        "reports": [
            {"reason": _(REPORTED[Report.Reason(report.reason)]), "text": report.text}
            for report in queue.open_reports(image)
        ],
        "appeal": appeal and {"text": appeal.text, "created_at": appeal.created_at},
        "hidden": hidden and f"{_(hidden)} {image.hidden_words}".strip(),
    }


def _person(image: Image) -> dict[str, object]:
    owner = image.owner
    others = Act.objects.filter(person_id=owner.pk, kind=Act.Kind.HIDE).exclude(image_id=image.pk)
    hidden = others[: queue.COUNTED].count()
    return {
        "id": str(owner.pk),
        "name": owner.get_username(),
        "hidden_before": hidden,
        "block": _url("admin:project_user_block", owner.pk),
        "page": _url("admin:project_user_change", owner.pk),
    }


def _url(name: str, of: uuid.UUID) -> str:
    """Of a page that the project may have: "" if not."""
    try:
        return reverse(name, args=[of])
    except NoReverseMatch:
        return ""


urlpatterns = [
    path("", admin.site.admin_view(page), name="queue"),
    path("claim/", admin.site.admin_view(claim), name="queue_claim"),
    path("decide/", admin.site.admin_view(decide), name="queue_decide"),
    path("release/", admin.site.admin_view(release), name="queue_release"),
    path("<uuid:image_id>/picture/", admin.site.admin_view(picture, cacheable=True), name="queue_picture"),
]
