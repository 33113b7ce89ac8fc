"""The real servers, each started by the first test that uses it, and shared by all."""

import asyncio
import fcntl
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis
from pymongo import AsyncMongoClient, MongoClient
from pymongo.database import Database
from redis import Redis

from project.serve.children import Child
from tests import distribution
from tests.support import postgresql
from tests.support.browser import find_chromium
from tests.support.fakes.cloudinary import Cloudinary, fake_cloudinary
from tests.support.serving import HANGS_S
from tests.support.stores import up
from tests.support.studio import Studio, own_stores, running

hypothesis.register_profile("studio", deadline=None)  # a busy machine is not a failure
hypothesis.load_profile("studio")

Documents = Database[dict[str, Any]]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Without garbage collection: it takes a quarter of the time of collecting six thousand tests, and frees nothing."""
    gc.disable()
    found = yield
    gc.freeze()
    gc.enable()
    return found


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = distribution.grouped(items)


@pytest.fixture(scope="session", autouse=True)
def _clients_are_closed_with_their_event_loops() -> None:
    """Each test has an event loop of its own, and so has each asynchronous view that Django's test client calls. When a loop
    is closed, it closes the asynchronous generators that were started in it, and so a client that such a generator holds."""
    from pipeline.store import mongo

    make = mongo._async_client._make
    holders = WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncGenerator[None]]()

    async def holding(client: AsyncMongoClient[dict[str, Any]]) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await client.close()

    def made() -> AsyncMongoClient[dict[str, Any]]:
        client = make()
        holder = holders[asyncio.get_running_loop()] = holding(client)
        with suppress(StopIteration):  # the awaitable has finished
            holder.__anext__().send(None)
        return client

    mongo._async_client._make = made


@pytest.fixture(scope="session", autouse=True)
def _uses_of_keys_are_noted_at_once() -> None:
    """Not later in the background, when the test's database may be gone."""
    from project import access

    access.uses.hold_s = 0.0


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_of_what_tests_put_there() -> None:
    """Keep the rows that `migrate` makes: making them again would take half of a test's time. Delete rows of the append-only
    record too, which both databases otherwise refuse."""
    from django.core.management.commands import flush
    from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
    from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

    from gallery.moderation.append_only import SQLITE

    def deleted(self: Any, tables: list[str]) -> list[str]:
        kept = ("django_content_type", "auth_permission")
        return [f"DELETE FROM {self.quote_name(table)};" for table in tables if table not in kept]

    def without_triggers(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        dropped = [f"DROP TRIGGER IF EXISTS {name};" for name in SQLITE]
        return [*dropped, *deleted(self, tables), *(f"CREATE TRIGGER {name} {rule};" for name, rule in SQLITE.items())]

    def as_a_replica(self: Any, style: Any, tables: list[str], **_: Any) -> list[str]:
        """A replica runs no triggers; and deleting a few rows is quicker than a TRUNCATE."""
        return [
            "SET session_replication_role = replica;",
            *deleted(self, tables),
            "SET session_replication_role = DEFAULT;",
        ]

    SQLite.ops_class.sql_flush = without_triggers  # type: ignore[assignment, method-assign]
    PostgreSQL.ops_class.sql_flush = as_a_replica  # type: ignore[assignment, method-assign]
    flush.emit_post_migrate_signal = lambda *_, **__: None  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once() -> None:
    """Each of Django's test clients makes the middlewares again, and this one looks up three hundred files."""
    from servestatic.middleware import ServeStaticMiddleware

    find, found = ServeStaticMiddleware.add_files_from_finders, dict[str, Any]()

    def find_once(self: Any) -> None:
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    ServeStaticMiddleware.add_files_from_finders = find_once


@pytest.fixture(scope="session")
def stores() -> Iterator[dict[str, Child]]:
    """In the tests' own data folder; the processes by name."""
    with up() as children:
        yield children


@pytest.fixture(scope="session")
def database(stores: dict[str, Child]) -> Iterator[Documents]:
    """The studios' MongoDB database; it and the one of `mongo` have their indexes."""
    from pipeline.store import mongo
    from pipeline.store.indexes import make_indexes

    make_indexes()
    own_stores("alone", 0)
    with MongoClient[dict[str, Any]](settings.MONGO_URI, tz_aware=True, uuidRepresentation="standard") as client:
        yield client.get_default_database()
    mongo.database().client.close()


@pytest.fixture
def mongo(database: Documents, settings: Any) -> Iterator[Documents]:
    """An empty database for what runs in the test's own process, where no studio's worker takes its messages."""
    from pipeline.store import followups

    settings.MONGO_URI = f"{settings.MONGO_URI.rpartition('/')[0]}/alone"
    settings.LEASE_S = HANGS_S  # a test keeps its claims even on a busy machine
    alone = database.client["alone"]
    for name in alone.list_collection_names():
        alone[name].delete_many({})
    yield alone
    followups.wait(HANGS_S)  # a late round would change the next test's documents


@pytest.fixture(scope="session")
def _redis(stores: dict[str, Child]) -> Iterator["Redis"]:
    with Redis.from_url(settings.REDIS_URL) as client:
        yield client


@pytest.fixture
def valkey(_redis: "Redis") -> "Redis":
    """Queue, channel layer and limits, empty."""
    _redis.flushall()
    return _redis


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row, made once for all processes of the run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    done = folder / "migrated"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            begun = folder / "migrating"
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            environment = {**os.environ, "STUDIO_DATA": str(begun)}
            subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True)
            begun.rename(done)
    return done / "studio.sqlite3"


@pytest.fixture(scope="session")
def prepared(database: Documents, migrated: Path) -> None:
    """Stores for studios in processes of their own, whose SQL database is not the tests'."""
    shutil.copy(migrated, settings.DATA_DIR)


@pytest.fixture(scope="session")
def studio(prepared: None) -> Iterator[Studio]:
    """In processes of its own, with one worker."""
    with running(workers=1) as studio:
        yield studio


@pytest.fixture(scope="session")
def queueing(prepared: None) -> Iterator[Studio]:
    """Without a worker, in stores of its own: all messages stay queued."""
    with running(0, **own_stores("queueing", 5)) as studio:
        yield studio


@pytest.fixture(scope="session")
def limited(prepared: None) -> Iterator[Studio]:
    """With small limits, except on new guests, whose count would go on from test to test. It polls often."""
    few = {"STUDIO_SOCKETS_PER_USER": "2", "STUDIO_SENDS_PER_MINUTE": "2"}
    with running(0, STUDIO_LIMITS="on", STUDIO_WATCH_S="0.2", **few) as studio:
        yield studio


@pytest.fixture
def cloudinary() -> Iterator[Cloudinary]:
    """A fake of the service; the test fails if it got a request that the service would refuse."""
    with fake_cloudinary() as cloudinary:
        yield cloudinary


@pytest.fixture(scope="session")
def chromium() -> Path:
    found = find_chromium()
    if not found:
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A DATABASE_URL of a fresh, empty PostgreSQL."""
    if not postgresql.binaries():
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgresql.running() as url:
        yield url
