from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run a worker: it refines, generates and uploads, and repairs what others left behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=settings.WORKER_THREADS, help="threads (%(default)s)")

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        from pipeline import queue
        from pipeline.worker import runner
        from pipeline.worker.process import Worker

        queue.handle_with(runner.work)
        Worker(workers).run()
