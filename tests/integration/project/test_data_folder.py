"""What of the data folder other accounts of the machine can read, whatever the folder was before."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

WRITE = """
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS something (secret TEXT)")
    cursor.execute("INSERT INTO something VALUES ('secret')")
for path in sorted(settings.DATA_DIR.glob("studio.sqlite3*")):
    print(path.name, oct(path.stat().st_mode & 0o777))
"""
PRIVATE = {f"studio.sqlite3{end}": "0o600" for end in ("", "-wal", "-shm")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Made before the studio comes, and open to everybody."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    return folder


def modes(folder: Path) -> dict[str, str]:
    """Of the database's files while a process of the studio has them open."""
    environment = {**os.environ, "STUDIO_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "project.settings"}
    said = subprocess.run(
        [sys.executable, "-c", WRITE],
        cwd=settings.BASE_DIR,
        env=environment,
        umask=0o022,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    name, mode = zip(*(line.split() for line in said.stdout.splitlines()), strict=True)
    return dict(zip(name, mode, strict=True))


def test_a_new_database_is_read_by_nobody_else(folder: Path) -> None:
    assert modes(folder) == PRIVATE


def test_one_that_others_could_read_is_closed_with_what_lies_beside_it(folder: Path) -> None:
    path = folder / "studio.sqlite3"
    with closing(sqlite3.connect(path)) as before:
        before.execute("PRAGMA journal_mode=WAL")
        before.execute("CREATE TABLE something (secret TEXT)")
        for name in PRIVATE:
            (folder / name).chmod(0o644)
        assert modes(folder) == PRIVATE
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT secret FROM something").fetchall() == [("secret",)]
