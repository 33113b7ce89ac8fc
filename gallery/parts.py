"""Range requests (RFC 9110, section 14)."""

import re
from contextlib import closing

from django.http import HttpRequest

from gallery.errors import StorageDown
from gallery.storage.base import Stream
from gallery.translation import _

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def requested_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """None where the file has no such part. All of it where several are asked for, or `If-Range` has another ETag."""
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or match is None or request.headers.get("If-Range", etag) != etag:
        return range(size)
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size) or None if last else range(size)
    if last and int(last) < int(first):
        return range(size)
    return range(int(first), min(int(last) + 1, size) if last else size) or None


class Part:
    def __init__(self, file: Stream, wanted: range) -> None:
        self._file, self._before, self._left = file, wanted.start, len(wanted)

    def read(self, size: int, /) -> bytes:
        """At most so many; none at the end. Raises `StorageDown`."""
        if self._before:
            self._file.skip(self._before)
            self._before = 0
        if not self._left:
            return b""
        piece = self._file.read(min(size, self._left))
        if not piece:
            raise StorageDown(_("A file is shorter than it was."))
        self._left -= len(piece)
        return piece

    def all(self) -> bytes:
        """Closes the file. Raises `StorageDown`."""
        with closing(self._file):
            return b"".join(iter(lambda: self.read(self._left), b""))

    def close(self) -> None:
        self._file.close()
