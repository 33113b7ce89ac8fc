"""What is hard to meet from outside: two things that happen at the same moment, and what happens in which thread."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.test import AsyncClient

from chat import budget, group_commit, refinement, services, without_session
from chat.bodies import ImageBody, SendBody
from gallery import services as gallery
from gallery.errors import NotFound, Quota
from gallery.places import Places
from pipeline import transitions
from pipeline.message import Message, Stage
from pipeline.providers import registry
from pipeline.providers.base import Refiner
from pipeline.store.mongo import async_database
from tests.conftest import Documents
from tests.support.messages import apply, followed_up, insert, insert_session, reload
from tests.support.serving import HANGS_S


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
    apply(transitions.claim(Stage.REFINING, "t", lease_ms=10_000, attempts=3))
    accept = group_commit.insert

    async def refined_meanwhile(message: Message) -> Message:
        apply(transitions.advance(original["_id"], "t", Stage.GENERATING, {"intent": "generate"}))
        return await accept(message)

    monkeypatch.setattr(group_commit, "insert", refined_meanwhile)
    body = SendBody(content="a sunset", variation_of=original["_id"])
    sent = await services.send("u", session_id, body)
    await followed_up()
    assert reload({"_id": sent.id})["waits_for"] is None


async def test_what_costs_nothing_asks_no_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("a store was asked for money")

    monkeypatch.setattr(budget, "run_in_db_pool", asked)
    monkeypatch.setattr(budget, "_in_thread", asked)
    sent = await services.send("u", insert_session()["_id"], SendBody(content="a sunset"))
    assert sent.reservation is None and "reservation" not in reload({"_id": sent.id})
    await followed_up()


@pytest.mark.parametrize("how", ["cancel", "retry", "delete_session"])
async def test_the_persons_next_message_has_the_turn_when_one_is_cancelled_or_tried_again_or_its_session_deleted(
    how: str,
) -> None:
    session_id = insert_session()["_id"]
    first, following = insert(session_id=session_id), insert(session_id=insert_session()["_id"])
    if how == "retry":
        for doc in (first, following):
            apply(transitions.cancel({"_id": doc["_id"]}))
        following = first
    await getattr(services, how)("u", session_id, "keep" if how == "delete_session" else first["_id"])
    await followed_up()
    assert "turn" in reload(following)


async def test_the_event_loop_does_not_wait_for_the_import_of_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_in: list[threading.Thread] = []
    language = registry.refiner

    def noted() -> Refiner:
        asked_in.append(threading.current_thread())
        return language()

    monkeypatch.setattr(registry, "refiner", noted)
    assert (await without_session.refine_prompt("u", "a lake")).intent == "generate"
    assert threading.current_thread() not in asked_in
    assert len(asked_in) == 1


@pytest.mark.django_db(transaction=True)  # a thread of the pool looks whether its connection is still good
async def test_an_image_is_asked_for_with_one_read_of_its_source_picture(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.IMAGE_WAIT_S = 0
    looks: list[str] = []
    monkeypatch.setattr(gallery, "check_sources", lambda user, images, mask: looks.extend(images))
    asked = await without_session.generate_image("u", ImageBody(prompt="make it bluer", source_image_id="one"))
    assert (asked.source_image_id, looks) == ("one", ["one"])


@pytest.mark.django_db(transaction=True)
async def test_an_image_that_is_refused_leaves_no_session_behind(mongo: Documents, monkeypatch: Any) -> None:
    def no_such_picture(*_: Any) -> None:
        raise NotFound

    monkeypatch.setattr(gallery, "check_sources", no_such_picture)
    with pytest.raises(NotFound):
        await without_session.generate_image("u", ImageBody(prompt="make it bluer", source_image_id="one"))
    assert mongo["sessions"].count_documents({}) == 0


async def test_who_repeats_a_request_without_end_has_few_of_them_waiting(settings: Any, monkeypatch: Any) -> None:
    """They are answered before any limit."""
    settings.IMAGE_WAIT_S = HANGS_S
    monkeypatch.setattr(without_session, "_waiting", Places(each=3))
    body = ImageBody(prompt="a sea", client_id="again")
    first = await without_session.generate_image("u", body, at_once=True)
    asked = [asyncio.create_task(without_session.generate_image("u", body)) for _ in range(10)]
    for answered in asyncio.as_completed(asked, timeout=HANGS_S):
        assert (await answered).id == first.id
        if sum(task.done() for task in asked) == 7:
            break
    assert not any(task.done() and task.result().has_ended for task in asked)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert without_session._waiting.held("u") == 0


async def test_slow_readings_keep_nobody_else_waiting_and_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    over, language = threading.Event(), registry.refiner

    def slow() -> Refiner:
        over.wait(2 * HANGS_S)
        return language()

    monkeypatch.setattr(registry, "refiner", slow)
    most = refinement.THREADS + refinement.WAITING
    hanging = [asyncio.create_task(without_session.refine_prompt("u", "a lake")) for _ in range(most)]
    try:
        await asyncio.sleep(0)  # each has its place by then
        answer = await asyncio.wait_for(AsyncClient().get("/v1/no/such/path/"), HANGS_S)
        assert answer.status_code == 404
        with pytest.raises(Quota) as refused:
            await asyncio.wait_for(without_session.refine_prompt("u", "a lake"), HANGS_S)
        assert refused.value.retryable
        assert refused.value.retry_after
        assert not any(task.done() for task in hanging)
    finally:
        over.set()
    assert {form.intent for form in await asyncio.gather(*hanging)} == {"generate"}
    assert (await without_session.refine_prompt("u", "a lake")).intent == "generate"  # there is room again
