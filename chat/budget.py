"""Reserves what a message may cost, before it is accepted. What is free asks no database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.utils import translation

from chat.db_pool import run_in_db_pool
from pipeline import ceilings
from pipeline.message_parts import ReservationForm
from pipeline.store import ledger, reservations

_threads = ThreadPoolExecutor(4, thread_name_prefix="ledger")


async def reserve(user_id: str, cost: int) -> ReservationForm | None:
    """None where it costs nothing. Raises `Budget`, `StorageDown` and `PyMongoError`."""
    if not cost:
        return None
    allowed = await run_in_db_pool(ceilings.of, user_id)
    made = ledger.new_reservation(user_id)
    await _in_thread(lambda: ledger.reserve(made, cost, allowed))
    return made


async def give_back(reservation: ReservationForm | None, cost: int) -> None:
    """For a message that was not accepted. After a crash maintenance does it."""
    if reservation is not None:
        await _in_thread(lambda: ledger.void(reservation, cost))


async def settle(message_id: str) -> None:
    """What the message has cost so far, before it is tried again."""
    await _in_thread(lambda: reservations.settle(message_id, finally_=True))


async def _in_thread(work: Callable[[], None]) -> None:
    language = translation.get_language()

    def in_language() -> None:
        with translation.override(language):
            work()

    await asyncio.get_running_loop().run_in_executor(_threads, in_language)
