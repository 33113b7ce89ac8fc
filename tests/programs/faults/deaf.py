"""A client that sends requests and never reads."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from websockets.asyncio.client import connect

from tests.programs.faults.person import DOWN, Person

WRONG = {
    "type": "session.sync",
    "known": [],
}  # unreadable frames count for no rate limit, and are answered with a sentence


@asynccontextmanager
async def deaf(person: Person) -> AsyncIterator["asyncio.Task[None]"]:
    """Sends meanwhile, with a tiny receive window. The value completes when the server closes the connection."""
    url = f"ws://127.0.0.1:{person.ports[0]}/ws/sessions/{person.session_id}/"
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", person.ports[0]))
    plain.setblocking(False)
    patience = {"close_timeout": 0.2, "ping_interval": None}
    opening = connect(url, sock=plain, additional_headers=person.headers, max_queue=1, **patience)  # type: ignore[arg-type]
    with suppress(*DOWN):
        async with opening as connection:

            async def ask() -> None:
                with suppress(*DOWN):
                    for n in count():  # some ten thousand answers fill every buffer on the way
                        await connection.send(json.dumps({**WRONG, "id": n}))

            asking = asyncio.create_task(ask())
            try:
                yield asking
            finally:
                asking.cancel()
