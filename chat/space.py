"""Whether a person has space for one more picture. Cached, and not checked while the database is down: the worker checks
again."""

import asyncio
import logging
import time

from django.conf import settings
from django.db import DatabaseError

from chat.db_pool import run_in_db_pool
from gallery import space
from gallery.errors import StorageDown
from pipeline.coalescing import Breaker

log = logging.getLogger(__name__)

AGAIN_S = 5.0  # also after a database did not answer
ANSWER_WITHIN_S = 1.0
REMEMBERED = 10_000  # people

_had_space: dict[str, float] = {}  # time, by user
_breaker = Breaker(AGAIN_S)


async def check(user_id: str) -> None:
    """Raises `StorageFull`."""
    if not settings.STUDIO_LIMITS:
        return space.check_disk()
    now = time.monotonic()
    if _breaker.is_open or now - _had_space.get(user_id, -AGAIN_S) < AGAIN_S:
        return None
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await run_in_db_pool(space.check, user_id)
    except (StorageDown, DatabaseError, TimeoutError) as error:
        _breaker.trip()
        log.warning("action=space_not_checked error=%r", error)
        return None
    if len(_had_space) >= REMEMBERED:
        _had_space.clear()
    _had_space[user_id] = now
    return None
