"""A whole studio whose Gemini is the fake: what it is asked for is reserved before, and settled after."""

import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings

from pipeline.store.ledger import STUDIO
from tests.support.fakes import gemini as fake
from tests.support.fakes.gemini import Gemini
from tests.support.studio import Client, Form, LoggedStudio, conversations, end_leases, eventually, own_stores, started

QUICK = {"STUDIO_RENEW_S": "0.2", "STUDIO_RESCUE_S": "0.3"}
DATABASE = "budget"
CALL, PICTURE = 60, 40_000  # by the prices of the fake
DONE = 2 * CALL + PICTURE


@pytest.fixture(scope="module")
def studio(gemini: Gemini, prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedStudio]:
    log = tmp_path_factory.mktemp("budget") / "log"
    with started(LoggedStudio(log, **own_stores(DATABASE, 9), **gemini.environment, **QUICK), workers=1) as studio:
        yield studio


@pytest.fixture
def person(studio: LoggedStudio, gemini: Gemini) -> Iterator[Client]:
    gemini.forget()
    yield studio.guest()
    ceilings()


@pytest.fixture(scope="module")
def documents(prepared: None) -> Iterator[Any]:
    with conversations(DATABASE) as found:
        yield found


def ceilings(**amounts: str) -> None:
    """Of guests and of the studio, as the admin would set them; all others are taken away."""
    with closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3", timeout=20)) as people, people:
        people.execute("DELETE FROM pipeline_ceiling")
        people.executemany("INSERT INTO pipeline_ceiling (of, amount) VALUES (?, ?)", list(amounts.items()))


def held(documents: Any, owner: str = STUDIO) -> int:
    return sum(book["held"] for book in documents["books"].find({"owner": owner}))


def day(documents: Any, person: Client) -> Form:
    (book,) = documents["books"].find({"owner": person.user["id"]})
    (day,) = book["days"].values()
    return dict(day)


def settled(documents: Any, person: Client) -> Form:
    """Once nothing of this person's is open; the same is in the studio's book."""
    owner = person.user["id"]
    eventually(lambda: all(book["opened"] == 0 for book in documents["books"].find({"owner": owner})))
    eventually(lambda: documents["messages"].find_one({"user_id": owner, "reservation": {"$exists": True}}) is None)
    return day(documents, person)


def test_what_is_asked_for_is_settled_by_what_it_used(person: Client, session: str, documents: Any) -> None:
    before = held(documents)
    sent = person.say(session, "a lake at dawn")
    assert {"reservation", "calls", "cost"}.isdisjoint(sent)
    done = person.ended(sent)
    assert done["status"] == "DONE"
    spent = settled(documents, person)
    assert spent == {"held": DONE, "spent": DONE, "assumed": 0, "by": {"gemini": DONE}}
    assert held(documents) - before == DONE
    assert documents["messages"].find_one({"_id": done["id"]})["cost"] == DONE
    picture = person.http.get(f"/v1/gallery/{done['image']['id']}/").json()
    assert picture["cost"] == {"amount": DONE / 1_000_000, "currency": "USD"}
    assert picture["seed"] == documents["messages"].find_one({"_id": done["id"]})["seed"]


def test_what_it_may_cost_is_held_until_then(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    until = threading.Event()
    gemini.then("make", fake.held(until))
    sent = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    assert day(documents, person)["held"] > DONE and "spent" not in day(documents, person)
    until.set()
    person.ended(sent)
    assert settled(documents, person)["held"] == DONE


def test_above_a_ceiling_nothing_is_accepted_and_nothing_sent(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    ceilings(guest="0.01")
    refused = person.http.post(f"/api/v1/chat/sessions/{session}/messages/", json={"content": "a lake"})
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["retryable"]) == (402, "budget", True)
    assert "USD 0.01 for today USD 0.01 are left" in problem["detail"]
    assert int(refused.headers["Retry-After"]) > 0
    assert person.messages(session) == [] and gemini.calls == []
    assert held(documents, person.user["id"]) == 0
    vietnamese = {"Accept-Language": "vi"}
    path = f"/api/v1/chat/sessions/{session}/messages/"
    refused = person.http.post(path, json={"content": "a lake"}, headers=vietnamese)
    assert "chỉ còn USD 0.01" in refused.json()["detail"]
    with person.connect(session) as socket:
        socket.ready()
        reply = socket.ask("message.send", content="a lake", client_id="one")
        assert reply["error"]["code"] == "budget" and reply["error"]["retry_after"] > 0


def test_a_studio_without_money_makes_what_costs_nothing(person: Client, session: str, gemini: Gemini) -> None:
    photo = person.photo()
    ceilings(studio_month="0")
    refused = person.http.post("/v1/image/generate/", json={"prompt": "a lake"})
    assert (refused.status_code, refused.json()["code"]) == (402, "budget")
    turned = person.say(session, "turn it", source_image_id=photo["id"], options={"adjust": {"rotate": 90}})
    assert person.ended(turned)["status"] == "DONE"
    assert gemini.calls == []


def test_a_prompt_is_not_read_without_money(person: Client, gemini: Gemini, documents: Any) -> None:
    ceilings(studio_day="0")
    refused = person.http.post("/v1/prompt/refine/", json={"prompt": "a lake"})
    assert (refused.status_code, refused.json()["code"], gemini.calls) == (402, "budget", [])
    ceilings()
    assert person.http.post("/v1/prompt/refine/", json={"prompt": "a lake"}).is_success
    assert settled(documents, person) == {"held": CALL, "spent": CALL, "assumed": 0, "by": {"gemini": CALL}}


def test_a_repeated_request_is_answered_whatever_is_left(person: Client, session: str) -> None:
    done = person.ended(person.say(session, "a lake", client_id="same"))
    ceilings(guest="0")
    assert person.say(session, "a lake", client_id="same")["id"] == done["id"]


def test_what_failed_gives_back_what_was_not_spent(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    gemini.then("refine", fake.blocked_prompt)
    failed = person.ended(person.say(session, "something"))
    assert failed["error"]["code"] == "refused"
    assert settled(documents, person)["held"] == 10  # tokens that were read
    gemini.then("make", fake.status(400))
    assert person.ended(person.say(session, "a lake"))["status"] == "FAILED"
    assert settled(documents, person)["held"] == 10 + CALL


def test_a_variation_counts_itself(person: Client, session: str, documents: Any) -> None:
    first = person.say(session, "a lake", client_id="one")
    others = [person.say(session, "a lake", variation_of="one") for _ in range(2)]
    for sent in (first, *others):
        assert person.ended(sent)["status"] == "DONE"
    assert settled(documents, person)["spent"] == 3 * (CALL + PICTURE) + CALL


def test_a_cancelled_call_counts_at_most_and_its_retry_reserves_again(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    until = threading.Event()
    gemini.then("make", fake.held(until))
    sent = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    person.http.post(f"/api/v1/chat/sessions/{session}/messages/{sent['id']}/cancel/").raise_for_status()
    cancelled = settled(documents, person)
    until.set()
    assert cancelled["assumed"] > PICTURE  # nobody knows whether it was charged
    assert cancelled["spent"] == cancelled["assumed"] + CALL
    retry = f"/api/v1/chat/sessions/{session}/messages/{sent['id']}/retry/"
    ceilings(guest="0.01")
    assert person.http.post(retry).json()["code"] == "budget"
    ceilings()
    assert person.http.post(retry).is_success
    assert person.ended(sent)["status"] == "DONE"
    assert settled(documents, person)["spent"] == cancelled["spent"] + CALL + PICTURE


def test_a_cancelled_message_that_waited_costs_nothing(
    person: Client, session: str, studio: LoggedStudio, documents: Any
) -> None:
    with studio.paused_workers():
        sent = person.say(session, "a lake")
        person.http.post(f"/api/v1/chat/sessions/{session}/messages/{sent['id']}/cancel/").raise_for_status()
    assert settled(documents, person)["held"] == 0


def test_a_worker_that_dies_over_a_call_leaves_its_worst_case(
    person: Client, session: str, gemini: Gemini, studio: LoggedStudio, documents: Any
) -> None:
    until = threading.Event()
    gemini.then("make", fake.held(until))
    sent = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    studio.workers[0].send_signal(signal.SIGKILL)
    studio.workers[0].wait()
    studio.workers.clear()
    end_leases(documents["messages"])
    until.set()
    studio.start_worker()
    assert person.ended(sent)["status"] == "DONE"
    long_ago = {"$set": {"updated_at": datetime(2000, 1, 1, tzinfo=UTC)}}  # no worker can end the first call any more
    documents["messages"].update_one({"_id": sent["id"]}, long_ago)
    spent = settled(documents, person)
    assert spent["assumed"] > PICTURE and spent["spent"] == spent["assumed"] + 2 * CALL + PICTURE


def test_what_a_deleted_conversation_spent_stays_spent(person: Client, session: str, documents: Any) -> None:
    person.ended(person.say(session, "a lake"))
    person.http.delete(f"/api/v1/chat/sessions/{session}/").raise_for_status()
    assert settled(documents, person)["spent"] == DONE
