"""Where a picture's bytes lie. An adapter knows names and bytes; whose picture it is, the row knows."""

import re
from typing import Protocol

KEY = re.compile(r"[0-9a-z][0-9a-z.-]{6,99}")


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

    def sign(self, key: str, seconds: int) -> str | None:
        """A URL that gives the file for so many seconds, or None where the studio streams it itself."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is already removed."""


def check_key(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key: {key!r}")
    return key
