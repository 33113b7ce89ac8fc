"""A service's own words about a failure. They may quote our key, so they are dropped, unless somebody listens who hides
keys: `manage.py check_providers`."""

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
