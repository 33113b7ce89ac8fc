"""What people are told of their place in the queue, and how long it will take: the order in which they are claimed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from bson.timestamp import Timestamp
from hypothesis import HealthCheck, given, settings, strategies
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from chat import queue
from pipeline import events, transitions
from pipeline.message import Message, Stage
from pipeline.store import messages, stage_times, turns
from pipeline.store.stage_times import Pace
from tests.conftest import Documents
from tests.support.messages import Doc, apply, insert
from tests.support.studio import HANGS_S, Client, Studio, eventually, own_stores

pytestmark = pytest.mark.usefixtures("mongo", "valkey")
STAGES = ("refining", "generating", "uploading")


def timed(mongo: Documents, seconds: dict[str, float], threads: int = 0) -> None:
    mongo["times"].insert_many([{"_id": f"offline.{stage}", "seconds": [s]} for stage, s in seconds.items()])
    if threads:
        stage_times.note_threads(threads)


def etas() -> list[float | None]:
    return [place.eta_s for place in turns.places().values()]


def waiting(user_id: str, count: int = 1, **values: Any) -> list[Doc]:
    return [insert(user_id=user_id, **values) for _ in range(count)]


# The order


@given(strategies.lists(strategies.sampled_from("abcde"), max_size=25), strategies.integers(0, 5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_messages_are_claimed_in_the_order_that_was_told(mongo: Documents, people: list[str], claimed: int) -> None:
    mongo["messages"].delete_many({})
    for person in people:
        insert(user_id=person)
    for _ in range(claimed):
        messages.claim(Stage.REFINING)
    told = turns.places()
    order = []
    while (job := messages.claim(Stage.REFINING)) is not None:
        order.append(job.id)
    assert order == list(told)
    assert [place.position for place in told.values()] == list(range(1, len(order) + 1))


def test_what_waits_for_another_message_or_for_a_delay_or_is_in_work_has_no_place() -> None:
    waiting("a", 3)
    waiting("a", waits_for="another")
    job = messages.claim(Stage.REFINING)
    assert job is not None
    apply(transitions.retry_later(job.id, job.token, 60_000))
    messages.claim(Stage.REFINING)
    assert len(turns.places()) == 1


def test_what_goes_on_after_a_retry_has_a_place_at_its_stage() -> None:
    doc = insert(status="FAILED", stage="generating", intent="generate")
    apply(transitions.retry(Message.of(doc)))
    turns.give(["u"])
    assert turns.places()[doc["_id"]].stage == "generating"


def test_only_the_first_ones_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TOLD_AT_MOST", 5)
    waiting("a", 6)
    waiting("b", 1)
    assert [place.position for place in turns.places().values()] == [1, 2, 3, 4, 5]
    for n in range(6):
        waiting(f"p{n}")
    assert len(turns.places()) == 5


# The time


def test_who_is_next_waits_for_a_thread_and_the_others_for_those_before_them(mongo: Documents) -> None:
    timed(mongo, {"refining": 1, "generating": 8, "uploading": 1}, threads=2)
    waiting("r", 2, stage="generating", intent="generate")  # both threads are busy, half done with 9 s each
    waiting("a", 3)
    assert etas() == [14.5, 19.5, 24.5]


def test_an_idle_thread_begins_at_once(mongo: Documents) -> None:
    timed(mongo, {"refining": 1, "generating": 8, "uploading": 1}, threads=3)
    waiting("r", stage="uploading", intent="generate")
    waiting("a", 3)
    assert etas() == [10, 10, 16.8]


def test_each_provider_has_its_own_times(mongo: Documents, settings: Any) -> None:
    settings.PROVIDERS = {**settings.PROVIDERS, "enhance": "cloudinary"}
    timed(mongo, dict.fromkeys(STAGES, 1), threads=9)
    mongo["times"].insert_many([{"_id": f"cloudinary.{stage}", "seconds": [20]} for stage in STAGES])
    waiting("a", options={"intent": "enhance"})
    waiting("b", stage="generating", intent="enhance", turn=Timestamp(7, 1))
    waiting("c")
    assert etas() == [40, 41, 3]


@pytest.mark.parametrize("threads", [0, 2])
def test_nobody_says_a_time_without_a_worker_or_before_every_stage_was_timed_once(
    mongo: Documents, threads: int
) -> None:
    timed(mongo, dict.fromkeys(STAGES[: 2 if threads else 3], 1), threads=threads)
    waiting("a")
    assert etas() == [None]
    assert [place.told() for place in turns.places().values()] == [{"position": 1}]


def test_a_worker_that_was_not_seen_for_longer_than_a_lease_is_not_counted(mongo: Documents, settings: Any) -> None:
    stage_times.note_threads(4)
    mongo["workers"].insert_one({"_id": "dead", "threads": 4, "seen_at": insert()["created_at"].replace(year=2000)})
    assert stage_times.read().threads == 4
    stage_times.forget_threads()
    assert stage_times.read().threads == 0
    assert mongo["workers"].index_information()["killed"]["expireAfterSeconds"]


def test_only_the_latest_times_are_kept(mongo: Documents) -> None:
    for seconds in range(3 * stage_times.LATEST):
        stage_times.note_time(Stage.GENERATING, "generate", seconds)
        stage_times.note_time(Stage.REFINING, None, 1)
        if seconds % 7 == 0:
            stage_times.keep()
    stage_times.keep()
    kept = {doc["_id"]: doc["seconds"] for doc in mongo["times"].find()}
    assert kept["offline.generating"] == list(range(2 * stage_times.LATEST, 3 * stage_times.LATEST))
    assert stage_times.read() == Pace({"offline.generating": 49.5, "offline.refining": 1}, 0)


# Where it is said


@pytest.mark.parametrize(("stage", "attempts"), [("generating", 1), ("refining", 2)])
def test_who_hears_of_no_new_stage_hears_that_the_queue_is_behind(
    monkeypatch: pytest.MonkeyPatch, stage: str, attempts: int
) -> None:
    insert(stage=stage, intent="generate", attempts=attempts - 1, turn=Timestamp(7, 1))
    told: list[str] = []
    monkeypatch.setattr(events, "enqueue", lambda event, **_: told.append(event["text"]))
    messages.claim(Stage.REFINING)
    assert told[-1].endswith(f'"stage":"{stage}","fraction":0}}')


@pytest.fixture(scope="module")
def idle(prepared: None) -> Iterator[Studio]:
    """Nobody works in it, until somebody starts a worker."""
    studio = Studio(**own_stores("places", 5))
    try:
        studio.start_web()
        yield studio
    finally:
        studio.stop()


def say(client: Client, count: int) -> list[Doc]:
    session_id = client.session()
    return [client.say(session_id, f"a sea {n}") for n in range(count)]


def asked(client: Client, message: Doc) -> Doc:
    return client.message(message["session_id"], message["id"])


def test_a_queued_message_that_is_asked_for_says_its_place_and_in_time_how_long(idle: Studio) -> None:
    first, second = idle.guest(), idle.guest()
    one, two = say(first, 2), say(second, 1)
    assert [asked(first, message)["position"] for message in one] == [1, 3]
    assert asked(second, two[0])["position"] == 2
    assert asked(second, two[0])["eta_s"] is None
    listed = second.messages(two[0]["session_id"])[0]
    assert (listed["position"], listed["eta_s"]) == (None, None)

    first.http.post(f"/api/v1/chat/sessions/{one[0]['session_id']}/messages/{one[0]['id']}/cancel/")
    eventually(lambda: asked(first, one[1])["position"] == 2)
    assert asked(first, one[0])["position"] is None

    worker = idle.start_worker()
    for client, sent in ((first, one[1]), (second, two[0])):
        done = client.ended(sent)
        assert (done["status"], done["position"], done["eta_s"]) == ("DONE", None, None)
    big = [first.say(one[0]["session_id"], "a lake", options={"width": 2048, "height": 2048}) for _ in range(6)]
    eventually(lambda: (asked(first, big[-1])["eta_s"] or 0) > 0)
    idle.workers.remove(worker)
    worker.terminate()
    assert worker.wait(HANGS_S) == 0
    with MongoClient[Doc](idle.environment["MONGO_URI"]) as documents:
        assert documents.get_default_database()["workers"].find_one() is None  # it said so, and no lease had to run out
    eventually(lambda: asked(first, big[-1])["position"] is not None)
    assert asked(first, big[-1])["eta_s"] is None


def test_a_session_that_is_deleted_passes_the_turn_on_to_the_persons_other_one(idle: Studio) -> None:
    client = idle.guest()
    (first,), (second,) = say(client, 1), say(client, 1)
    before = asked(client, first)["position"]
    client.http.delete(f"/api/v1/chat/sessions/{first['session_id']}/").raise_for_status()
    eventually(lambda: asked(client, second)["position"] == before)


def test_a_message_that_came_while_its_person_had_a_place_gets_one_when_that_is_over(idle: Studio) -> None:
    """The web process takes the person to have a place for a while longer; what follows the answer sees to it."""
    client = idle.guest()
    first, second = say(client, 2)
    for sent in (first, second):
        client.http.post(f"/api/v1/chat/sessions/{sent['session_id']}/messages/{sent['id']}/cancel/")
    (third,) = say(client, 1)
    eventually(lambda: asked(client, third)["position"] is not None)


def test_a_place_and_a_time_are_documented(idle: Studio) -> None:
    openapi, asyncapi = (
        httpx.get(f"{idle.url}/{name}.json", timeout=HANGS_S).json() for name in ("openapi", "asyncapi")
    )
    assert {"position", "eta_s"} <= set(openapi["components"]["schemas"]["MessageForm"]["properties"])
    assert {"position", "eta_s"} <= set(asyncapi["components"]["schemas"]["MessageProgress"]["properties"])


# The table of the web process


@pytest.fixture
async def reads(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[int]]:
    """An entry for each time that the queue was read."""
    read, times = turns.places, list[int]()

    def places() -> Any:
        times.append(1)
        return read()

    monkeypatch.setattr(turns, "places", places)
    yield times


async def test_however_many_ask_at_once_the_queue_is_read_once(reads: list[int]) -> None:
    docs = waiting("a", 5)
    found = await asyncio.gather(*(queue.places() for _ in docs))
    assert [places[doc["_id"]].position for places, doc in zip(found, docs, strict=True)] == [1, 2, 3, 4, 5]
    assert len(reads) == 1


async def test_what_came_after_the_last_reading_is_read(reads: list[int]) -> None:
    assert await queue.places() == {}
    doc = insert()
    assert (await queue.places())[doc["_id"]].position == 1
    assert len(reads) == 2


async def test_while_mongodb_is_away_nobody_waits_for_more_than_one_reading_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def gone() -> Any:
        tries.append(1)
        raise AutoReconnect("gone")

    monkeypatch.setattr(turns, "places", gone)
    failed = await asyncio.gather(*(queue.places() for _ in range(20)), return_exceptions=True)
    assert {type(failure) for failure in failed} == {AutoReconnect}
    assert len(tries) == 1
