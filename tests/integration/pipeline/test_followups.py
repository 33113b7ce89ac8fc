"""What follows an answer, in rounds: where there is too much to publish, some of it is published and nothing is lost."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from chat import services
from pipeline import events
from pipeline.events import Event
from pipeline.message import Message, Stage
from pipeline.store import followups, sessions, turns
from tests.support.messages import Doc, insert, insert_session, reload
from tests.support.serving import HANGS_S

Mongo = Database[dict[str, Any]]
MANY = 3 * followups.EVENTS_PER_ROUND


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that were published."""
    heard: list[Event] = []
    monkeypatch.setattr(events, "enqueue", lambda event, at_once=False: heard.append(event))
    return heard


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Stage]:
    woken: list[Stage] = []
    monkeypatch.setattr(services, "wake", woken.append)
    return woken


def kinds(heard: list[Event]) -> Counter[str]:
    return Counter(event["text"].split('"type":"')[1].split('"')[0] for event in heard)


def accepted(count: int, **values: Any) -> list[Message]:
    return [Message.of(insert(session_id=insert_session()["_id"], **values)) for _ in range(count)]


def follow(*messages: Message) -> None:
    """All in one round."""
    followups._round({message.id: message for message in messages})


def test_a_round_publishes_for_some_and_renews_every_session(mongo: Mongo, heard: list[Event]) -> None:
    follow(*accepted(MANY))
    told = kinds(heard)
    assert told["message.changed"] == told["session.changed"] == followups.EVENTS_PER_ROUND
    assert mongo["sessions"].distinct("version") == [2]  # the poller tells the others, by what has a new version


def test_a_few_are_all_told(mongo: Mongo, heard: list[Event]) -> None:
    follow(*accepted(3))
    told = kinds(heard)
    assert told["message.changed"] == told["session.changed"] == 3


def test_what_a_worker_has_published_is_not_published_again(mongo: Mongo, heard: list[Event]) -> None:
    (done,) = accepted(1, status="DONE")
    (refined,) = accepted(1, stage="generating", token="t")
    follow(done, refined)
    assert kinds(heard) == {"session.changed": 1}  # of the one that has ended


def test_whoever_waits_for_what_was_refined_or_has_ended_meanwhile_is_unblocked(
    mongo: Mongo, heard: list[Event]
) -> None:
    def variation(**original: Any) -> Doc:
        return insert(waits_for=insert(**original)["_id"] if original else "removed")

    freed = [variation(stage="generating"), variation(status="FAILED"), variation()]
    waiting = variation(stage="refining")
    follow(*map(Message.of, [*freed, waiting]))
    assert [reload(doc)["waits_for"] for doc in freed] == [None] * 3
    assert reload(waiting)["waits_for"] == waiting["waits_for"]
    assert len(turns.places()) == 3  # one of them has the person's place


def test_a_round_that_fails_does_not_end_the_rounds(
    mongo: Mongo, heard: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise AutoReconnect("gone")

    (first, second) = accepted(2)
    with monkeypatch.context() as broken:
        broken.setattr(sessions, "touch", down)
        followups.schedule(first)
        followups.wait(HANGS_S)
    assert kinds(heard)["session.changed"] == 0
    followups.schedule(second)
    followups.wait(HANGS_S)
    assert kinds(heard)["session.changed"] == 1


async def test_nothing_follows_before_the_answer_has_left(woken: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled, later = list[Message](), list[tuple[Any, ...]]()
    monkeypatch.setattr(followups, "schedule", scheduled.append)
    (message,) = accepted(1)
    with monkeypatch.context() as clock:
        clock.setattr(asyncio.get_running_loop(), "call_later", lambda *args: later.append(args))
        services._after_answer(message)
    ((seconds, follow_up, *args),) = later
    assert (seconds, scheduled, woken) == (services.ANSWER_S, [], [])
    follow_up(*args)
    assert (scheduled, woken) == ([message], [Stage.REFINING])


def test_for_what_has_no_turn_nobody_is_woken(woken: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followups, "schedule", lambda message: None)
    for message in accepted(1, waits_for="another"):
        services._follow_up(message)
    assert woken == []
