"""The ORM for the event loop, in thread pools of its own: never on the thread that all of Channels shares."""

import asyncio
import contextvars
import functools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, close_old_connections, connections
from django.db.utils import load_backend

from gallery.errors import StorageDown
from gallery.translation import _

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT_S = 5.0
HANDSHAKE_S = 3.5  # autobahn drops a handshake that takes 5 s, without a code


def _own_connection() -> None:
    database = connections.settings[DEFAULT_DB_ALIAS]
    options = {name: value for name, value in database["OPTIONS"].items() if name != "pool"}
    kept = {**database, "OPTIONS": options, "CONN_MAX_AGE": None}
    connections[DEFAULT_DB_ALIAS] = load_backend(database["ENGINE"]).DatabaseWrapper(kept, DEFAULT_DB_ALIAS)


class Pool:
    def __init__(self, threads: int, name: str, timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_own_connection)

    async def __call__(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """For short work. Raises `StorageDown` when the database does not answer in time."""
        bound = functools.partial(_with_fresh_connection, work, *args, **kwargs)
        here = contextvars.copy_context()  # the language is in it
        try:
            async with asyncio.timeout(self.timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._threads, here.run, bound)
        except (OperationalError, InterfaceError, TimeoutError) as error:
            log.warning("action=store_down error=%r", error)
            raise StorageDown(_("The database does not answer.")) from None


run_in_db_pool = Pool(4, "orm")
# One thread: the work is bound by the GIL.
handshake_pool = Pool(1, "handshake", HANDSHAKE_S)


def _with_fresh_connection(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
