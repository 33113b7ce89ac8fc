"""The ORM, asked from the event loop's side: in a few threads of its own, and never for longer than a bound.

`sync_to_async` outside a request shares one thread with the whole process: one slow query there holds up everybody.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

T = TypeVar("T")
_threads = ThreadPoolExecutor(4, thread_name_prefix="orm")


async def ask(work: Callable[[], T], timeout: float) -> T:
    """What `work` returns. Raises `TimeoutError` after `timeout` seconds; a query that hangs then holds its thread only."""

    def run() -> T:
        close_old_connections()
        try:
            return work()
        finally:
            close_old_connections()

    return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(_threads, run), timeout)
