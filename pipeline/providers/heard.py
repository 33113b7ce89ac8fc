"""A service's own words about a failure. They may quote our key: only `manage.py check_providers`, which hides keys,
listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def by(listener: Callable[[str], None]) -> Iterator[None]:
    """What fails in this thread meanwhile."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def note(words: str) -> None:
    if listener := _listener.get():
        listener(words)
