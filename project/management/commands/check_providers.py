"""`manage.py check_providers`: do the configured services take our keys, know the models, and answer in shape?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pipeline.providers.prices import UNIT
from project.management import checking


class Command(BaseCommand):
    help = "Ask each configured provider for the smallest thing that proves its key, its model and the shape of its answers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask whether what it costs may be spent")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = list(checking.checks())
        if not checks:
            self.stdout.write("No service is configured: the built-in tools need none.")
            return
        for check in checks:
            self.stdout.write(f"{check.name}: {_money(check.cost)}")
        total = sum(check.cost for check in checks)
        if total and not (options["yes"] or _agreed(_money(total))):
            raise CommandError("Nothing was asked.")
        working = [self._works(check) for check in checks]  # each is asked
        if not all(working):
            raise CommandError("Not every provider works.")

    def _works(self, check: checking.Check) -> bool:
        result = checking.run(check)
        word = self.style.SUCCESS("works") if result.works else self.style.ERROR("fails")
        self.stdout.write(f"{check.name} … {word}: {result.sentence}")
        for words in result.said:
            self.stdout.write(f"  It says: {words}")
        return result.works


def _money(millionths: int) -> str:
    return f"at most {millionths / UNIT:.4f} {settings.PRICES.currency}" if millionths else "free"


def _agreed(total: str) -> bool:
    if not sys.stdin.isatty():
        raise CommandError(f"This costs {total}. There is nobody to ask: give --yes.")
    return input(f"This costs {total}. Go on? [y/N] ").strip().lower() in ("y", "yes")
