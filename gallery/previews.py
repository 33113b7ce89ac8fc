"""A share's preview picture for messengers: a small JPEG, because some read no WebP. Cached in memory; callers check each time
that it may be seen."""

import functools
import threading

from django.db import connection

from gallery.errors import NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.provenance import xmp
from gallery.provenance.embedding import InMemory, with_xmp
from gallery.storage.base import Stream
from gallery.stores import storage
from gallery.translation import _

SIDE = 1200  # pixels, of the longer side
MIME = "image/jpeg"
KEPT = 16  # of half a megabyte at most, nearly always
WAIT_S = 10.0
one_at_a_time = threading.Lock()  # a picture of 40 megapixels takes 200 MB and a second


def size(image: Image) -> tuple[int, int]:
    scale = min(1.0, SIDE / max(image.width, image.height))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def opened(image: Image) -> Stream:
    """Raises `StorageDown`, and `RateLimited` where too many wait."""
    connection.close()  # others need it meanwhile
    if not one_at_a_time.acquire(timeout=WAIT_S):
        raise RateLimited(_("Too many pictures are asked for just now: try again in a few seconds."), retry_after=5)
    try:
        data = _made(image.storage, image.key, size(image))
    finally:
        one_at_a_time.release()
    return with_xmp(InMemory(data), xmp.packet(image))


@functools.lru_cache(KEPT)
def _made(store: str, key: str, size: tuple[int, int]) -> bytes:
    """One key is always one picture."""
    from gallery import pictures  # late: few web processes need Pillow

    try:
        return pictures.preview(storage(store).open(key), size)
    except NotFound:
        raise StorageDown from None
