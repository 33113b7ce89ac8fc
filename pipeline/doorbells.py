"""Huey as we use it: its tasks are doorbells."""

from typing import Any

from huey import PriorityRedisHuey


class Doorbells(PriorityRedisHuey):  # type: ignore[misc]  # huey has no types
    """A doorbell is never taken back. Huey would ask Redis before each one whether it was, and tell it to forget after."""

    def is_revoked(self, task: Any, timestamp: Any = None, peek: bool = True) -> bool:
        return False

    def delete(self, key: str) -> bool:
        """Huey's only use of it is to forget a revocation."""
        return False
