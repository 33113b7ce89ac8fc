"""Where a picture's bytes lie. An adapter knows names and bytes; whose picture it is, the row knows."""

import re
from typing import Protocol

KEY = re.compile(r"[0-9a-z][0-9a-z.-]{6,99}")


class Stream(Protocol):
    """A stored file that is open, to be read piece by piece. What comes of it are all of its bytes, or an error."""

    size: int | None  # bytes, where the storage says so beforehand

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end. Raises `StorageDown`."""

    def skip(self, size: int, /) -> None:
        """Leave out the next `size` bytes; they are there. Raises `StorageDown`."""

    def close(self) -> None: ...


class Storage(Protocol):
    """Every method raises `StorageDown` when the storage cannot be reached, and is safe to repeat.

    A key that is not lower-case letters, digits, dots and dashes is a mistake of the caller: `ValueError`.
    """

    name: str

    def put(self, key: str, data: bytes, mime: str) -> None:
        """Store `data` durably under `key`; the same key again is the same picture. Raises `TooLarge` where the storage
        takes no picture of this size."""

    def open(self, key: str) -> bytes:
        """The whole file. Raises `NotFound` when there is none."""

    def size(self, key: str) -> int:
        """Bytes of the file. Raises `NotFound` when there is none."""

    def stream(self, key: str) -> Stream:
        """The file, for whoever takes it slowly: nothing but a piece of it is held. Raises `NotFound` when there is none."""

    def sign(self, key: str, seconds: int) -> str | None:
        """A URL that gives the file for so many seconds, or None where the studio streams it itself."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is already removed."""


def check_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
