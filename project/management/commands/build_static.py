from typing import Any

from django.core.management.base import BaseCommand

from project.http import static_files


class Command(BaseCommand):
    help = "Make the page's files with their hashed names, compressed: once for an image; `serve` does it by itself."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        static_files.build()
