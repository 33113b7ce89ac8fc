"""Limits on a scarce resource, for each client and for all together."""

import math
import threading
from collections.abc import Callable, Hashable


class Places:
    """Thread-safe."""

    def __init__(self, each: float, total: float = math.inf) -> None:
        self.each, self.total = each, total
        self._lock = threading.Lock()
        self._held: dict[Hashable, int] = {}
        self._all = 0

    def take(self, who: Hashable, amount: int = 1) -> Callable[[], None] | None:
        """A function that gives it back, at most once; None where a limit would be passed."""
        with self._lock:
            held = self._held.get(who, 0) + amount
            if held > self.each or self._all + amount > self.total:
                return None
            self._held[who] = held
            self._all += amount
        left = [amount]

        def give_back() -> None:
            with self._lock:
                if left:
                    self._return(who, left.pop())

        return give_back

    def _return(self, who: Hashable, amount: int) -> None:
        self._all -= amount
        self._held[who] -= amount
        if not self._held[who]:
            del self._held[who]

    def held(self, who: Hashable) -> int:
        return self._held.get(who, 0)
