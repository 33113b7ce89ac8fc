"""All pictures of one person, for the export and the removal of the person."""

import uuid
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.changes import not_purged
from gallery.models import EVIDENCE, Album, AlbumImage, Image, Reference
from gallery.moderation.models import Appeal
from gallery.sharing.models import Share

BATCH = 100


def pictures(owner_id: uuid.UUID) -> Iterator[Image]:
    """Oldest first; also masks, and hidden and trashed ones."""
    rows = not_purged().exclude(stage=Image.Stage.DRAFT).filter(owner__pk=owner_id).order_by("pk")
    after = uuid.UUID(int=0)
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        yield from batch
        after = batch[-1].pk


def albums(owner_id: uuid.UUID) -> Iterator[dict[str, object]]:
    for album in Album.objects.filter(owner__pk=owner_id).order_by("pk"):
        pictures = album.places.order_by("image_id").values_list("image_id", flat=True)
        yield {"id": album.pk, "title": album.title, "created_at": album.created_at, "pictures": list(pictures)}


def conceal(owner_id: uuid.UUID) -> None:
    """Nobody sees any of them from now on. Their messages get no event: they are removed with the person."""
    not_purged().filter(owner__pk=owner_id, trashed_at=None).update(trashed_at=timezone.now())


def evidence(owner_id: uuid.UUID) -> QuerySet[Image]:
    """What a moderator hid, even if its owner has deleted it since."""
    return Image.objects.filter(owner__pk=owner_id, hidden=True).exclude(stage=Image.Stage.DRAFT)


def keep_evidence(owner_id: uuid.UUID, holder_id: uuid.UUID) -> None:
    """Hand all of it over to `holder_id`."""
    _hand_over(evidence(owner_id), holder_id)


def deleted_evidence(limit: int) -> list[uuid.UUID]:
    """Of pictures that their owners have deleted for good, once that is announced."""
    announced = Q(message_id=None) | Q(announced_rev__gte=F("rev"))
    found = Image.objects.filter(announced, EVIDENCE, stage=Image.Stage.PURGING).order_by("created_at")
    return list(found.values_list("pk", flat=True)[:limit])


def keep_deleted_evidence(ids: Sequence[uuid.UUID], holder_id: uuid.UUID) -> None:
    """Safe to repeat."""
    _hand_over(Image.objects.filter(EVIDENCE, pk__in=ids, stage=Image.Stage.PURGING), holder_id)


@transaction.atomic
def _hand_over(rows: QuerySet[Image], holder_id: uuid.UUID) -> None:
    """Without the person's title, request, albums and shares; the prompt is part of the evidence."""
    ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    AlbumImage.objects.filter(image__in=ids).delete()
    Share.objects.filter(image__in=ids).delete()
    Appeal.objects.filter(image__in=ids).delete()
    Reference.objects.filter(Q(image__in=ids) | Q(source__in=ids)).delete()
    Image.objects.filter(parent__in=ids).update(parent=None)
    Image.objects.filter(pk__in=ids).update(
        owner=holder_id,
        stage=Image.Stage.SHOWN,
        message_id=None,
        session_id="",
        parent=None,
        title="",
        request="",
        words=None,  # maintenance writes those that are left
        digest="",
        favorite=False,
        appeal="",
        trashed_at=None,
        url_epoch=F("url_epoch") + 1,  # no older address opens it again
    )
