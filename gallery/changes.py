"""Changes of what is shown of a picture; each raises the row's `rev`."""

from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet

from gallery.models import UNANNOUNCED, Image
from gallery.signals import image_changed
from gallery.snapshot import Snapshot

BATCH = 200  # rows in one transaction


def snapshot(image: Image) -> Snapshot:
    found: Snapshot = {
        "id": str(image.pk),
        "state": image.state,
        "width": image.width,
        "height": image.height,
        "placeholder": image.placeholder if image.state == "shown" else "",
        "epoch": image.url_epoch,
        "rev": image.rev,
        "appeal": image.appeal,  # type: ignore[typeddict-item]  # the row's choices
    }
    if image.hidden:
        found |= {"hidden_code": image.hidden_code, "hidden_words": image.hidden_words}
    return found


def not_purged() -> QuerySet[Image]:
    return Image.objects.exclude(stage=Image.Stage.PURGING)


def change(images: QuerySet[Image], **values: object) -> None:
    """Changes the rows that still match when their batch is locked."""
    ids = list(images.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        _change(images.filter(pk__in=ids[start : start + BATCH]), values)


def _change(images: QuerySet[Image], values: dict[str, object]) -> None:
    with transaction.atomic():
        ids = [image.pk for image in images.order_by("pk").select_for_update()]  # in one order: no deadlock
        rows = Image.objects.filter(pk__in=ids)
        rows.update(rev=F("rev") + 1, **values)
        for image in rows.exclude(purpose=Image.Purpose.MASK):
            transaction.on_commit(partial(_announce, str(image.owner_id), image.message_id, snapshot(image)))


def _announce(owner_id: str, message_id: str | None, changed: Snapshot) -> None:
    """A failing listener is logged: the change is committed, and maintenance announces it again."""
    about = {"image_id": changed["id"], "owner_id": owner_id, "message_id": message_id}
    image_changed.send_robust(Image, **about, form=changed)


def unannounced(limit: int) -> list[Image]:
    return list(Image.objects.filter(UNANNOUNCED).order_by("pk")[:limit])


def announced(image_id: str, rev: int) -> None:
    Image.objects.filter(pk=image_id, announced_rev__lt=rev).update(announced_rev=rev)
