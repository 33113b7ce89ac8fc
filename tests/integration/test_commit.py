"""Group commit: many senders, one journaled write, and each one's own outcome."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson.errors import InvalidDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chat import commit
from pipeline import message
from pipeline.message import Doc
from pipeline.mongo import async_database

Mongo = Database[dict[str, Any]]


@pytest.fixture(autouse=True)
async def closed_client(mongo: Mongo) -> AsyncIterator[None]:
    yield
    await async_database().client.close()


def new(client_id: str, **values: Any) -> Doc:
    given: dict[str, Any] = {
        "session_id": "s",
        "user_id": "u",
        "hash": "h",
        "content": "a sunset",
        "seed": 1,
        "options": {},
    }
    return message.new(client_id=client_id, **given) | values


async def outcomes(*docs: Doc) -> list[type[BaseException] | None]:
    found = await asyncio.gather(*(commit.insert(doc) for doc in docs), return_exceptions=True)
    return [None if outcome is None else type(outcome) for outcome in found]


async def test_what_is_accepted_is_in_the_database(mongo: Mongo) -> None:
    docs = [new(str(number)) for number in range(50)]
    assert await outcomes(*docs) == [None] * 50
    assert sorted(doc["_id"] for doc in mongo["messages"].find()) == [doc["_id"] for doc in docs]


async def test_the_server_writes_its_time_into_each(mongo: Mongo) -> None:
    await outcomes(new("a"), new("b"))
    times = [doc["changed_at"] for doc in mongo["messages"].find()]
    assert len(set(times)) == 2
    assert message.SERVER_TIME not in times


async def test_a_duplicate_fails_alone_and_by_its_own_kind(mongo: Mongo) -> None:
    assert await outcomes(new("first"), new("a"), new("b"), new("a"), new("c")) == [
        *(None, None, None),
        DuplicateKeyError,
        None,
    ]
    assert mongo["messages"].count_documents({}) == 4


async def test_what_cannot_be_encoded_fails_alone(mongo: Mongo) -> None:
    results = await outcomes(new("a"), new("b", options=object()), new("c", seed=2**70))
    assert results == [None, InvalidDocument, OverflowError]
    assert [doc["client_id"] for doc in mongo["messages"].find()] == ["a"]


async def test_a_sender_that_goes_away_takes_nobody_along(mongo: Mongo) -> None:
    gone = asyncio.create_task(commit.insert(new("gone")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await outcomes(new("stays")) == [None]
    assert mongo["messages"].count_documents({"client_id": "stays"}) == 1


async def test_what_comes_while_one_write_is_on_its_way_shares_the_next(mongo: Mongo) -> None:
    before = _writes(mongo)
    await outcomes(*(new(str(number)) for number in range(100)))
    assert _writes(mongo) - before <= 2


def _writes(mongo: Mongo) -> int:
    return int(mongo.client.admin.command("serverStatus")["metrics"]["commands"]["insert"]["total"])
