"""Periodic work, in batches; safe to repeat."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from gallery import words
from gallery.changes import change, not_purged
from gallery.drafts import purge
from gallery.errors import NotFound
from gallery.models import Album, Image
from gallery.provenance import source_types
from gallery.storage.base import Storage
from gallery.stores import configured, storage

PICTURES_AT_ONCE = 100
ROWS_AT_ONCE = 1000


def empty_trash(limit: int = PICTURES_AT_ONCE) -> None:
    """Raises `StorageDown`."""
    before = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    due = Image.objects.filter(stage=Image.Stage.SHOWN, trashed_at__lt=before)
    images = list(due.order_by("trashed_at")[:limit])
    change(due.filter(pk__in=[image.pk for image in images]), stage=Image.Stage.PURGING)
    for image in images:
        purge(image)


def measure_files(limit: int = PICTURES_AT_ONCE) -> None:
    """Writes the sizes of pictures that an older release stored. Raises `StorageDown`."""
    shown = Image.objects.filter(bytes=None, stage=Image.Stage.SHOWN, storage__in=configured())
    for image in shown.order_by("pk")[:limit]:
        files = storage(image.storage)
        size = _size(files, image.key) + _size(files, image.thumbnail_key)
        Image.objects.filter(pk=image.pk, bytes=None).update(bytes=size)


def write_words(limit: int = ROWS_AT_ONCE) -> None:
    """For rows of older releases, also those that their processes still insert."""
    texts = ("title", "request", "prompt")
    for image in Image.objects.filter(words=None).order_by("pk").only(*texts)[:limit]:
        as_read = {name: getattr(image, name) for name in texts}
        found = words.of_picture(**as_read)
        Image.objects.filter(pk=image.pk, words=None, **as_read).update(words=found)


def write_source_types(limit: int = PICTURES_AT_ONCE) -> None:
    """As `write_words`; oldest first, because it depends on the pictures that one was made from."""
    for image in Image.objects.filter(source_type=None).order_by("pk")[:limit]:
        Image.objects.filter(pk=image.pk, source_type=None).update(source_type=source_types.of(image))


def _size(files: Storage, key: str) -> int:
    try:
        return files.size(key)
    except NotFound:
        return 0


def owners_among(user_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    return set(Image.objects.filter(owner__pk__in=list(user_ids)).values_list("owner_id", flat=True).distinct())


def give(owner_id: uuid.UUID, to: uuid.UUID) -> None:
    """All of a person's pictures and albums to another one; the files stay where they are. Safe to repeat."""
    Image.objects.filter(owner__pk=owner_id).update(owner=to)
    Album.objects.filter(owner__pk=owner_id).update(owner=to)


def erase(owner_id: uuid.UUID, limit: int) -> bool:
    """Purges pictures of a person who is being removed. True when none is left. Raises `StorageDown`."""
    rows = Image.objects.filter(owner__pk=owner_id)
    images = list(rows.order_by("pk")[:limit])
    change(not_purged().filter(pk__in=[image.pk for image in images]), stage=Image.Stage.PURGING)
    for image in images:
        purge(image)
    return not rows.exists()
