"""Group commit: many senders, one journaled write, and each one's own outcome."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bson.errors import InvalidDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chat import group_commit
from pipeline.documents import SERVER_TIME
from pipeline.message import BEGUN, Message
from pipeline.store.mongo import async_database
from tests.support import messages

Mongo = Database[dict[str, Any]]


@pytest.fixture(autouse=True)
async def closed_client(mongo: Mongo) -> AsyncIterator[None]:
    yield
    await async_database().client.close()


def new(client_id: str, **values: Any) -> Message:
    return messages.new(client_id=client_id, **values)


async def accepted(*sent: Message) -> list[Message | BaseException]:
    return await asyncio.gather(*(group_commit.insert(message) for message in sent), return_exceptions=True)


async def outcomes(*sent: Message) -> list[type[BaseException] | None]:
    return [type(outcome) if isinstance(outcome, BaseException) else None for outcome in await accepted(*sent)]


async def test_what_is_accepted_is_in_the_database(mongo: Mongo) -> None:
    docs = [new(str(number)) for number in range(50)]
    assert await outcomes(*docs) == [None] * 50
    assert sorted(doc["_id"] for doc in mongo["messages"].find()) == [doc.id for doc in docs]


async def test_the_server_writes_its_time_into_each(mongo: Mongo) -> None:
    await outcomes(new("a"), new("b"))
    for field in ("changed_at", "accepted_at"):
        times = [doc[field] for doc in mongo["messages"].find(sort=[("_id", 1)])]
        assert SERVER_TIME < times[0] < times[1]


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
    gone = asyncio.create_task(group_commit.insert(new("gone")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await outcomes(new("stays")) == [None]
    assert mongo["messages"].count_documents({"client_id": "stays"}) == 1


async def test_what_comes_while_one_write_is_on_its_way_shares_the_next(mongo: Mongo) -> None:
    before = _writes(mongo)
    await outcomes(*(new(str(number)) for number in range(100)))
    assert _writes(mongo) - before <= 2


# Places in the queue


async def test_one_message_of_a_person_has_the_place_and_the_others_are_accepted_without(mongo: Mongo) -> None:
    of_all = await accepted(*(new(str(number), user_id=person) for number, person in enumerate("aabab")))
    assert [each.client_id for each in of_all if isinstance(each, Message) and each.turn] == ["0", "2"]
    stored = mongo["messages"].find({"turn": {"$exists": True}})
    assert {doc["client_id"] for doc in stored} == {"0", "2"}


async def test_who_is_known_to_have_a_place_costs_one_write_a_message(mongo: Mongo) -> None:
    await outcomes(new("first"))
    before = _writes(mongo)
    await outcomes(new("second"))  # asked for a place, refused, and written again
    assert _writes(mongo) - before == 2
    for number in range(10):
        await outcomes(new(str(number)))
    assert _writes(mongo) - before == 12


async def test_a_first_message_costs_one_write_and_so_does_the_next_one_once_that_is_claimed(mongo: Mongo) -> None:
    before = _writes(mongo)
    for number in range(3):
        message = await group_commit.insert(new(str(number)))
        assert message.turn is not None
        mongo["messages"].update_one({"_id": message.id}, {"$set": {"turn": BEGUN}})
    assert _writes(mongo) - before == 3


async def test_a_person_is_asked_for_again_after_a_while(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "PLACED_S", -1.0)
    await outcomes(new("first"), new("second"))
    mongo["messages"].delete_many({})
    assert (await group_commit.insert(new("third"))).turn is not None


async def test_the_same_request_of_a_person_who_has_a_place_is_still_a_duplicate(mongo: Mongo) -> None:
    assert await outcomes(new("a")) == [None]
    again = await asyncio.gather(group_commit.insert(new("a")), return_exceptions=True)
    assert [type(outcome) for outcome in again] == [DuplicateKeyError]
    assert mongo["messages"].count_documents({}) == 1


async def test_however_many_people_have_a_place_little_is_remembered(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "REMEMBERED", 5)
    docs = [new(f"{person}{number}", user_id=f"u{person}") for person in range(20) for number in range(2)]
    for doc in docs:
        assert await outcomes(doc) == [None]
    assert len(group_commit._committer()._placed_until) <= 5
    assert mongo["messages"].count_documents({"turn": {"$exists": True}}) == 20


def _writes(mongo: Mongo) -> int:
    return int(mongo.client.admin.command("serverStatus")["metrics"]["commands"]["insert"]["total"])
