"""Sharing and moderation once more, on a PostgreSQL: locks, conflicts and triggers are other ones there than on SQLite."""

import os
import subprocess
import sys

from django.conf import settings

FILES = ("test_sharing.py", "moderation/test_appeals.py", "moderation/test_queue.py", "moderation/test_record.py")


def test_sharing_and_moderation_are_the_same_on_postgresql(postgres: str) -> None:
    files = [f"tests/integration/gallery/{name}" for name in FILES]
    # The database is left for the server's end: on a busy machine a connection that was closed may still be there.
    options = ["-q", "-p", "no:cacheprovider", "--reuse-db", "-k", "not postgresql"]
    command = [sys.executable, "-m", "pytest", *options, *files]
    result = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "TEST_DATABASE_URL": postgres},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-20_000:]
    assert " passed" in result.stdout
