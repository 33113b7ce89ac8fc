"""What a person may keep, and how much of the disk has to stay free.

Every row counts, with both files: drafts, masks, the trash, and what is being purged.
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from gallery import owners
from gallery.errors import Interrupted, StorageFull
from gallery.models import Image
from gallery.stores import configured
from gallery.translation import N_, _, number

MEASURED_EVERY_S = 1.0
DISK_FULL = N_("The studio's disk is nearly full: nothing new is taken until its operator has made room.")

Key = uuid.UUID | str
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Used:
    bytes: int
    pictures: int


def used(owner_id: Key) -> Used:
    rows = Image.objects.filter(owner__pk=owner_id).exclude(bytes=0)  # whose files are gone
    return Used(**rows.aggregate(bytes=Coalesce(Sum("bytes"), 0), pictures=Count("pk")))


def check(owner_id: Key, *, more: int = 0, beside: Callable[[], int] = lambda: 0) -> None:
    """`beside`: returns the bytes that this person has elsewhere. Raises `StorageFull`."""
    check_disk()
    if settings.STUDIO_LIMITS:
        _check(used(owner_id), more, beside())


def _check(used: Used, more: int, beside: int = 0) -> None:
    taken, allowed = used.bytes + beside, settings.PERSON_BYTES
    if taken + max(1, more) > allowed:
        sentence = (
            _(
                "Your pictures take {taken} of {allowed}, the trash included, and this one takes {wanted}: "
                "delete some for good to make room."
            )
            if taken < allowed
            else _("Your pictures take {taken} of {allowed}, the trash included: delete some for good to make room.")
        )
        raise StorageFull(sentence.format(taken=_in_words(taken), allowed=_in_words(allowed), wanted=_in_words(more)))
    if used.pictures >= settings.PERSON_PICTURES:
        raise StorageFull(
            _(
                "You have {pictures} of {allowed} pictures, the trash included: delete some for good to make room."
            ).format(pictures=number(used.pictures), allowed=number(settings.PERSON_PICTURES))
        )


def _in_words(count: int) -> str:
    """ "3.2 GB" """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def insert(image: Image) -> None:
    """Raises `StorageFull`, `Unauthorized`."""
    check_disk()
    with transaction.atomic():
        owners.lock(image.owner_id)
        if settings.STUDIO_LIMITS:
            _check(used(image.owner_id), image.bytes or 0)
        image.save(force_insert=True)


def check_owner(owner_id: Key) -> None:
    """Raises `Interrupted` for a person who is gone."""
    if not get_user_model()._base_manager.filter(pk=owner_id, is_active=True).exists():
        raise Interrupted(_("This person's things are on their way to another account, or are being removed."))


def check_disk() -> None:
    """Raises `StorageFull` where less than `FREE_BYTES` are free."""
    if disk_is_full():
        raise StorageFull(DISK_FULL)


def disk_is_full() -> bool:
    free = _disk.free()
    full = free is not None and free < settings.FREE_BYTES
    if full != _disk.was_full:  # logged once
        _disk.was_full = full
        log.log(logging.WARNING if full else logging.INFO, "action=disk full=%s free_bytes=%s", full, free)
    return full


def folders() -> list[Path]:
    data = settings.EMBEDDED["mongod"] or not settings.DATABASE_URL
    return [settings.DATA_DIR] * data + [settings.PICTURES_DIR] * (configured()[0] == "local")


class _Disk:
    """Asked by one thread: where a network disk hangs, the others use the last value."""

    def __init__(self) -> None:
        self.was_full = False
        self._asking = threading.Lock()
        self._free: int | None = None  # bytes, of the fullest; None: unknown
        self._asked_at = float("-inf")

    def free(self) -> int | None:
        if time.monotonic() - self._asked_at >= MEASURED_EVERY_S and self._asking.acquire(blocking=False):
            try:
                self._free = min(map(_free, folders()), default=None)
            except OSError:
                self._free = None
            finally:
                self._asked_at = time.monotonic()
                self._asking.release()
        return self._free


_disk = _Disk()


def _free(folder: Path) -> int:
    """For other users than root; the folder may not exist yet."""
    while not folder.exists():
        folder = folder.parent
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
