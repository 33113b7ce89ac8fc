"""Money, before a message is accepted. Where nothing is charged no store is asked."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from chat.db_pool import run_in_db_pool
from pipeline import ceilings
from pipeline.message import ReservationForm
from pipeline.store import ledger, reservations

_threads = ThreadPoolExecutor(4, thread_name_prefix="ledger")


async def reserve(user_id: str, cost: int) -> ReservationForm | None:
    """None where it costs nothing. Raises `Budget`, `StorageDown` and `PyMongoError`."""
    if not cost:
        return None
    allowed = await run_in_db_pool(ceilings.of, user_id)
    made = ledger.new_reservation(user_id)
    await asyncio.get_running_loop().run_in_executor(_threads, ledger.reserve, made, cost, allowed)
    return made


async def give_back(reservation: ReservationForm | None, cost: int) -> None:
    """Of what was not accepted. A crash before leaves it to maintenance."""
    if reservation is not None:
        await asyncio.get_running_loop().run_in_executor(_threads, ledger.void, reservation, cost)


async def settle(message_id: str) -> None:
    """Before it is tried again."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(_threads, lambda: reservations.settle(message_id, finally_=True))
