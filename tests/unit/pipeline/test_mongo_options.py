"""What MongoDB is asked to promise, and that a client which could not reach it can do so later."""

import asyncio
import time

import pytest
from pymongo import MongoClient, ReadPreference
from pymongo.lock import _async_cond_wait, _async_create_condition, _async_create_lock

from pipeline.store import mongo
from tests.support.serving import HANGS_S, until


def test_no_uri_can_ask_for_less_than_the_journal_of_the_majority_and_what_the_primary_knows() -> None:
    uri = "mongodb://127.0.0.1:9/studio?w=1&journal=false&readPreference=secondary"
    with MongoClient[mongo.Document](uri, connect=False, **mongo._options()) as client:
        assert client.write_concern.document == {"w": "majority", "j": True}
        assert client.read_preference == ReadPreference.PRIMARY


async def test_who_is_cancelled_at_the_end_of_a_wait_does_not_keep_the_lock_that_all_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MongoDB was away for some seconds, and a web process never reached it again."""
    lock = _async_create_lock()
    news = _async_create_condition(lock)

    async def waits() -> None:
        async with lock:
            await _async_cond_wait(news, HANGS_S)

    waiting = [asyncio.create_task(waits()) for _ in range(2)]
    assert await until(lambda: len(news._waiters) == 2)
    async with lock:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + 2 * HANGS_S)
        assert await until(lambda: not news._waiters)
        for each in waiting:
            each.cancel()
        await asyncio.sleep(0.1)
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError] * 2
    assert not lock.locked()
