"""What is hard to meet from outside: two things that happen at the same moment, and what happens in which thread."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.test import AsyncClient

from chat import commit, reading, services
from chat.protocol import ImageBody, SendBody
from gallery import services as gallery
from gallery.errors import NotFound, Quota
from pipeline import message
from pipeline.jobs import apply
from pipeline.message import Doc, Stage
from pipeline.mongo import async_database
from pipeline.providers import registry
from pipeline.providers.base import Language
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


async def test_the_event_loop_does_not_wait_for_the_import_of_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_in: list[threading.Thread] = []
    language = registry.language

    def noted() -> Language:
        asked_in.append(threading.current_thread())
        return language()

    monkeypatch.setattr(registry, "language", noted)
    assert (await services.refine_prompt("u", "a lake"))["intent"] == "generate"
    assert threading.current_thread() not in asked_in
    assert len(asked_in) == 1


@pytest.mark.django_db(transaction=True)  # a thread of the pool looks whether its connection is still good
async def test_an_image_is_asked_for_with_one_look_at_its_source_picture(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.IMAGE_WAIT_S = 0
    looks: list[str] = []
    monkeypatch.setattr(gallery, "source", lambda user, image, mask: looks.append(image))
    form = await services.generate_image("u", ImageBody(prompt="make it bluer", source_image_id="one"))
    assert (form["source_image_id"], looks) == ("one", ["one"])


@pytest.mark.django_db(transaction=True)
async def test_an_image_that_is_refused_leaves_no_session_behind(mongo: Documents, monkeypatch: Any) -> None:
    def no_such_picture(*_: Any, mask: bool) -> None:
        raise NotFound

    monkeypatch.setattr(gallery, "source", no_such_picture)
    with pytest.raises(NotFound):
        await services.generate_image("u", ImageBody(prompt="make it bluer", source_image_id="one"))
    assert mongo["sessions"].count_documents({}) == 0


async def test_slow_readings_keep_nobody_else_waiting_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    over, language = threading.Event(), registry.language

    def slow() -> Language:
        over.wait(30)
        return language()

    monkeypatch.setattr(registry, "language", slow)
    most = reading.THREADS + reading.WAITING
    hanging = [asyncio.create_task(services.refine_prompt("u", "a lake")) for _ in range(most)]
    try:
        await asyncio.sleep(0)  # each has its place by then
        answer = await asyncio.wait_for(AsyncClient().get("/v1/no/such/path/"), 10)
        assert answer.status_code == 404
        with pytest.raises(Quota) as refused:
            await asyncio.wait_for(services.refine_prompt("u", "a lake"), 10)
        assert refused.value.retryable
        assert refused.value.retry_after
        assert not any(task.done() for task in hanging)
    finally:
        over.set()
    assert {form["intent"] for form in await asyncio.gather(*hanging)} == {"generate"}
    assert (await services.refine_prompt("u", "a lake"))["intent"] == "generate"  # there is room again
