import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.servers import Servers, servers
from tests.support import postgresql


@pytest.fixture(scope="session")
def stores() -> Iterator[Servers]:
    """With passwords: each begins with "canary/", which is written "canary%2F" in a URL."""
    if not postgresql.binaries():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="studio-many-", dir="/tmp"))
    try:
        with servers(folder, "canary/") as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
