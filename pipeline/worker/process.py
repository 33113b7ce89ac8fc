"""Huey's consumer, with maintenance beside it."""

import logging
from contextlib import suppress
from typing import Any

from django.conf import settings
from huey.consumer import Consumer
from pymongo.errors import PyMongoError

from pipeline.store import followups, stage_times
from pipeline.worker import maintenance, screening
from pipeline.worker.lease import stopping

log = logging.getLogger(__name__)

STOP_WITHIN_S = 70  # including the wait for a paid call


class Worker(Consumer):  # type: ignore[misc]  # huey has no types
    """SIGTERM and SIGINT both stop it gracefully: each message that it holds is requeued at its next progress."""

    def __init__(self, threads: int) -> None:
        super().__init__(
            settings.HUEY, workers=threads, periodic=False, shutdown_timeout=STOP_WITHIN_S, graceful_signal="TERM"
        )
        self._signal_actions[self._interrupt_sig] = (False, True)

    def start(self) -> None:
        super().start()
        maintenance.start()
        maintenance.every(settings.RENEW_S, self.note_threads)
        if screening.is_on():
            maintenance.every(settings.RESCUE_S, screening.screen)

    def note_threads(self) -> None:
        if not stopping.is_set():
            stage_times.note_threads(self.workers)

    def run(self) -> None:
        super().run()
        screening.end(STOP_WITHIN_S)
        followups.wait(STOP_WITHIN_S)
        with suppress(PyMongoError):
            stage_times.forget_threads()

    def stop(self, graceful: bool = False, **options: Any) -> None:
        stopping.set()
        log.info("action=worker_stopping")
        super().stop(graceful, **options)
