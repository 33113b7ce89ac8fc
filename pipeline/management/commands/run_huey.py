from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run a worker: it refines, generates and uploads, and repairs what others left behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=settings.WORKER_THREADS, help="threads (%(default)s)")

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        import pipeline.tasks  # noqa: F401  (the tasks that can be heard)
        from pipeline.worker import Worker

        Worker(workers).run()
