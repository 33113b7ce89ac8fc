"""What follows an acknowledgement."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat import aftermath
from pipeline.message import Stage
from pipeline.mongo import async_database
from tests.messages import insert

pytestmark = pytest.mark.usefixtures("mongo", "valkey")


@pytest.fixture(autouse=True)
async def closed_client(mongo: object) -> AsyncIterator[None]:
    yield
    await async_database().client.close()


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
