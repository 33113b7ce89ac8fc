"""What MongoDB is asked to promise, and that a client which could not reach it can do so later."""

import asyncio

import pymongo
import pytest
from pymongo import AsyncMongoClient, MongoClient, ReadPreference
from pymongo.errors import ServerSelectionTimeoutError

from pipeline.store import mongo
from tests.support.serving import HANGS_S, free_port, until


def test_no_uri_can_ask_for_less_than_the_journal_of_the_majority_and_what_the_primary_knows() -> None:
    uri = "mongodb://127.0.0.1:9/studio?w=1&journal=false&readPreference=secondary"
    with MongoClient[mongo.Document](uri, connect=False, **mongo._options()) as client:
        assert client.write_concern.document == {"w": "majority", "j": True}
        assert client.read_preference == ReadPreference.PRIMARY


async def test_requests_that_are_cancelled_at_the_end_of_a_wait_do_not_keep_the_lock_that_all_need() -> None:
    """MongoDB was away for some seconds, and a web process never reached it again."""
    client = AsyncMongoClient[mongo.Document](f"mongodb://127.0.0.1:{free_port()}", timeoutMS=HANGS_S * 1000)
    asking = [asyncio.create_task(client.admin.command("ping")) for _ in range(2)]
    topology = await client._get_topology()
    waiters = topology._condition._waiters
    assert await until(lambda: len(waiters) == 2)
    async with topology._lock:  # as whoever has news of the server
        assert await until(lambda: not waiters, every=0.001)
        for each in asking:
            each.cancel()
        await asyncio.sleep(0.1)
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
    with pytest.raises(ServerSelectionTimeoutError), pymongo.timeout(0.1):
        await asyncio.wait_for(client.admin.command("ping"), HANGS_S)
    await client.close()
