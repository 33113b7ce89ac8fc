"""Where the bytes of pictures are; adapters know nothing else of them."""

import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gallery.errors import StorageDown

PIECE = 64 * 1024  # bytes
KEY = re.compile(r"[0-9a-z][0-9a-z.-]{6,99}")


class File(NamedTuple):
    key: str
    data: bytes
    mime: str


class Listing(NamedTuple):
    keys: list[str]
    next: str  # the cursor of what follows; "": nothing


class Stream(Protocol):
    """All of its bytes, or an error."""

    size: int | None  # bytes, where the storage tells beforehand

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end. Raises `StorageDown`."""

    def skip(self, size: int, /) -> None:
        """Raises `StorageDown`."""

    def close(self) -> None: ...


class Storage(Protocol):
    """Every method raises `StorageDown`, and is safe to repeat. Keys have only lower-case letters, digits, dots and
    dashes; else `ValueError`."""

    name: str

    def put(self, key: str, data: bytes, mime: str) -> None:
        """Durably; the same key is always the same picture. Raises `TooLarge`."""

    def put_all(self, files: Sequence[File]) -> None:
        """Several that belong together, each as by `put`. Where one fails, others may be stored."""

    def open(self, key: str) -> bytes:
        """Raises `NotFound`."""

    def size(self, key: str) -> int:
        """Bytes of the file. Raises `NotFound`."""

    def stream(self, key: str) -> Stream:
        """Raises `NotFound`."""

    def sign(self, key: str, seconds: int) -> str | None:
        """A URL for so many seconds, or None where the studio streams the file itself."""

    def delete(self, key: str) -> None:
        """Safe to repeat."""

    def keys(self, cursor: str, limit: int) -> Listing:
        """Keys of what is stored, a crash's half-written files too; `cursor`: "", or an earlier listing's `next`."""


def read_past(stream: Stream, size: int) -> None:
    """Skips by reading. Raises `StorageDown` where it ends before."""
    while size > 0:
        piece = stream.read(min(size, PIECE))
        if not piece:
            raise StorageDown
        size -= len(piece)


def check_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
