"""Calls to a service: each has a deadline and can be cancelled, and their number at a time is limited."""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from gallery.errors import Quota, StudioError
from gallery.translation import _
from pipeline.providers.base import Usage

T = TypeVar("T")

CLOSE_S = 2.0
LOOK_EVERY_S = 0.2  # for cancellations


@dataclass(frozen=True)
class Patience:
    """Callbacks, called every LOOK_EVERY_S. An exception ends the call."""

    queued: Callable[[], None]  # while other calls of this process run
    asked: Callable[[float], None]  # seconds so far


def until_busy(timeout_s: float) -> Patience:
    """For a refinement, which cannot be cancelled: it waits for its turn no longer than for an answer."""
    deadline = time.monotonic() + timeout_s

    def queued() -> None:
        if time.monotonic() > deadline:
            raise Quota(_("The picture service is busy."))

    return Patience(queued, lambda seconds: None)


def guessed_share(seconds: float, usual_s: float) -> float:
    """Progress of a call whose service reports none: the share of the usual time, always below 1."""
    return 0.9 * (1 - math.exp(-seconds / usual_s))


@contextmanager
def usage_on_errors(usage: Usage) -> Iterator[None]:
    try:
        yield
    except StudioError as error:
        error.usage = usage.counted()
        raise


@contextmanager
def taken(turn: threading.Semaphore, waiting: Callable[[], None]) -> Iterator[None]:
    """Acquires the semaphore. Until then `waiting` is called every LOOK_EVERY_S; it may raise."""
    while not turn.acquire(timeout=LOOK_EVERY_S):
        waiting()
    try:
        yield
    finally:
        turn.release()


class Calls:
    """On an event loop, where a deadline also ends a call whose service sends a byte now and then."""

    def __init__(self, name: str, timeout_s: float, at_a_time: int) -> None:
        self._timeout_s = timeout_s
        self._turns = threading.BoundedSemaphore(at_a_time)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def close(self, closing: Coroutine[Any, Any, None]) -> None:
        """`closing`: of the transport. Callers still waiting are left alone."""
        asyncio.run_coroutine_threadsafe(self._end(closing), self._loop).result(2 * CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)
        self._loop.close()

    async def _end(self, closing: Coroutine[Any, Any, None]) -> None:
        """Cancelled calls may still have to tell their service."""
        if ending := [task for task in asyncio.all_tasks() if task.cancelling()]:
            await asyncio.wait(ending, timeout=CLOSE_S)
        await closing

    def finished(
        self,
        call: Callable[[], Coroutine[Any, Any, T]],
        patience: Patience,
        begin: Callable[[], None] = lambda: None,
        timeout_s: float | None = None,
    ) -> futures.Future[T]:
        """The finished task of the call. `begin`: called just before it is sent. Raises what `begin` and `patience` raise."""
        with taken(self._turns, patience.queued):
            begin()
            running = asyncio.run_coroutine_threadsafe(self._bounded(call, timeout_s or self._timeout_s), self._loop)
            began = time.monotonic()
            try:
                while not futures.wait([running], timeout=LOOK_EVERY_S).done:
                    patience.asked(time.monotonic() - began)
            finally:
                running.cancel()
        return running

    async def _bounded(self, call: Callable[[], Coroutine[Any, Any, T]], timeout_s: float) -> T:
        async with asyncio.timeout(timeout_s):
            return await call()
