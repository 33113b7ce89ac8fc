"""The real servers, each started once, by the first test that asks for it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pymongo import MongoClient
from pymongo.database import Database
from redis import Redis

from tests import postgresql
from tests.standins.cloudinary import Cloudinary, standing_in
from tests.stores import up
from tests.studio import Studio, running

Documents = Database[dict[str, Any]]  # whatever a test looks at


@pytest.fixture(scope="session")
def stores() -> Iterator[None]:
    """In the tests' own data folder."""
    with up():
        yield


@pytest.fixture(scope="session")
def database(stores: None) -> Iterator[Documents]:
    """The conversations' database, its indexes made."""
    from pipeline import mongo

    mongo.prepare()
    with MongoClient[dict[str, Any]](settings.MONGO_URI, tz_aware=True, uuidRepresentation="standard") as client:
        yield client.get_default_database()
    mongo.database().client.close()


@pytest.fixture
def mongo(database: Documents, settings: Any) -> Documents:
    """For what the test itself runs: another one, where no studio's worker takes its messages, without a document."""
    from pipeline.mongo import prepare

    settings.MONGO_URI = f"{settings.MONGO_URI.rpartition('/')[0]}/alone"
    prepare()
    alone = database.client["alone"]
    for name in alone.list_collection_names():
        alone[name].delete_many({})
    return alone


@pytest.fixture(scope="session")
def _redis(stores: None) -> Iterator["Redis"]:
    with Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def valkey(_redis: "Redis") -> "Redis":
    """Queue, channel layer and limits, empty."""
    _redis.flushall()
    return _redis


@pytest.fixture(scope="session")
def prepared(database: Documents) -> None:
    """Ready for processes of the studio's own: their people are in a database of its own, not in the tests'."""
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=settings.BASE_DIR, check=True)


@pytest.fixture(scope="session")
def studio(prepared: None) -> Iterator[Studio]:
    """The whole studio, in processes of its own, with one worker."""
    with running(workers=1) as studio:
        yield studio


@pytest.fixture
def cloudinary() -> Iterator[Cloudinary]:
    """A stand-in for the service; the test fails if it was asked for anything that the service would not take."""
    with standing_in() as cloudinary:
        yield cloudinary


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's path."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    return Path(found)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A DATABASE_URL of a fresh, empty PostgreSQL."""
    if not postgresql.binaries():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgresql.running() as url:
        yield url
