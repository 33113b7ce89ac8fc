"""The one way in: what a person does with pictures, beside what becomes of drafts and what moderators change."""

import logging
import re
import threading
import uuid
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from gallery.changes import announced, approve, change, form, hide, living, unannounced
from gallery.drafts import draft, new_draft, publish, purge, purging, stale_drafts, store
from gallery.errors import BadInput, NotFound, StorageDown
from gallery.models import Image
from gallery.stores import storage

__all__ = [
    "announced", "approve", "delete_permanently", "draft", "form", "get", "hide", "import_picture", "is_source",
    "masks", "open_source", "page", "patch", "publish", "purge", "purging", "restore", "source", "stale_drafts",
    "store", "trash", "trash_session", "unannounced", "visible",
]  # fmt: skip

TITLE_LENGTH = 200
GONE = "The picture that this is about is not here any more, or not yours."
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

log = logging.getLogger(__name__)
_decoding = (
    threading.Lock()
)  # a photo of 40 megapixels takes hundreds of megabytes for a moment: one at a time in a process
Key = uuid.UUID | str


def import_picture(owner_id: Key, data: bytes, purpose: Literal["photo", "mask"], name: str) -> Image:
    """Keep a person's own picture; `purpose` is "photo" or "mask", `name` the file's. Raises `BadInput`, `TooLarge`,
    `StorageDown`; then nothing is to be seen of it, and the keeper purges what there is."""
    from gallery import pictures  # late: a web process to which nobody brings a picture does without Pillow

    with _decoding:
        rendition = pictures.mask(data) if purpose == "mask" else pictures.rendition(data)
    values = new_draft(Image.Purpose(purpose), rendition, owner_id=owner_id, title=_title_of(name))
    image = Image.objects.create(**values)
    store(image, rendition)
    publish(image)
    return get(owner_id, str(image.pk))


def masks(older_than: timedelta, after: str | None, limit: int) -> list[Image]:
    """The oldest masks behind the id `after`, for the keeper, which purges those that no message names."""
    found = living().filter(purpose=Image.Purpose.MASK, created_at__lt=timezone.now() - older_than)
    return list((found.filter(pk__gt=after) if after else found).order_by("pk")[:limit])


def get(owner_id: Key, image_id: str) -> Image:
    """One's own picture, hidden and trashed ones too. Raises `NotFound`, also for what is no id at all."""
    image = _own(owner_id, image_id).first()
    if image is None:
        raise NotFound()
    return image


def visible(image_id: uuid.UUID) -> Image:
    """Anybody's picture that may be seen; who asks has shown a signature for it. Raises `NotFound`."""
    image = living().filter(pk=image_id).first()
    if image is None or image.state != "shown":
        raise NotFound()
    return image


def source(owner_id: Key, image_id: str, *, mask: bool = False) -> Image:
    """One's own picture that is there to be worked on. Raises `NotFound`."""
    image = _own(owner_id, image_id).first()
    if image is None:
        raise NotFound(GONE)
    if image.state != "shown" or (image.purpose == Image.Purpose.MASK) != mask:
        raise NotFound(GONE)
    return image


def is_source(owner_id: Key, image_id: str) -> bool:
    """Is it a picture of one's own that is there to be worked on?"""
    image = _own(owner_id, image_id).exclude(purpose=Image.Purpose.MASK).first()
    return image is not None and image.state == "shown"


def open_source(owner_id: Key, image_id: str, *, mask: bool = False) -> tuple[Image, bytes]:
    """A `source` and all of its bytes. Raises `NotFound`, `StorageDown`."""
    image = source(owner_id, image_id, mask=mask)
    return image, storage(image.storage).open(image.key)


def page(owner_id: Key, cursor: str | None, limit: int, *, deleted: bool = False) -> tuple[list[Image], str | None]:
    """One's pictures (or those in one's trash), newest first, and the cursor of the next page. Raises `BadInput`."""
    listed = Image.objects.filter(owner__pk=owner_id, stage=Image.Stage.SHOWN, hidden=False)
    images = listed.filter(trashed_at__isnull=not deleted).exclude(purpose=Image.Purpose.MASK)
    if cursor is not None:
        if not UUID.fullmatch(cursor):
            raise BadInput("This cursor is not one of ours.")
        images = images.filter(pk__lt=cursor)
    found = list(images.order_by("-pk")[: limit + 1])
    more = len(found) > limit
    return found[:limit], str(found[limit - 1].pk) if more else None


def patch(owner_id: Key, image_id: str, *, title: str | None = None, favorite: bool | None = None) -> Image:
    """Rename, or mark as a favourite; None leaves it as it is. Raises `NotFound`, `BadInput`."""
    given = {"title": title, "favorite": favorite}
    values = {name: value for name, value in given.items() if value is not None}
    if title is not None:
        _check_title(title)
    if values:
        _own(owner_id, image_id).update(**values)
    return get(owner_id, image_id)


def trash(owner_id: Key, image_id: str) -> None:
    """Into the trash; safe to repeat. Raises `NotFound`."""
    get(owner_id, image_id)
    change(_own(owner_id, image_id).filter(trashed_at=None), trashed_at=timezone.now())


def restore(owner_id: Key, image_id: str) -> Image:
    """Out of the trash, and hidden still if a moderator hid it. Raises `NotFound`."""
    change(_own(owner_id, image_id).exclude(trashed_at=None), trashed_at=None)
    return get(owner_id, image_id)


def delete_permanently(owner_id: Key, image_id: str) -> None:
    """For good, from the trash or not. Raises `NotFound`; a storage that is down is left to the keeper."""
    image = get(owner_id, image_id)
    change(_own(owner_id, image_id), trashed_at=timezone.now(), stage=Image.Stage.PURGING)
    try:
        purge(image)
    except StorageDown:
        log.warning("action=purge_postponed image=%s", image.pk)


def trash_session(owner_id: Key, session_id: str) -> None:
    """Into the trash with everything that the session made."""
    change(living().filter(owner__pk=owner_id, session_id=session_id, trashed_at=None), trashed_at=timezone.now())


def _own(owner_id: Key, image_id: str) -> QuerySet[Image]:
    return living().filter(owner__pk=owner_id, pk=image_id) if UUID.fullmatch(image_id) else Image.objects.none()


def _check_title(title: str) -> None:
    """PostgreSQL keeps no NUL, and no encoding a lone surrogate."""
    if len(title) > TITLE_LENGTH:
        raise BadInput(f"A title has at most {TITLE_LENGTH} characters.")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in title):
        raise BadInput("A title cannot hold this character.")


def _title_of(name: str) -> str:
    """A file's name without folder, extension and what cannot be printed."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    printable = "".join(letter if letter.isprintable() else " " for letter in stem)
    return " ".join(printable.split())[:TITLE_LENGTH]
