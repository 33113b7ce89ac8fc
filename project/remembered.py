"""Caches for KEPT_S who owns a token or a cookie: a revoked one is refused within five seconds, in every process."""

import hashlib
import threading
import time
from collections import OrderedDict

from project.access import Access
from project.models import today

KEPT_S = 3.0
MAX_KEYS = 5000  # each with a row of a few kB


class Remembered:
    """Keys are hashed: what a process remembers opens nothing."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, tuple[Access, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, kind: str, key: str) -> Access | None:
        """None also on a new day, so that the visit is noted."""
        found = self._people.get(_hash(kind, key))
        if found is None or found[1] <= time.monotonic():
            return None
        access = found[0]
        return access if access.user.last_seen == today() else None

    def keep(self, kind: str, key: str, access: Access, asked_at: float) -> None:
        """`asked_at`: `time.monotonic()` before the look-up."""
        hashed = _hash(kind, key)
        with self._lock:
            self._people[hashed] = access, asked_at + KEPT_S
            self._people.move_to_end(hashed)
            now = time.monotonic()
            while self._people and (len(self._people) > MAX_KEYS or next(iter(self._people.values()))[1] <= now):
                self._people.popitem(last=False)


def _hash(kind: str, key: str) -> str:
    return hashlib.sha256(f"{kind} {key}".encode()).hexdigest()


remembered = Remembered()
