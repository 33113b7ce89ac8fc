"""Coalescers, one value per event loop, a circuit breaker."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Executor
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

log = logging.getLogger(__name__)
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Coalescer(Generic[K, T]):
    """A thread that acts in rounds, each on the newest value of every key that was added since the last one.

    `drops`: errors that lose the rest of a round; the caller has to make up for that elsewhere.
    """

    def __init__(
        self,
        name: str,
        act: Callable[[dict[K, T]], None],
        *,
        drops: tuple[type[Exception], ...],
        merge: Callable[[T, T], T] = lambda before, after: after,
        at_most: int = 1_000_000,  # more are dropped
        hold_s: float = 0.0,  # before a round, unless something in it is urgent
        pause_s: float = 0.0,  # after a round
    ) -> None:
        self._name, self._act, self._drops, self._merge = name, act, drops, merge
        self._at_most, self.hold_s, self._pause_s = at_most, hold_s, pause_s
        self._waiting: dict[K, T] = {}
        self._at_once = self._acts = self._started = False
        self._changed = threading.Condition()

    def add(self, key: K, value: T, *, at_once: bool = False) -> None:
        """Returns at once. A key that waits already goes to the end."""
        with self._changed:
            if key in self._waiting:
                value = self._merge(self._waiting.pop(key), value)
            if len(self._waiting) < self._at_most:
                self._waiting[key] = value
            self._at_once |= at_once
            if not self._started:  # on first use, because a process may fork before
                self._started = True
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._acts, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                self._changed.wait_for(lambda: self._at_once, self.hold_s)
                taken, self._waiting = self._waiting, {}
                self._at_once, self._acts = False, True
            try:
                self._act(taken)
            except self._drops as error:
                log.warning("action=%s_dropped at_most=%d error=%r", self._name, len(taken), error)
            except Exception:
                log.exception("action=%s_failed at_most=%d", self._name, len(taken))
            with self._changed:
                self._acts = False
                self._changed.notify_all()
            time.sleep(self._pause_s)


class Batches(Generic[T]):
    """Of one event loop. While one batch is acted on, the next one is collected; a value that comes alone is acted on at
    once."""

    def __init__(self, name: str, act: Callable[[list[T]], Awaitable[None]], *, at_most: int) -> None:
        self._name, self._act, self._at_most = name, act, at_most
        self._waiting: list[T] = []
        self._acts: asyncio.Task[None] | None = None

    def add(self, item: T) -> None:
        self._waiting.append(item)
        if self._acts is None:
            self._acts = asyncio.create_task(self._run(), name=self._name)

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._at_most], self._waiting[self._at_most :]
                await self._act(batch)
        finally:
            self._acts = None


class Shared(Generic[T]):
    """Of one event loop: calls in a thread, one after the other; each caller gets a result that begins after it asked.

    `rests`: times as long as the last call took.
    """

    def __init__(
        self, executor: Executor, call: Callable[[], T], *, rests: float = 0.0, rests_at_most_s: float = 0.0
    ) -> None:
        self._executor, self._call, self._rests, self._rests_at_most_s = executor, call, rests, rests_at_most_s
        self._next: asyncio.Task[T] | None = None
        self._one = asyncio.Lock()
        self._rests_until = 0.0

    async def ask(self) -> T:
        if self._next is None:
            self._next = asyncio.create_task(self._run(), name="shared call")
            self._next.add_done_callback(
                lambda task: task.cancelled() or task.exception()
            )  # or asyncio would log an error that nobody awaits any more
        return await asyncio.shield(self._next)

    async def _run(self) -> T:
        loop = asyncio.get_running_loop()
        async with self._one:
            await asyncio.sleep(self._rests_until - loop.time())
            self._next, began = None, loop.time()
            try:
                return await loop.run_in_executor(self._executor, self._call)
            finally:
                self._rests_until = loop.time() + min(self._rests_at_most_s, self._rests * (loop.time() - began))


class PerLoop(Generic[T]):
    """One value for each event loop, made on first use."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def __call__(self) -> T:
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            self._made[loop] = self._make()
        return self._made[loop]


class Breaker:
    """Open for a while after a failure: only the first caller waits for a server that hangs."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        self._open_until = time.monotonic() + self._seconds
