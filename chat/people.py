"""The ORM, asked from an event loop: in small pools of our own, never on the thread that all of Channels shares."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from gallery.errors import StorageDown

P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT_S = 5.0


class Pool:
    """So many threads at most; each has a database connection of its own while it works."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def __call__(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short piece of ORM work. Raises `StorageDown` when the database does not answer in time."""
        bound = functools.partial(_with_fresh_connection, work, *args, **kwargs)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.get_running_loop().run_in_executor(self._threads, bound)
        except TimeoutError:
            raise StorageDown("The database does not answer.") from None


in_pool = Pool(4, "orm")
# Who comes is looked up by one thread. What it does is mostly Python, and only one thread can run Python at a time: four are
# no faster when a thousand people come at once, but between them the event loop has its turn four times as seldom.
at_the_door = Pool(1, "door")


def _with_fresh_connection(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
