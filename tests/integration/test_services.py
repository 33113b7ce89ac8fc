"""What is hard to meet from outside: two things that happen at the same moment."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chat import commit, services
from chat.protocol import SendBody
from pipeline import message
from pipeline.jobs import apply
from pipeline.message import Doc, Stage
from pipeline.mongo import async_database
from tests.conftest import Documents
from tests.messages import insert, insert_session, reload


@pytest.fixture(autouse=True)
async def closed_client(mongo: Documents, valkey: object, settings: Any) -> AsyncIterator[None]:
    settings.STUDIO_LIMITS = False
    yield
    await async_database().client.close()


async def test_a_variation_does_not_wait_for_an_original_that_was_refined_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session_id = insert_session()["_id"]
    original = insert(session_id=session_id)
    apply(message.claim(Stage.REFINING, "t", lease_ms=10_000, attempts=3))
    accept = commit.insert

    async def refined_meanwhile(doc: Doc) -> None:
        apply(message.advance(original["_id"], "t", Stage.GENERATING, {"intent": "generate"}))
        await accept(doc)

    monkeypatch.setattr(commit, "insert", refined_meanwhile)
    body = SendBody(content="a sunset", variation_of=original["_id"])
    form = await services.send("u", session_id, body)
    while services._background:
        await next(iter(services._background))
    assert reload({"_id": form["id"]})["waits_for"] is None
