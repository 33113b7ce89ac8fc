"""Faults of web processes and workers alike: wake-ups, events, the token filter, the clock."""

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from tests.programs.faults.breaking import drops, replace, switched

LATE_S = 0.4  # by how much one of two reordered wake-ups is late
SKEW_S = float(os.environ.get("STUDIO_FAULTS_CLOCK", "0"))


def skew_clock() -> None:
    """Shifts every clock that the product reads in Python by this many seconds. Call it before Django's setup."""
    if not SKEW_S:
        return
    import uuid_utils
    import uuid_utils.compat
    from django.utils import timezone

    class Skewed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + timedelta(seconds=SKEW_S)

    def uuid7(original: Callable[..., Any]) -> Callable[[], Any]:
        return lambda: original(nanoseconds=time.time_ns() + round(SKEW_S * 1e9))

    replace(time, "time", lambda original: lambda: original() + SKEW_S)
    replace(uuid_utils, "uuid7", uuid7)
    replace(uuid_utils.compat, "uuid7", uuid7)
    replace(timezone, "now", lambda original: lambda: original() + timedelta(seconds=SKEW_S))

    from pipeline import message, session

    for module in (message, session):
        module.datetime = Skewed  # type: ignore[attr-defined]  # imported there by name


def install() -> None:
    """Call it after Django's setup."""
    from pipeline import events, queue, transitions
    from pipeline.providers.metering import Payment
    from pipeline.store import ledger

    for stage, task in queue._TASKS.items():
        queue._TASKS[stage] = _wake_up(task)
    replace(events, "publish", _news)
    replace(transitions, "held", _held)
    replace(ledger, "_bounds", _bounds)
    replace(Payment, "begin", _begin)


def _wake_up(wake: Callable[[], Any]) -> Callable[[], Any]:
    def wrapped() -> None:
        if drops("wake-ups"):
            return
        if switched("wake-ups reordered") and drops("order of wake-ups"):
            threading.Timer(LATE_S, wake).start()
            return
        wake()
        if switched("wake-ups doubled"):
            wake()

    return wrapped


def _news(send: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def publish(event: Any) -> None:
        if not drops("events"):
            await send(event)

    return publish


def _bounds(bounds: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """A negative control: no ceiling is checked."""
    return lambda *args: [] if switched("ceilings off") else bounds(*args)


def _begin(begin: Callable[[Any], None]) -> Callable[[Any], None]:
    """A negative control: no call is listed in a book."""
    return lambda payment: None if switched("calls unlisted") else begin(payment)


def _held(held: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """A negative control: without the token, a worker that has lost its lease can still write."""
    return lambda id, token: {"_id": id} if switched("token filter off") else held(id, token)
