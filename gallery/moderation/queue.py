"""What moderators look at next: appeals, then what was reported, then what a hint names, then what nobody has seen yet.

A moderator holds what is on their page under a lease; without it no verdict is taken.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.errors import Conflict, NotFound
from gallery.models import WAITING, Image
from gallery.moderation import appeals, verdicts
from gallery.moderation.models import Appeal, Claim
from gallery.reasons import Code
from gallery.sharing.models import Report
from gallery.translation import N_, _

LEASE = timedelta(minutes=3)
RIGHT = "change_image"
COUNTED = 1000  # pictures, at most
LOST = N_("Another moderator has this picture now.")
OWN_APPEALS = N_("Appeals against what you hid yourself: {count}. Another moderator has to decide.")
ALONE = N_("There is no other moderator: whoever runs the studio can make an account for one.")

Kind = Literal["all", "appeals", "reports", "hints", "new"]
Verdict = Literal["approve", "hide"]


@dataclass(frozen=True)
class Filters:
    kind: Kind = "all"
    person_id: uuid.UUID | None = None
    provider: str = ""
    purpose: str = ""


def claim(by: uuid.UUID, filters: Filters, count: int, passed: Sequence[uuid.UUID] = ()) -> list[Image]:
    """At most `count` for this moderator: first those that they have already. `passed`: which they have skipped.

    What they have outside the filters, as on another page of theirs, is neither returned nor renewed.
    """
    Claim.objects.filter(until__lte=timezone.now()).delete()
    sources = _sources(by, filters)
    held = _renew(by, sources, passed)
    for images in sources:
        if len(held) >= count:
            break
        free = images.filter(claim=None).exclude(pk__in=[*held, *passed])
        held += _take(by, list(free.values_list("pk", flat=True)[: count - len(held)]))
    return _in_order(_still_waiting(by, held[:count]), held)


def _renew(by: uuid.UUID, sources: Sequence[QuerySet[Image]], passed: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    mine = Claim.objects.filter(moderator_id=by).exclude(image__in=passed)
    if not (ids := list(mine.values_list("image_id", flat=True))):
        return []
    asked = {pk for images in sources for pk in images.filter(pk__in=ids).values_list("pk", flat=True)}
    mine.filter(image__in=asked).update(until=timezone.now() + LEASE)
    return [pk for pk in ids if pk in asked]


def _take(by: uuid.UUID, ids: list[uuid.UUID]) -> list[uuid.UUID]:
    """Those that no other moderator has taken first."""
    until = timezone.now() + LEASE
    claims = [Claim(image_id=each, moderator_id=by, until=until) for each in ids]
    try:
        with transaction.atomic():
            Claim.objects.bulk_create(claims, ignore_conflicts=True)
    except IntegrityError:  # one of them has just been deleted: the next request gets the others
        return []
    return list(Claim.objects.filter(image__in=ids, moderator_id=by).values_list("image_id", flat=True))


def _still_waiting(by: uuid.UUID, ids: list[uuid.UUID]) -> list[Image]:
    """Gives up the claims of what was decided or trashed meanwhile."""
    images = Image.objects.filter(pk__in=ids, stage=Image.Stage.SHOWN, trashed_at=None)
    rows = images.select_related("owner").prefetch_related("reports", "appeals")
    found = [image for image in rows if _waits(image, by)]
    Claim.objects.filter(moderator_id=by, image__in=set(ids) - {image.pk for image in found}).delete()
    return found


def _waits(image: Image, by: uuid.UUID) -> bool:
    if image.hidden:
        return image.appeal == Image.Appeal.OPEN and image.moderated_by_id != by
    return image.approved_at is None or bool(open_reports(image))


def _in_order(images: list[Image], ids: list[uuid.UUID]) -> list[Image]:
    return sorted(images, key=lambda image: ids.index(image.pk))


def _sources(by: uuid.UUID, filters: Filters) -> list[QuerySet[Image]]:
    """Each answered from an index of its own."""
    every = {
        "appeals": _filtered(_appealed(by), filters).order_by("pk"),
        "reports": _filtered(_reported(), filters).order_by("pk"),
        "hints": _filtered(_hinted(), filters).order_by("-score"),
        "new": _filtered(Image.objects.filter(WAITING), filters).order_by("pk"),
    }
    return list(every.values()) if filters.kind == "all" else [every[filters.kind]]


def _appealed(by: uuid.UUID) -> QuerySet[Image]:
    """In two queries, as `_reported`: in one, PostgreSQL may read all pictures to find these few."""
    waiting = Appeal.objects.filter(decided_at=None).order_by("pk").values_list("image_id", flat=True)
    return Image.objects.filter(appeals.decidable(by), stage=Image.Stage.SHOWN, pk__in=list(waiting[:COUNTED]))


def _reported() -> QuerySet[Image]:
    reported = Report.objects.filter(handled_at=None).values_list("image_id", flat=True).distinct()
    return Image.objects.filter(pk__in=list(reported[:COUNTED]), stage=Image.Stage.SHOWN, hidden=False, trashed_at=None)


def _hinted() -> QuerySet[Image]:
    return Image.objects.filter(WAITING, score__gte=settings.SCREENING_THRESHOLD)


def _filtered(images: QuerySet[Image], filters: Filters) -> QuerySet[Image]:
    asked = {"owner__pk": filters.person_id, "provider": filters.provider, "purpose": filters.purpose}
    return images.filter(**{name: value for name, value in asked.items() if value})


def waiting(by: uuid.UUID) -> dict[str, int]:
    return {
        "appeals": _appealed(by).count(),
        "reports": _reported().count(),
        "hints": _hinted()[:COUNTED].count(),
        "new": Image.objects.filter(WAITING)[:COUNTED].count(),
    }


def notice(by: uuid.UUID) -> str:
    """About appeals that this moderator may not decide; "" where there is none."""
    own = Image.objects.filter(
        hidden=True, appeal=Image.Appeal.OPEN, trashed_at=None, stage=Image.Stage.SHOWN, moderated_by=by
    )
    waiting = Appeal.objects.filter(decided_at=None).order_by("pk").values_list("image_id", flat=True)[:COUNTED]
    count = own.filter(pk__in=list(waiting)).count()
    if not count:
        return ""
    text = _(OWN_APPEALS).format(count=count)
    return text if _others_may_decide(by) else f"{text} {_(ALONE)}"


def _others_may_decide(by: uuid.UUID) -> bool:
    by_right = Q(groups__permissions__codename=RIGHT) | Q(user_permissions__codename=RIGHT) | Q(is_superuser=True)
    staff = get_user_model()._base_manager.filter(by_right, is_staff=True, is_active=True)
    return staff.exclude(pk=by).exists()


def release(by: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    Claim.objects.filter(moderator_id=by, image__in=ids).delete()


@transaction.atomic
def decide(by: uuid.UUID, image_id: uuid.UUID, verdict: Verdict, code: Code, words: str) -> None:
    """Raises `Conflict` where another moderator has it, `NotFound` where there is nothing left to decide."""
    if not Claim.objects.select_for_update().filter(image=image_id, moderator_id=by).exists():
        raise Conflict(_(LOST))
    Claim.objects.filter(image=image_id).delete()
    image = Image.objects.filter(pk=image_id).first()
    if image is None or not _decided(image, by, verdict, code, words):
        raise NotFound()


def _decided(image: Image, by: uuid.UUID, verdict: Verdict, code: Code, words: str) -> bool:
    if image.appeal == Image.Appeal.OPEN:
        return appeals.decide(image, by, accept=verdict == "approve")
    if verdict == "hide":
        return bool(verdicts.hide([image], words, by, code))
    return bool(verdicts.approve_shown([image], by))


def open_appeal(image: Image) -> Appeal | None:
    return next((appeal for appeal in image.appeals.all() if appeal.decided_at is None), None)


def open_reports(image: Image) -> list[Report]:
    return [report for report in image.reports.all() if report.handled_at is None]
