"""Restarts children until somebody asks to stop; then stops them in order."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from .children import Child, Rank, stop

FIRST_S, MAX_DELAY_S = (
    0.5,
    10.0,
)  # the wait before a restart; it doubles while the child keeps ending
STEADY_S = 10.0  # a child that lived this long starts afresh at FIRST_S
TICK_S = 0.1
SAME_REQUEST_S = 0.5  # `make` passes on the signal that its whole group got already


class Stopped(Exception):
    """While starting."""


def next_delay(last: float, lived: float) -> float:
    return FIRST_S if lived > STEADY_S else min(MAX_DELAY_S, max(FIRST_S, 2 * last))


class Supervisor:
    """For the main thread: signals arrive there, and children are tied to it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []
        self._requests = 0  # to stop; the second is in a hurry
        self._requested_at = -SAME_REQUEST_S  # of the last one (time.monotonic())
        self._due: dict[str, float] = {}  # when an ended child starts again, by name (time.monotonic())
        self._delays: dict[str, float] = {}

    def listen(self) -> None:
        """Ctrl-C, SIGTERM and a closed terminal ask to stop, unless ignored (nohup)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._request_stop)

    def start(self, children: Sequence[Child]) -> None:
        for child in children:
            child.start()
            self.children.append(child)

    def pause(self, seconds: float = TICK_S) -> None:
        """While something starts. Raises Stopped after a request to stop."""
        if self._requests:
            raise Stopped
        time.sleep(seconds)

    def run(self) -> None:
        while not self._requests:
            for child in self.children:
                if not child.running:
                    self._restart(child)
            time.sleep(TICK_S)

    def stop(self) -> None:
        """Web first, so that nobody asks for more; then workers; the stores last."""
        for rank in sorted(Rank, reverse=True):
            stop([child for child in self.children if child.rank is rank], hurried=lambda: self._requests > 1)

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._requested_at > SAME_REQUEST_S:
            self._requests += 1
        self._requested_at = now

    def _restart(self, child: Child) -> None:
        now = time.monotonic()
        if child.name not in self._due:
            delay = next_delay(self._delays.get(child.name, 0.0), lived=now - child.started_at)
            self._delays[child.name] = delay
            self._due[child.name] = now + delay
            self.say(f"{child.name} ended ({child.ending}); starting it again in {delay:g} s.")
        elif now >= self._due[child.name]:
            del self._due[child.name]
            child.start()
