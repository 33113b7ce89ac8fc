"""What a person does with pictures; moderation is in `gallery.moderation`."""

import hashlib
import logging
import os
import re
import uuid
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Literal

from django.db import close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gallery import space, words
from gallery.changes import announced, change, not_purged, snapshot, unannounced
from gallery.drafts import (
    delete_if_purged,
    draft,
    finish_purges,
    new_draft,
    publish,
    purge,
    purging,
    put,
    stale_drafts,
    store,
)
from gallery.errors import BadInput, NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.places import Places
from gallery.stores import storage
from gallery.translation import N_, _

if TYPE_CHECKING:
    from gallery.pictures import Rendition

__all__ = [
    "announced", "check_sources", "delete_if_purged", "delete_permanently", "draft", "finish_purges", "get",
    "import_picture", "is_source", "masks", "open_source", "patch", "publish", "purge", "purging", "put", "restore",
    "snapshot", "source", "sources_among", "stale_drafts", "store", "trash", "trash_session", "trashed", "unannounced",
    "visible",
]  # fmt: skip

TITLE_LENGTH = 200
GONE = N_("The picture that this is about is not here any more, or not yours.")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

log = logging.getLogger(__name__)
# One at a time: 40 megapixels take hundreds of megabytes, which the C library keeps for each thread.
_decoder = ThreadPoolExecutor(1, thread_name_prefix="decoding")
_importing = Places(each=4, total=12)
MANY_PICTURES = N_("Too many pictures are being taken in just now: try again in a few seconds.")
RETRY_AFTER_S = 5.0
Key = uuid.UUID | str


def import_picture(owner_id: Key, file: bytes | IO[bytes], purpose: Literal["photo", "mask"], name: str) -> Image:
    """Returns a photo that the person has already. Raises `BadInput`, `TooLarge`, `StorageFull`, `StorageDown`,
    and `RateLimited` where too many wait."""
    give_back = _importing.take(str(owner_id))
    if give_back is None:
        raise RateLimited(MANY_PICTURES, retry_after=RETRY_AFTER_S)
    try:
        digest = _digest(file, purpose)
        if known := _same(owner_id, digest).first():
            return known
        space.check(owner_id, more=_size(file))  # what is stored may have another size
        rendition, source_type = _decoded(file, purpose)
        about = {"title": _title_of(name), "digest": digest, "source_type": source_type}
        image = Image(**new_draft(Image.Purpose(purpose), rendition, owner_id=owner_id, **about))
        space.insert(image)
        close_old_connections()
        store(image, rendition)
        return get(owner_id, str(_publish_once(image).pk))
    finally:
        give_back()


def _size(file: bytes | IO[bytes]) -> int:
    if isinstance(file, bytes):
        return len(file)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def _decoded(file: bytes | IO[bytes], purpose: Literal["photo", "mask"]) -> "tuple[Rendition, str]":
    """Without a database connection while it waits; the upload stays where it is."""
    close_old_connections()
    return _decoder.submit(_decode, file, purpose).result()


def _decode(file: bytes | IO[bytes], purpose: Literal["photo", "mask"]) -> "tuple[Rendition, str]":
    from gallery import pictures  # late: few need Pillow
    from gallery.provenance import uploads

    data = file if isinstance(file, bytes) else file.read()
    if purpose == "mask":
        return pictures.mask(data), ""
    return pictures.rendition(data), uploads.source_type(data)


def _digest(file: bytes | IO[bytes], purpose: Literal["photo", "mask"]) -> str:
    """ "" for a mask, which is always new: those that no message names are purged."""
    if purpose == "mask":
        return ""
    if isinstance(file, bytes):
        return hashlib.sha256(file).hexdigest()
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # Django's files can all it asks for
    file.seek(0)
    return digest


def _same(owner_id: Key, digest: str) -> QuerySet[Image]:
    shown = Image.objects.filter(owner__pk=owner_id, stage=Image.Stage.SHOWN, trashed_at=None, hidden=False)
    return shown.filter(digest=digest).order_by("pk") if digest else shown.none()


def _publish_once(image: Image) -> Image:
    """A faster import of the same bytes wins, and this one is purged."""
    with transaction.atomic():
        same = Image.objects.filter(owner__pk=image.owner_id, digest=image.digest).exclude(digest="")
        list(same.select_for_update().order_by("pk"))  # in one order: no deadlock; drafts too
        known = _same(image.owner_id, image.digest).first()
        if known is None:
            publish(image)
    if known is None:
        return image
    try:
        purge(image)
    except StorageDown:
        log.warning("action=purge_postponed image=%s", image.pk)
    return known


def masks(older_than: timedelta, after: str | None, limit: int) -> list[Image]:
    """After the id `after`."""
    found = not_purged().filter(purpose=Image.Purpose.MASK, created_at__lt=timezone.now() - older_than)
    return list((found.filter(pk__gt=after) if after else found).order_by("pk")[:limit])


def get(owner_id: Key, image_id: str) -> Image:
    """Hidden and trashed ones too. Raises `NotFound`, also for a malformed id."""
    image = own(owner_id, image_id).first()
    if image is None:
        raise NotFound()
    return image


def visible(image_id: uuid.UUID) -> Image:
    """Anybody's: the caller checks a signature. Raises `NotFound`."""
    image = not_purged().filter(pk=image_id).first()
    if image is None or image.state != "shown":
        raise NotFound()
    return image


def trashed(owner_id: Key, image_id: uuid.UUID) -> Image:
    """What a moderator hid stays closed. Raises `NotFound`."""
    image = not_purged().filter(owner__pk=owner_id, pk=image_id, hidden=False).exclude(trashed_at=None).first()
    if image is None:
        raise NotFound()
    return image


def source(owner_id: Key, image_id: str, *, mask: bool = False) -> Image:
    """Raises `NotFound`, and `Interrupted` for an owner who is gone: an account may have the picture now."""
    return _usable(own(owner_id, image_id).first(), owner_id, mask=mask)


def check_sources(owner_id: Key, image_ids: Sequence[str], mask_id: str | None) -> None:
    """As `source`, all in one query."""
    named = [image_id for image_id in (*image_ids, mask_id or "") if UUID.fullmatch(image_id)]
    found = {str(image.pk): image for image in not_purged().filter(owner__pk=owner_id, pk__in=named)}
    for image_id in image_ids:
        _usable(found.get(image_id), owner_id, mask=False)
    if mask_id is not None:
        _usable(found.get(mask_id), owner_id, mask=True)


def _usable(image: Image | None, owner_id: Key, *, mask: bool) -> Image:
    if image is None:
        space.check_owner(owner_id)
        raise NotFound(GONE)
    if image.state != "shown" or (image.purpose == Image.Purpose.MASK) != mask:
        raise NotFound(GONE)
    return image


def is_source(owner_id: Key, image_id: str) -> bool:
    image = own(owner_id, image_id).exclude(purpose=Image.Purpose.MASK).first()
    return image is not None and image.state == "shown"


def sources_among(owner_id: Key, image_ids: Collection[str]) -> set[str]:
    """As `is_source`, all in one query."""
    named = not_purged().filter(owner__pk=owner_id, pk__in=[each for each in image_ids if UUID.fullmatch(each)])
    shown = named.exclude(purpose=Image.Purpose.MASK).filter(hidden=False, trashed_at=None)
    return {str(pk) for pk in shown.values_list("pk", flat=True)}


def open_source(owner_id: Key, image_id: str, *, mask: bool = False) -> tuple[Image, bytes]:
    """Raises `NotFound`, `StorageDown`."""
    image = source(owner_id, image_id, mask=mask)
    return image, storage(image.storage).open(image.key)


def patch(owner_id: Key, image_id: str, *, title: str | None = None, favorite: bool | None = None) -> Image:
    """Raises `NotFound`, `BadInput`."""
    given = {"title": title, "favorite": favorite}
    values: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if title is not None:
        check_title(title)
        image = get(owner_id, image_id)
        values["words"] = words.of_picture(title, image.request, image.prompt)
    if values:
        own(owner_id, image_id).update(**values)
    return get(owner_id, image_id)


def trash(owner_id: Key, image_id: str) -> None:
    """Safe to repeat. Raises `NotFound`."""
    get(owner_id, image_id)
    change(own(owner_id, image_id).filter(trashed_at=None), trashed_at=timezone.now())


def restore(owner_id: Key, image_id: str) -> Image:
    """A moderator's hiding stays. Raises `NotFound`."""
    change(own(owner_id, image_id).exclude(trashed_at=None), trashed_at=None)
    return get(owner_id, image_id)


def delete_permanently(owner_id: Key, image_id: str) -> None:
    """Raises `NotFound`; if the storage is down, maintenance finishes it."""
    image = get(owner_id, image_id)
    change(own(owner_id, image_id), trashed_at=timezone.now(), stage=Image.Stage.PURGING)
    try:
        purge(image)
    except StorageDown:
        log.warning("action=purge_postponed image=%s", image.pk)


def trash_session(owner_id: Key, session_id: str) -> None:
    change(not_purged().filter(owner__pk=owner_id, session_id=session_id, trashed_at=None), trashed_at=timezone.now())


def own(owner_id: Key, image_id: str) -> QuerySet[Image]:
    return not_purged().filter(owner__pk=owner_id, pk=image_id) if UUID.fullmatch(image_id) else Image.objects.none()


def check_title(title: str) -> None:
    """PostgreSQL stores no NUL, and a lone surrogate cannot be encoded."""
    if len(title) > TITLE_LENGTH:
        raise BadInput(_("A title has at most {count} characters.").format(count=TITLE_LENGTH))
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in title):
        raise BadInput(_("A title cannot hold this character."))


def _title_of(name: str) -> str:
    """Without folder, extension and unprintable characters."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    printable = "".join(letter if letter.isprintable() else " " for letter in stem)
    return " ".join(printable.split())[:TITLE_LENGTH]
