"""The listener that a provider reports its progress to."""

from gallery.errors import Interrupted


class Listener:
    """Records the progress, and cancels the work at `stop_at`."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.heard: list[float] = []
        self.stop_at = stop_at

    def progress(self, fraction: float) -> None:
        self.heard.append(fraction)
        if fraction >= self.stop_at:
            raise Interrupted

    billed_progress = progress

    def draft(self, data: bytes) -> None:
        """Ignored."""
