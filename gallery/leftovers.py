"""Finds stored files without a row, as a crash or a restored database leaves them, and rows whose file is gone.

A file without a row is deleted, unless it is younger than `AGE`: its row may follow. A row without a file is only counted,
because the wrong storage may be configured. Safe to repeat, by any process.
"""

import logging
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from gallery.errors import NotFound
from gallery.ids import time_of
from gallery.models import Image
from gallery.storage.base import Storage
from gallery.stores import configured, storage

log = logging.getLogger(__name__)

AGE = timedelta(days=1)
REST_S = 24 * 3600.0  # between two passes
FILES, ROWS = 500, 100  # a round
FEW = 20  # files without a row that may be deleted, whatever the others are
# Cloudinary allows some hundred listings an hour, and each look at a file is a request.
CLOUDINARY_PAUSE_S, CLOUDINARY_ROWS = 60.0, 5
BEGIN = str(uuid.UUID(int=0))
FOUND = "gallery.leftovers"  # in the cache, for `/metrics`: of each storage the `Found` of the last pass


@dataclass
class Found:
    files_deleted: int = 0
    files_left: int = 0  # without a row, and not ours to delete
    rows: int = 0  # without their file


@dataclass
class Pass:
    """Through one storage: its files, then its rows."""

    name: str
    cursor: str = ""
    files_done: bool = False
    after: str = BEGIN
    rests_until: float = 0.0
    found: Found = field(default_factory=Found)

    def next_round(self) -> Found | None:
        """One round; at the end of the pass, what was found. Raises `StorageDown`."""
        if time.monotonic() < self.rests_until:
            return None
        self.rests_until = time.monotonic() + (CLOUDINARY_PAUSE_S if self.name == "cloudinary" else 0.0)
        if self.files_done:
            return self._look_at_rows()
        self._look_at_files()
        return None

    def _look_at_files(self) -> None:
        files = storage(self.name)
        listing = files.keys(self.cursor, FILES)
        old = {key: id for key in listing.keys if (id := _id_of(key)) and _is_old(id)}
        known = set(Image.objects.filter(pk__in=set(old.values())).values_list("pk", flat=True))
        stray = [key for key, id in old.items() if id not in known]
        if stray and self._are_ours_to_delete(len(stray), len(old)):
            for key in stray:
                files.delete(key)
                self.found.files_deleted += 1
                log.info("action=file_without_row_deleted storage=%s key=%s", self.name, key)
        elif stray:
            self.found.files_left += len(stray)
            log.warning("action=files_without_row storage=%s count=%s first=%s", self.name, len(stray), stray[0])
        self.cursor, self.files_done = listing.next, not listing.next

    def _are_ours_to_delete(self, stray: int, total: int) -> bool:
        """False where the files may be another studio's, or the database may be the wrong one."""
        if self.name == "cloudinary" and not settings.CLOUDINARY_OURS:
            return False
        return Image.objects.exists() and (stray <= FEW or 2 * stray <= total)

    def _look_at_rows(self) -> Found | None:
        files = storage(self.name)
        at_most = CLOUDINARY_ROWS if self.name == "cloudinary" else ROWS
        shown = Image.objects.filter(storage=self.name, stage=Image.Stage.SHOWN, pk__gt=self.after)
        rows = list(shown.order_by("pk").only("pk", "key", "thumbnail_key")[:at_most])
        for row in rows:
            if _is_old(row.pk) and not all(_is_there(files, key) for key in (row.key, row.thumbnail_key)):
                self._count_missing(row)
        if len(rows) == at_most:
            self.after = str(rows[-1].pk)
            return None
        return self._end()

    def _count_missing(self, row: Image) -> None:
        if Image.objects.filter(pk=row.pk, stage=Image.Stage.SHOWN).exists():  # not deleted meanwhile
            self.found.rows += 1
            log.warning("action=row_without_file storage=%s image=%s", self.name, row.pk)

    def _end(self) -> Found:
        found = self.found
        try:
            cache.set(f"{FOUND}.{self.name}", vars(found), timeout=None)
        except RedisError as error:
            log.warning("action=leftovers_not_told error=%r", error)
        self.cursor, self.files_done, self.after, self.found = "", False, BEGIN, Found()
        self.rests_until = time.monotonic() + REST_S
        return found


_passes: dict[str, Pass] = {}


def compare_files_with_rows() -> None:
    """One round of this process, in each storage. Raises `StorageDown`."""
    for name in configured():
        _passes.setdefault(name, Pass(name)).next_round()


def _id_of(key: str) -> uuid.UUID | None:
    """Of the picture; None for what is no file of ours."""
    try:
        id = uuid.UUID(hex=key[:32])
    except ValueError:
        return None
    return id if id.version == 7 and key[32:33] in ("-", ".") else None


def _is_old(image_id: uuid.UUID) -> bool:
    return time_of(image_id) < datetime.now(UTC) - AGE


def _is_there(files: Storage, key: str) -> bool:
    try:
        files.size(key)
    except NotFound:
        return False
    return True
