"""The record and the queue, on a PostgreSQL that has every table."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.support import postgresql

Run = Callable[..., str]


@pytest.fixture(scope="package")
def on_postgres(postgres: str) -> tuple[str, Run]:
    """A database's address, and what runs Python there."""
    url = postgresql.database(postgres, "moderation")
    return url, partial(postgresql.ran, url)
