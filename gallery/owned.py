"""All pictures of one person: to take along, and to be removed with the person."""

import uuid
from collections.abc import Iterator

from django.db.models import F, QuerySet
from django.utils import timezone

from gallery.changes import not_purged
from gallery.models import Album, AlbumImage, Image, Reference
from gallery.sharing.models import Share

BATCH = 100


def pictures(owner_id: uuid.UUID) -> Iterator[Image]:
    """Masks, and what is hidden or in the trash, too; oldest first. What comes or goes meanwhile may be among them or not."""
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
    """Nobody sees any of them from now on. Messages are not told: they go with the person."""
    not_purged().filter(owner__pk=owner_id, trashed_at=None).update(trashed_at=timezone.now())


def evidence(owner_id: uuid.UUID) -> QuerySet[Image]:
    """What a moderator hid."""
    return Image.objects.filter(owner__pk=owner_id, stage=Image.Stage.SHOWN, hidden=True)


def keep_evidence(owner_id: uuid.UUID, holder_id: uuid.UUID) -> None:
    """Hand it over to `holder_id`, without what the person called it and where it belonged; the prompt is a part of it."""
    AlbumImage.objects.filter(album__owner__pk=owner_id).delete()
    Reference.objects.filter(image__owner__pk=owner_id).delete()
    Share.objects.filter(image__owner__pk=owner_id).delete()
    evidence(owner_id).update(
        owner=holder_id,
        message_id=None,
        session_id="",
        parent=None,
        title="",
        request="",
        words=None,  # maintenance writes those that are left
        digest="",
        favorite=False,
        trashed_at=None,
        url_epoch=F("url_epoch") + 1,  # nobody's address opens it again, even if a moderator approves it
    )
