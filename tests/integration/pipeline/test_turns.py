"""Turns go round between the people who wait: who is claimed next, whatever anybody does to come before the others."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from pymongo.errors import AutoReconnect

from pipeline import transitions
from pipeline.documents import Filter
from pipeline.message import BEGUN, Message, Stage
from pipeline.store import followups, messages, turns
from pipeline.store.indexes import make_indexes
from pipeline.store.messages import Job
from pipeline.worker import lease, maintenance
from tests.conftest import Documents
from tests.support.messages import apply, insert, reload
from tests.support.serving import HANGS_S

pytestmark = pytest.mark.usefixtures("mongo", "valkey")
MANY = 60  # messages, as many as one person may send in a minute


def claim() -> Job:
    job = messages.claim(Stage.REFINING)
    assert job is not None
    return job


def claimed(count: int) -> list[str]:
    """Whose messages are claimed next, and so many of them."""
    return [claim().message.user_id for _ in range(count)]


def claimed_until(user_id: str) -> list[str]:
    """Whose messages are claimed before this person's next one."""
    before: list[str] = []
    while (of := claim().message.user_id) != user_id:
        before.append(of)
    return before


def lines(*people: str, each: int) -> None:
    for person in people:
        for _ in range(each):
            insert(user_id=person)


def places(mongo: Documents) -> Counter[str]:
    return Counter(doc["user_id"] for doc in mongo["messages"].find(transitions.next_up()))


def test_a_first_message_is_next_however_many_one_other_person_has_waiting() -> None:
    lines("a", each=MANY)
    claimed(3)
    insert(user_id="b")
    assert len(claimed_until("b")) <= 1


@pytest.mark.parametrize("people", [2, 5, 20])
def test_a_first_message_waits_for_one_message_of_each_other_person_at_most(people: int) -> None:
    others = [f"p{n}" for n in range(people - 1)]
    lines(*others, each=3 * people)
    claimed(people // 2)
    insert(user_id="new")
    before = claimed_until("new")
    assert max(Counter(before).values()) == 1
    assert len(before) <= people - 1


def test_turns_go_round_and_one_persons_own_stay_in_order() -> None:
    lines("a", "b", "c", each=3)
    jobs_ = [claim() for _ in range(9)]
    assert [job.message.user_id for job in jobs_] == ["a", "b", "c"] * 3
    for person in "abc":
        own = [job.id for job in jobs_ if job.message.user_id == person]
        assert own == sorted(own)


def test_nobody_waits_for_ever_while_others_go_on_sending() -> None:
    insert(user_id="patient")
    insert(user_id="patient")
    for n in range(3):
        lines("a", f"new{n}", each=2)
    assert claim().message.user_id == "patient"
    before = []
    for n in range(20):  # others send two for each one that is claimed
        lines("a", f"newer{n}", each=1)
        before.append(claim().message.user_id)
    assert "patient" in before[:5]


def test_nobody_but_the_person_waits_for_what_waits_for_a_delay(mongo: Documents) -> None:
    lines("a", each=2)
    job = claim()
    apply(transitions.retry_later(job.id, job.token, 60_000))
    assert claim().message.user_id == "a"  # the second one: the first one's delay is not over
    turns.give_all()
    assert messages.claim(Stage.REFINING) is None


# What could be a way around


def test_one_persons_faults_that_pass_at_the_same_moment_come_one_by_one(mongo: Documents) -> None:
    lines("a", each=MANY)
    for job in [claim() for _ in range(MANY)]:
        apply(transitions.retry_later(job.id, job.token, 0))
    insert(user_id="b")
    turns.give_all()
    assert len(claimed_until("b")) <= 1
    assert places(mongo)["a"] == 1


def test_many_that_waited_for_the_same_picture_come_one_by_one(mongo: Documents) -> None:
    original = insert(user_id="a", stage="generating")
    for _ in range(MANY):
        insert(user_id="a", stage="generating", waits_for=original["_id"])
    insert(user_id="b")
    apply(transitions.cancel({"_id": original["_id"]}))
    followups.schedule(Message.of(reload(original)))
    followups.wait(HANGS_S)
    assert places(mongo) == {"a": 1, "b": 1}
    assert messages.claim(Stage.GENERATING) is None
    assert len(claimed_until("b")) <= 1


def test_a_chain_of_edits_gives_way_between_two_of_them(mongo: Documents) -> None:
    """Each one's end frees the next one, which is worth a turn and not more."""
    chain = [insert(user_id="a", intent="edit", refined_prompt="bluer", stage="generating", turn=BEGUN)]
    for _ in range(5):
        waits_for = chain[-1]["_id"]
        chain.append(insert(user_id="a", intent="edit", stage="generating", waits_for=waits_for))
    lines("b", "c", each=2)
    order = []
    for _ in range(9):
        job = messages.claim(Stage.GENERATING) or claim()
        order.append(job.message.user_id)
        messages.finish(job, {})
        followups.wait(HANGS_S)
    assert order == ["a", "b", "c", "a", "b", "c", "a", "a", "a"]


def test_what_has_begun_and_had_to_wait_needs_another_turn(mongo: Documents) -> None:
    original, edit = insert(user_id="a", stage="generating"), insert(user_id="a", stage="generating", token="t")
    lines("b", each=1)
    messages.wait(Job(Stage.GENERATING, "t", Message.of(edit)), original["_id"])
    apply(transitions.cancel({"_id": original["_id"]}))
    followups.schedule(Message.of(reload(original)))
    followups.wait(HANGS_S)
    assert [doc["user_id"] for doc in mongo["messages"].find(transitions.next_up(), sort=transitions.BY_TURN)] == [
        "b",
        "a",
    ]


def test_what_is_refined_and_has_to_wait_needs_another_turn(mongo: Documents) -> None:
    original = insert(user_id="a", stage="generating")
    insert(user_id="a")
    job = claim()
    messages.advance(job, Stage.GENERATING, {"intent": "edit", "waits_for": original["_id"]})
    lines("b", each=1)
    followups.unblock_dependents([original["_id"]], refined=False)
    assert mongo["messages"].count_documents({"_id": job.id, "turn": None, "waits_for": None}) == 1
    turns.give(["a"])
    assert claimed(2) == ["b", "a"]


def test_who_begins_to_wait_for_what_has_just_ended_has_the_next_turn(mongo: Documents) -> None:
    original = insert(user_id="a", stage="generating", status="DONE")
    edit = insert(user_id="a", stage="generating", token="t")
    messages.wait(Job(Stage.GENERATING, "t", Message.of(edit)), original["_id"])
    assert reload(edit)["turn"] > BEGUN


def test_retries_come_one_by_one_and_go_on_where_they_were(mongo: Documents) -> None:
    failed = [
        insert(user_id="a", status="FAILED", stage="generating", attempts=3, intent="generate") for _ in range(MANY)
    ]
    for doc in failed:
        apply(transitions.retry(Message.of(doc)))
    turns.give(["a"])
    insert(user_id="b")
    assert messages.claim(Stage.GENERATING) is None
    first = claim()
    assert (first.message.user_id, first.stage, first.message.stage) == ("a", Stage.GENERATING, "generating")
    assert claim().message.user_id == "b"


def test_a_retry_from_the_beginning_is_refined(mongo: Documents) -> None:
    doc = insert()
    apply(transitions.cancel({"_id": doc["_id"]}))
    apply(transitions.retry(Message.of(reload(doc))))
    turns.give(["u"])
    job = claim()
    assert (job.id, job.stage, job.message.stage) == (doc["_id"], Stage.REFINING, "refining")


def test_who_cancels_and_retries_waits_behind_everybody(mongo: Documents) -> None:
    lines("a", "b", "c", each=1)
    doc = mongo["messages"].find_one({"user_id": "a"})
    assert doc is not None
    apply(transitions.cancel({"_id": doc["_id"]}))
    apply(transitions.retry(Message.of(reload(doc))))
    turns.give(["a"])
    assert claimed(3) == ["b", "c", "a"]


# What has begun goes on at once


@pytest.mark.parametrize("stage", [Stage.GENERATING, Stage.UPLOADING])
def test_what_a_worker_hands_back_goes_on_before_anybody_begins(stage: Stage) -> None:
    insert(user_id="a")
    job = claim()
    lines("b", "c", each=2)
    messages.advance(job, stage, {})
    again = messages.claim(stage)
    assert again is not None
    assert (again.id, again.stage) == (job.id, stage)


def test_what_was_handed_back_while_it_was_refined_is_first() -> None:
    insert(user_id="a")
    job = claim()
    lines("b", "c", each=2)
    messages.requeue(job, {})
    assert claim().id == job.id


def test_what_a_dead_worker_held_is_first_and_still_no_place_of_its_person(mongo: Documents) -> None:
    lines("a", each=2)
    job = claim()
    lines("b", each=1)
    mongo["messages"].update_one({"_id": job.id}, {"$set": {"leased_at": datetime(2000, 1, 1, tzinfo=UTC)}})
    assert claim().id == job.id
    assert claimed(2) == ["a", "b"]


# What a crash, a race or the release before leaves behind


@pytest.mark.django_db
def test_a_worker_that_dies_before_it_passes_the_turn_on_keeps_its_person_no_longer_than_a_round(
    mongo: Documents,
) -> None:
    lines("a", "b", each=2)
    assert (
        apply(transitions.claim(Stage.REFINING, "t", **turns.lease_terms()), transitions.BY_TURN) is not None
    )  # and then it died
    assert places(mongo) == {"b": 1}
    maintenance.repair_once()
    assert places(mongo) == {"a": 1, "b": 1}


def test_a_claim_stands_where_the_turn_could_not_be_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lines("a", each=2)

    def gone(user_id: str) -> bool:
        raise AutoReconnect("gone")

    monkeypatch.setattr(turns, "_give", gone)
    assert claim().message.token


@pytest.mark.django_db
def test_messages_that_the_release_before_accepted_are_served_in_order(mongo: Documents) -> None:
    old = [insert(user_id=person) for person in "abab"]
    mongo["messages"].update_many({}, {"$unset": {"turn": "", "starts_as": ""}})
    assert messages.claim(Stage.REFINING) is None
    maintenance.repair_once()
    served = [claim() for _ in old]
    assert [job.id for job in served] == [doc["_id"] for doc in old]
    assert {job.stage for job in served} == {Stage.REFINING}


@pytest.mark.django_db
def test_what_a_worker_of_the_release_before_left_in_work_is_resumed(mongo: Documents) -> None:
    doc = insert()
    values = {"token": "old", "leased_at": doc["created_at"].replace(year=2000), "stage": "refining", "attempts": 1}
    mongo["messages"].update_one({"_id": doc["_id"]}, {"$set": values, "$unset": {"turn": "", "starts_as": ""}})
    maintenance.repair_once()
    assert claim().id == doc["_id"]


def test_the_indexes_can_be_made_again_and_the_index_that_nothing_uses_is_gone(mongo: Documents) -> None:
    mongo["messages"].create_index([("stage", 1), ("_id", 1)], name="due")
    make_indexes()
    make_indexes()
    assert "due" not in mongo["messages"].index_information()


def test_an_older_message_takes_over_the_place_of_one_that_came_at_the_moment_of_the_claim(mongo: Documents) -> None:
    first, second = insert(user_id="a"), insert(user_id="a")
    lines("b", each=1)
    assert apply(transitions.claim(Stage.REFINING, "t", **turns.lease_terms()), transitions.BY_TURN) is not None
    third = insert(user_id="a")  # before the claim was followed by the turn
    assert "turn" in third
    turns.pass_on("a")
    assert reload(second)["turn"] == third["turn"]
    assert "turn" not in reload(third)
    assert [claim().id for _ in range(3)][1:] == [second["_id"], third["_id"]]
    assert reload(first)["token"] == "t"


def test_the_end_of_the_head_makes_way_for_the_next_one(mongo: Documents) -> None:
    head, following = insert(user_id="a"), insert(user_id="a")
    apply(transitions.cancel({"_id": head["_id"]}))
    turns.give(["a"])
    assert "turn" not in reload(head)
    assert claim().id == following["_id"]


def test_whose_clock_is_wrong_keeps_the_order_of_the_database(mongo: Documents) -> None:
    lines("a", each=1)
    first, second = insert(user_id="a", _id="f", client_id="f"), insert(user_id="a", _id="b", client_id="b")
    claim()
    assert [claim().id, claim().id] == [first["_id"], second["_id"]]


# Many at once


def test_however_many_claim_and_send_at_once_each_has_one_place_and_each_message_one_claim(mongo: Documents) -> None:
    people, each = [f"p{n}" for n in range(4)], 25
    taken: list[Job] = []
    begin, lock = threading.Barrier(8), threading.Lock()
    sent = threading.Event()

    def send(person: str) -> None:
        begin.wait()
        lines(person, each=each)
        turns.give([person])

    def work() -> None:
        begin.wait()
        while True:
            over = sent.is_set()
            job = messages.claim(Stage.REFINING)
            if job is not None:
                with lock:
                    taken.append(job)
            elif over:
                return
            else:
                turns.give_all()

    senders = [threading.Thread(target=send, args=[person]) for person in people]
    workers = [threading.Thread(target=work) for _ in range(4)]
    for thread in (*senders, *workers):
        thread.start()
    for thread in senders:
        thread.join()
    sent.set()
    for thread in workers:
        thread.join()
    while (job := messages.claim(Stage.REFINING)) is not None:
        taken.append(job)
    assert Counter(job.id for job in taken) == Counter(doc["_id"] for doc in mongo["messages"].find())
    assert mongo["messages"].index_information()["places"]["unique"]
    assert places(mongo) == {}


PEOPLE = strategies.sampled_from("abcd")
EVENTS = strategies.lists(
    strategies.one_of(
        strategies.tuples(strategies.just("send"), PEOPLE),
        strategies.tuples(strategies.sampled_from(["claim", "finish", "release", "hand back"]), strategies.none()),
        strategies.tuples(strategies.sampled_from(["cancel", "retry"]), PEOPLE),
    ),
    max_size=40,
)


class Run:
    """What people and workers do, one after the other, and what they have seen of the order."""

    def __init__(self, mongo: Documents) -> None:
        self.messages = mongo["messages"]
        self.messages.delete_many({})
        self.held: list[Job] = []
        self.waiting_since: dict[str, list[str]] = {}  # whose claims a person has waited for since getting in line

    def one(self, event: str, person: str | None) -> None:
        getattr(self, event.replace(" ", "_"))(person)
        waiting = {doc["user_id"] for doc in self.messages.find(transitions.in_line(**turns.lease_terms()))} | set(
            self.places()
        )
        assert waiting == set(self.places()), "who waits has a place"
        assert set(self.places().values()) <= {1}
        self.waiting_since = {who: self.waiting_since.get(who, []) for who in waiting}

    def places(self) -> Counter[str]:
        return Counter(doc["user_id"] for doc in self.messages.find(transitions.next_up()))

    def send(self, person: str) -> None:
        insert(user_id=person)

    def claim(self, _: None) -> None:
        if (job := messages.claim(Stage.REFINING)) is None:
            return
        self.held.append(job)
        who = job.message.user_id
        if job.message.attempts == 1:
            self.waiting_since.pop(who, None)
            for claims in self.waiting_since.values():
                claims.append(who)
                assert max(Counter(claims).values()) <= 1, "nobody twice while somebody waits"

    def finish(self, _: None) -> None:
        if self.held:
            messages.finish(self.held.pop(0), {})

    def release(self, _: None) -> None:
        if self.held:
            job = self.held.pop(0)
            messages.retry_later(job, 0, {}, counts=False)
            turns.give([job.message.user_id])

    def hand_back(self, _: None) -> None:
        if self.held:
            self.held.append(self.held.pop(0))

    def cancel(self, person: str) -> None:
        doc = self.messages.find_one({"user_id": person, "status": "PROCESSING"})
        if doc is not None:
            apply(transitions.cancel({"_id": doc["_id"]}))
            self.held = [job for job in self.held if job.id != doc["_id"]]
            turns.give([person])
            if person in self.waiting_since and "turn" in doc:
                del self.waiting_since[person]

    def retry(self, person: str) -> None:
        doc = self.messages.find_one({"user_id": person, "status": "CANCELLED"})
        if doc is not None:
            apply(transitions.retry(Message.of(doc)))
            turns.give([person])


@given(EVENTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_whatever_order(mongo: Documents, events: list[tuple[str, Any]]) -> None:
    run = Run(mongo)
    for event in events:
        run.one(*event)


# What it costs


def examined(mongo: Documents, filter: Filter, sort: dict[str, int]) -> int:
    command = {"find": "messages", "filter": filter, "sort": sort, "limit": 1}
    found = mongo.command("explain", command, verbosity="executionStats")["executionStats"]
    return int(found["totalDocsExamined"] + found["totalKeysExamined"])


def test_a_claim_looks_at_no_more_for_all_that_one_person_has_waiting(mongo: Documents) -> None:
    lines("a", each=2)
    few = cost(mongo)
    one = insert(user_id="a")
    mongo["messages"].insert_many([{**one, "_id": f"z{n}", "client_id": f"z{n}"} for n in range(500)])
    assert cost(mongo) == few


def cost(mongo: Documents) -> int:
    claims = examined(mongo, transitions.due(Stage.REFINING, **turns.lease_terms()), dict(transitions.BY_TURN))
    gives = examined(mongo, transitions.give_turn("a", **turns.lease_terms()).filter, dict(transitions.OLDEST_FIRST))
    return claims + gives


@pytest.fixture(autouse=True)
def not_stopping() -> Iterator[None]:
    yield
    lease.stopping.clear()
