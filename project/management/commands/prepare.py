"""`manage.py prepare`: once per release, before it starts."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from project.serve import migrate, preflight
from project.serve.children import CannotStart


class Command(BaseCommand):
    help = (
        "Make what the studio needs in its databases: tables and indexes. Safe to repeat, and on many machines at once."
    )
    requires_system_checks: list[str] = []  # they import every route

    def handle(self, **options: Any) -> None:
        if settings.EMBEDDED["mongod"] and not settings.MONGO_SOCKET.exists():
            sys.exit(
                "MONGO_URI is not set, and `manage.py serve` prepares the embedded servers itself: there is nothing to do."
            )
        try:
            preflight.check()
        except CannotStart as error:
            sys.exit(str(error))
        migrate.tables()
        migrate.indexes()
        self.stdout.write("The databases are prepared.")
