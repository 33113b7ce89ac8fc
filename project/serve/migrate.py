"""The SQL database's tables, the groups of staff, and MongoDB's indexes. Safe to repeat, also at once on many machines."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from pipeline.store.indexes import make_indexes
from project.accounts import groups

LOCK = 0x73747564696F  # "studio", the number of PostgreSQL's advisory lock


def tables() -> None:
    connection.settings_dict["OPTIONS"].pop("pool", None)  # it would hold connections for as long as `serve` lives
    with _alone():
        call_command("migrate", verbosity=0, interactive=False)
        groups.prepare()


def indexes() -> None:
    """MongoDB makes each of them once, however many ask for it."""
    make_indexes()


@contextmanager
def _alone() -> Iterator[None]:
    """PostgreSQL, or the system, releases the lock of a process that died."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return
    with (settings.DATA_DIR / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
