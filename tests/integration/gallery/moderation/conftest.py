"""The record and the queue, on a PostgreSQL that has every table."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings

from tests.support import postgresql

Run = Callable[..., str]


@pytest.fixture(scope="package")
def on_postgres(postgres: str) -> tuple[str, Run]:
    """A database's address, and what runs Python there."""
    url = postgresql.database(postgres, "moderation")

    def ran(*command: str) -> str:
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "project.settings"}
        result = subprocess.run(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    return url, ran
