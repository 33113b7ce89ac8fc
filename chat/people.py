"""The ORM, asked from an event loop: in a small pool of its own, never on the thread that all of Channels shares."""

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
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="orm")


async def in_pool(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a short piece of ORM work. Raises `StorageDown` when the database does not answer in time."""
    bound = functools.partial(_with_fresh_connection, work, *args, **kwargs)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await asyncio.get_running_loop().run_in_executor(_pool, bound)
    except TimeoutError:
        raise StorageDown("The database does not answer.") from None


def _with_fresh_connection(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
