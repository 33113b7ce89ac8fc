"""What follows an acknowledgement under a load that would bury the sockets in whispers: some hear at once, nobody is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from chat import aftermath
from pipeline import publisher
from pipeline.message import Doc, Stage
from pipeline.mongo import async_database
from pipeline.publisher import News
from tests.messages import insert, insert_session

Mongo = Database[dict[str, Any]]
MANY = 3 * aftermath.WHISPERS


@pytest.fixture(autouse=True)
async def closed_client(mongo: Mongo) -> AsyncIterator[None]:
    yield
    await async_database().client.close()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the news that was sent."""
    kinds: list[str] = []

    async def send(news: News) -> None:
        kinds.append(news["text"].split('"type":"')[1].split('"')[0])

    monkeypatch.setattr(publisher, "send", send)
    return kinds


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[Stage]:
    rung: list[Stage] = []
    monkeypatch.setattr(aftermath, "ring", rung.append)
    return rung


def accepted(count: int, **values: Any) -> list[Doc]:
    return [insert(session_id=insert_session()["_id"], **values) for _ in range(count)]


async def followed(docs: list[Doc]) -> None:
    """Accepted at once; returns when their round is over."""
    for doc in docs:
        aftermath.follows(doc)
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "aftermath"))


async def test_a_round_whispers_to_some_and_renews_every_session(
    mongo: Mongo, heard: list[str], bells: list[Stage]
) -> None:
    await followed(accepted(MANY))
    told = {kind: heard.count(kind) for kind in ("message.changed", "session.changed")}
    assert told == dict.fromkeys(told, aftermath.WHISPERS)
    assert mongo["sessions"].distinct("version") == [2]  # the watch tells the others, by what has a new version


async def test_a_few_are_all_told_with_their_places(mongo: Mongo, heard: list[str], bells: list[Stage]) -> None:
    await followed(accepted(3))
    assert heard.count("message.changed") == heard.count("session.changed") == 3
    assert heard.count("message.progress") == 2  # the first one is next


async def test_one_doorbell_is_rung_for_all_that_came_at_once(
    mongo: Mongo, heard: list[str], bells: list[Stage]
) -> None:
    await followed(accepted(MANY))
    assert bells == [Stage.REFINING]
    await followed(accepted(1))
    assert bells == [Stage.REFINING] * 2


async def test_for_what_waits_for_another_message_none_is_rung(
    mongo: Mongo, heard: list[str], bells: list[Stage]
) -> None:
    await followed(accepted(1, waits_for="another"))
    assert bells == []


async def test_a_round_that_fails_does_not_end_the_rounds(
    mongo: Mongo, heard: list[str], bells: list[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any) -> None:
        raise AutoReconnect("gone")

    with monkeypatch.context() as broken:
        broken.setattr(aftermath, "refresh_sessions", down)
        await followed(accepted(1))
    heard.clear()
    await followed(accepted(1))
    assert "session.changed" in heard


async def test_one_doorbell_for_all_and_not_before_their_answers_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[Any] = []
    monkeypatch.setattr(aftermath, "ring", rung.append)
    monkeypatch.setattr(aftermath, "ANSWER_S", 0.2)
    docs = [insert(client_id=str(number)) for number in range(3)]
    for doc in docs:
        aftermath.follows(doc)
    for _ in range(3):
        await asyncio.sleep(0)  # a round of the loop, in which what was written goes out
    assert rung == []
    await asyncio.sleep(0.4)
    assert rung == [Stage.REFINING]
