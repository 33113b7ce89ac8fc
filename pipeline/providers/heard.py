"""A service's own words about a failure. Since they may quote our key, only `manage.py check_providers`, which hides
keys, reads them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def by(listener: Callable[[str], None]) -> Iterator[None]:
    """Collects the failures of this thread."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def note(words: str) -> None:
    if listener := _listener.get():
        listener(words)
