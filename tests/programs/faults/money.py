"""Compares the studio's ledger with the provider's own: never above a ceiling, and equal at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from django.db import close_old_connections

from tests.programs.faults.ledger import Ledger
from tests.support.serving import until

PRICE = 40_000  # of a picture, in millionths
PRICES = "images picture=0.04"
SETTLED_S = 40.0  # six leases and a round or two, for what no message names; longer on a busy machine
LOOK_S = 0.05


class Money:
    """In one scenario. `pictures`: how many the ceilings allow, or None."""

    def __init__(self, ledger: Ledger, pictures: int | None) -> None:
        self._ledger = ledger
        self._ceiling = None if pictures is None else pictures * PRICE
        self._most = 0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Empties the books and sets the ceilings."""
        self._ledger.charged = 0
        await asyncio.to_thread(_begin, self._ceiling)
        watching = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def wrong(self, within: float) -> list[str]:
        """Waits until everything is settled, or for the time limit."""
        await until(lambda: asyncio.to_thread(_is_settled), min(within, SETTLED_S), every=0.2)
        return [*await asyncio.to_thread(self._judge)]

    def _judge(self) -> list[str]:
        held, spent, assumed = _sums()
        charged = self._ledger.charged * PRICE
        wrong = []
        if held != spent:
            wrong.append(f"{held - spent} are reserved for nothing")
        if not spent - assumed <= charged <= spent:
            wrong.append(f"the studio counts {spent}, of which {assumed} are assumed; the provider {charged}")
        if self._ceiling is not None and max(held, self._most) > self._ceiling:
            wrong.append(f"{max(held, self._most)} were held, above the ceiling of {self._ceiling}")
        if self._ceiling is not None and charged > self._ceiling:
            wrong.append(f"the provider was asked for {charged}, above the ceiling of {self._ceiling}")
        return wrong

    async def _watch(self) -> None:
        while True:
            self._most = max(self._most, (await asyncio.to_thread(_sums))[0])
            await asyncio.sleep(LOOK_S)


def _begin(ceiling: int | None) -> None:
    from pipeline.models import Ceiling
    from pipeline.store.mongo import database

    database()["books"].delete_many({})
    try:
        Ceiling.objects.all().delete()
        if ceiling is not None:
            Ceiling.objects.create(of=Ceiling.Of.STUDIO_DAY, amount=Decimal(ceiling) / 1_000_000)
    finally:
        close_old_connections()


def _is_settled() -> bool:
    from pipeline.store.mongo import database

    return database()["books"].find_one({"opened": {"$gt": 0}}) is None


def _sums() -> tuple[int, int, int]:
    """The studio's sums of reserved, spent and assumed; None while MongoDB is down."""
    from pymongo.errors import PyMongoError

    from pipeline.store.ledger import STUDIO
    from pipeline.store.mongo import database

    try:
        books = list(database()["books"].find({"owner": STUDIO}))
    except PyMongoError:
        return 0, 0, 0
    days = [day for book in books for day in book["days"].values()]
    held, spent, assumed = (sum(day.get(name, 0) for day in days) for name in ("held", "spent", "assumed"))
    return held, spent, assumed
