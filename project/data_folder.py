"""The data folder's contents that everything else needs."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def secret_key(data: Path) -> str:
    """Made at the first start (mode 0600, never half-written)."""
    path = data / "secret_key"
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=data)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)  # of two that start at once one wins
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text().strip()


def created_private(database: Path) -> Path:
    """Creates SQLite's files with 0600: the data folder's mode may be anything. A failure is left to SQLite to
    report."""
    with suppress(OSError):
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for path in (database, *database.parent.glob(f"{database.name}-*")):
        with suppress(OSError):  # gone meanwhile, or not ours
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
    return database


def run_dir(data: Path) -> Path:
    """For the embedded servers' sockets: a short path (a socket's ends at 92 bytes), found by every process with this
    data folder. `project.serve.embedded` makes it, and refuses somebody else's."""
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path("/tmp") / f"studio-{os.getuid()}-{name}"  # noqa: S108  checked by whoever makes it
