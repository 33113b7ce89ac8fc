"""A client that asks and never reads."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import connect

from tests.faults.person import DOWN, Person


@asynccontextmanager
async def deaf(person: Person) -> AsyncIterator[None]:
    """While this lasts it asks for the whole session again and again, with a window of nearly nothing."""
    url = f"ws://127.0.0.1:{person.ports[0]}/ws/sessions/{person.session_id}/"
    asking: asyncio.Task[None] | None = None
    try:
        async with connect(url, additional_headers=person.headers, max_queue=1, close_timeout=0.2) as socket:

            async def ask() -> None:
                with suppress(*DOWN):
                    for n in range(20_000):
                        await socket.send(json.dumps({"type": "session.sync", "id": n, "known": {}}))

            asking = asyncio.create_task(ask())
            yield
    finally:
        if asking:
            asking.cancel()
