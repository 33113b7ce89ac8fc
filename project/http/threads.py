"""A few threads for the synchronous work of requests.

Django would start one for each request, with a database connection, and all of them would compete with the event loop for the
GIL. Work that takes long is not counted, so that nobody waits for a database that hangs, or for somebody else's photo.
"""

import asyncio
import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")

# SQLite's work is under the GIL: more threads would double what a gallery page costs.
AT_A_TIME = 1 if settings.DATABASES["default"]["ENGINE"].endswith(".sqlite3") else 4
LONG_S = 0.0125 * AT_A_TIME  # so 80 a second begin, whatever hangs
IDLE = 8  # kept, with a connection to SQLite each


class _Piece(NamedTuple):
    """The lowest of those that wait is next."""

    turn: tuple[int, int]
    number: int
    work: Callable[[], Any]
    future: "Future[Any]"


class Threads:
    """The oldest request first, but the second of an address only after everybody's first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._live: Counter[str] = Counter()
        self._waiting: list[_Piece] = []
        self._running: dict[int, float] = {}  # by number
        self._idle: list[ThreadPoolExecutor] = []
        self._looking = False

    def enter(self, address: str) -> "RequestThread":
        """The result has to `leave`."""
        with self._lock:
            self._live[address] += 1
            return RequestThread(self, address, (self._live[address], next(self._numbers)))

    def leave(self, address: str) -> None:
        with self._lock:
            self._live[address] -= 1
            if not self._live[address]:
                del self._live[address]

    def add(self, turn: tuple[int, int], work: Callable[[], Any], future: "Future[Any]") -> None:
        with self._lock:
            heapq.heappush(self._waiting, _Piece(turn, next(self._numbers), work, future))
            self._begin_next()
            if self._waiting and not self._looking:
                self._looking = True
                asyncio.get_running_loop().call_later(LONG_S, self._look)

    def _look(self) -> None:
        """Work that has become long by now is counted no more."""
        with self._lock:
            self._begin_next()
            self._looking = bool(self._waiting)
            if self._looking:
                asyncio.get_running_loop().call_later(LONG_S, self._look)

    def _begin_next(self) -> None:
        while self._waiting:
            long_ago = time.monotonic() - LONG_S
            if sum(began > long_ago for began in self._running.values()) >= AT_A_TIME:
                return
            piece = heapq.heappop(self._waiting)
            self._running[piece.number] = time.monotonic()
            # The one used last: few database connections stay open.
            thread = self._idle.pop() if self._idle else ThreadPoolExecutor(1, thread_name_prefix="request")
            thread.submit(self._run, piece, thread)

    def _run(self, piece: _Piece, thread: ThreadPoolExecutor) -> None:
        resolve = _run(piece) if piece.future.set_running_or_notify_cancel() else None
        with self._lock:
            del self._running[piece.number]
            if len(self._idle) < IDLE:
                self._idle.append(thread)
            else:
                thread.shutdown(wait=False)
            self._begin_next()
        if resolve:
            resolve()


def _run(piece: _Piece) -> Callable[[], None]:
    """Runs it. The result resolves the future, once the database connection is back in its pool."""
    try:
        close_old_connections()
        try:
            result = piece.work()
        finally:
            close_old_connections()
    except BaseException as error:  # noqa: BLE001  raised where the result is awaited
        return partial(piece.future.set_exception, error)
    return partial(piece.future.set_result, result)


class RequestThread(Executor):
    """One thread at a time, as Django wants it."""

    def __init__(self, threads: Threads, address: str, turn: tuple[int, int]) -> None:
        self._threads, self._address, self._turn = threads, address, turn

    def submit(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        future: Future[R] = Future()
        self._threads.add(self._turn, lambda: work(*args, **kwargs), future)
        return future

    def leave(self) -> None:
        self._threads.leave(self._address)
