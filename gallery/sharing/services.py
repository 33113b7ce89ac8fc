"""Shares of pictures, and reports about them."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from gallery import owners, policy
from gallery.changes import change
from gallery.errors import Conflict, NotFound
from gallery.models import Image
from gallery.services import UUID, own
from gallery.sharing import links
from gallery.sharing.models import Report, Share
from gallery.translation import N_, _

OF_PICTURE = 20
OF_PERSON = 500
REPORTS = 100  # of one picture; more would tell a moderator nothing
MANY_OF_PICTURE = N_("This picture has {count} links, as many as there may be: end one that you do not need.")
MANY_OF_PERSON = N_("You have {count} links, as many as there may be: end some that you do not need.")
KEPT = timedelta(days=1)  # after its end, for a report that is being written


def create(owner_id: uuid.UUID, image_id: str, lasts: timedelta | None) -> Share:
    """`lasts`: None for without an end. Raises `NotFound`, `Conflict`, `Unauthorized`."""
    with transaction.atomic():
        owners.lock(owner_id)
        image = _own(owner_id, image_id).select_for_update(no_key=True).first()
        if image is None:
            raise NotFound()
        if image.state != "shown" or image.stage != Image.Stage.SHOWN:
            raise Conflict(_("Only a picture that is shown can be shared."))
        live = Share.objects.live()
        if live.filter(image=image).count() >= OF_PICTURE:
            raise Conflict(_(MANY_OF_PICTURE).format(count=OF_PICTURE))
        if live.filter(image__owner__pk=owner_id).count() >= OF_PERSON:
            raise Conflict(_(MANY_OF_PERSON).format(count=OF_PERSON))
        until = None if lasts is None else timezone.now() + lasts
        return Share.objects.create(image=image, url_epoch=image.url_epoch, expires_at=until)


def of_picture(owner_id: uuid.UUID, image_id: str) -> list[Share]:
    """Those that have not ended, newest first. Raises `NotFound`."""
    image = _own(owner_id, image_id).first()
    if image is None:
        raise NotFound()
    return list(Share.objects.live().filter(image=image).order_by("-pk"))


def revoke(owner_id: uuid.UUID, share_id: str) -> None:
    """Safe to repeat. Raises `NotFound`."""
    mine = Share.objects.filter(image__owner__pk=owner_id)
    mine = mine.filter(pk=share_id) if UUID.fullmatch(share_id) else mine.none()
    if not mine.exists():
        raise NotFound()
    mine.filter(revoked_at=None).update(revoked_at=timezone.now())


def renew_links(owner_id: uuid.UUID, image_id: str) -> Image:
    """Every address that this picture has had answers 404 from now on, its shares' too. Raises `NotFound`."""
    with transaction.atomic():
        change(_own(owner_id, image_id), url_epoch=F("url_epoch") + 1)
        image = _own(owner_id, image_id).first()
        if image is None:
            raise NotFound()
        image.shares.filter(revoked_at=None).update(revoked_at=timezone.now())
    return image


def find(token: str) -> Share:
    """With its picture, for anybody. Raises `NotFound`, also where the picture is hidden, trashed or awaits approval, or its
    owner is blocked or leaving."""
    shares = Share.objects.live().select_related("image__owner")
    share = shares.defer("image__words", "image__request", "image__prompt").filter(pk=links.read(token)).first()
    if share is None or share.image.state != "shown" or share.image.stage != Image.Stage.SHOWN:
        raise NotFound()
    if policy.awaits_approval(share.image):
        raise NotFound()
    owner = share.image.owner
    if not owner.is_active or owner.is_blocked:
        raise NotFound()
    return share


def report(share: Share, reporter: str, reason: str, text: str) -> None:
    """`reporter`: a second report is ignored. Past REPORTS none is kept."""
    if Report.objects.filter(image=share.image).count() >= REPORTS:
        return
    new = Report(image=share.image, share=share, reporter=reporter, reason=reason, text=text)
    Report.objects.bulk_create([new], ignore_conflicts=True)


def of_person(owner_id: uuid.UUID) -> Iterator[dict[str, object]]:
    """For the export: those that have ended, too."""
    for share in Share.objects.filter(image__owner__pk=owner_id).order_by("pk"):
        times: dict[str, datetime | None] = {
            "created_at": share.created_at,
            "expires_at": share.expires_at,
            "revoked_at": share.revoked_at,
        }
        yield {"id": share.pk, "picture": share.image_id, "url": links.path(share.pk), **times}


def remove_ended(limit: int) -> None:
    before = timezone.now() - KEPT
    for ended in ({"expires_at__lt": before}, {"revoked_at__lt": before}):
        ids = list(Share.objects.filter(**ended).values_list("pk", flat=True)[:limit])
        Share.objects.filter(pk__in=ids, **ended).delete()


def remove_handled_reports(limit: int, older_than: timedelta) -> None:
    handled = Report.objects.filter(handled_at__lt=timezone.now() - older_than)
    ids = list(handled.values_list("pk", flat=True)[:limit])
    handled.filter(pk__in=ids).delete()


def _own(owner_id: uuid.UUID, image_id: str) -> QuerySet[Image]:
    return own(owner_id, image_id).exclude(purpose=Image.Purpose.MASK)
