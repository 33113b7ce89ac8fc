import logging
import sys
import time
from typing import Any

# Otherwise Huey imports psycopg (9 MB) for a storage that is not used.
if "psycopg" not in sys.modules:
    sys.modules["psycopg"] = None  # type: ignore[assignment]  # makes its import fail
from huey import PriorityRedisHuey
from huey.exceptions import HueyException

if sys.modules["psycopg"] is None:
    del sys.modules["psycopg"]  # later imports find the real one

log = logging.getLogger(__name__)

SAY_EVERY_S = 60.0  # at most one log line about unknown entries in that time


class _NoSerializer:
    """Huey's own serializer unpickles, which runs any code that somebody put into Redis."""

    def serialize(self, data: object) -> bytes:
        raise NotImplementedError("Only wake-ups go through Redis.")

    def deserialize(self, data: bytes) -> object:
        raise NotImplementedError("Only wake-ups go through Redis.")


class WakeQueue(PriorityRedisHuey):  # type: ignore[misc]  # huey has no types
    """An entry is a task's name; anything else is dropped. Nothing can be revoked or scheduled."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, serializer=_NoSerializer(), **options)
        self._strange, self._silent_until = 0, 0.0

    def serialize_task(self, task: Any) -> bytes:
        if task.args or task.kwargs or task.eta:
            raise ValueError("A wake-up carries nothing, and waits for nothing.")
        return str(self._registry.task_to_string(type(task))).encode()

    def deserialize_task(self, data: bytes) -> Any:
        """Raises `HueyException` for anything but the name of a task."""
        return self._registry.string_to_task(data.decode("latin-1"))()

    def dequeue(self) -> Any:
        data = self.storage.dequeue()
        if data is None:
            return None
        try:
            return self.deserialize_task(data)
        except HueyException:
            self._drop(data)
            return None

    def _drop(self, data: bytes) -> None:
        self._strange += 1
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SAY_EVERY_S
            log.warning("action=unknown_wake_ups_dropped count=%d the_last=%r", self._strange, data[:40])

    def read_schedule(self, timestamp: Any = None) -> list[Any]:
        return []

    def is_revoked(self, task: Any, timestamp: Any = None, peek: bool = True) -> bool:
        return False

    def delete(self, key: str) -> bool:
        """Only used for revocations."""
        return False
