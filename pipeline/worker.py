"""The worker process: Huey's consumer, with the keeper beside it."""

from typing import Any

from django.conf import settings
from huey.consumer import Consumer

from pipeline import aftermath, keeper

STOP_WITHIN_S = 20  # then the lease runs out and another worker goes on


class Worker(Consumer):  # type: ignore[misc]  # huey has no types
    """SIGTERM and SIGINT both stop it gently: what it holds is handed back at the next step of progress."""

    def __init__(self, threads: int) -> None:
        super().__init__(
            settings.HUEY, workers=threads, periodic=False, shutdown_timeout=STOP_WITHIN_S, graceful_signal="TERM"
        )
        self._signal_actions[self._interrupt_sig] = (False, True)

    def start(self) -> None:
        super().start()
        keeper.start()

    def run(self) -> None:
        super().run()
        aftermath.wait(STOP_WITHIN_S)

    def stop(self, graceful: bool = False, **options: Any) -> None:
        keeper.stopping.set()
        super().stop(graceful, **options)
