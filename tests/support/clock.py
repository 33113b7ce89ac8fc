"""Clocks that a test sets."""

from pipeline.providers.calls import Calls


class Clock:
    """Replaces `time` in a module."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now


def let_time_pass(calls: Calls, seconds: float) -> None:
    """On the clock of the event loop that has their deadlines."""
    loop, now = calls._loop, calls._loop.time
    loop.time = lambda: now() + seconds  # type: ignore[method-assign]
    loop.call_soon_threadsafe(lambda: None)  # it looks at once
