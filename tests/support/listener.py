"""What providers and tools report their progress to."""

import threading

from gallery.errors import Interrupted


class Listener:
    """Records what is reported, and cancels the work at the fraction `stop_at`, or after `stop_after` reports. `moved`: set
    once there was some progress."""

    def __init__(self, stop_at: float = 2.0, stop_after: int = 10_000) -> None:
        self.stop_at, self.stop_after = stop_at, stop_after
        self.heard: list[float] = []
        self.drafts: list[bytes] = []
        self.moved = threading.Event()

    def progress(self, fraction: float) -> None:
        self.heard.append(fraction)
        if fraction > 0:
            self.moved.set()
        if fraction >= self.stop_at or len(self.heard) >= self.stop_after:
            raise Interrupted

    billed_progress = progress

    def draft(self, data: bytes) -> None:
        self.drafts.append(data)


def ignore(fraction: float) -> None:
    """Progress that nobody is told."""
