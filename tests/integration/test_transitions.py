"""Every change of a message's state, run against the real database whose clock decides."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.database import Database

from pipeline import message, session
from pipeline.jobs import apply
from pipeline.message import Change, Doc, Stage
from tests.messages import insert, insert_session, reload

LEASE = {"lease_ms": 10_000, "attempts": 3}
FORM = {"id": "p", "state": "shown", "width": 4, "height": 3, "placeholder": "data:", "epoch": 0, "rev": 1}
Mongo = Database[dict[str, Any]]


def claim(stage: Stage = Stage.REFINING, token: str = "t", **lease: int) -> Doc | None:
    return apply(message.claim(stage, token, **{**LEASE, **lease}))


def test_the_oldest_due_message_is_claimed_first(mongo: Mongo) -> None:
    first, second = insert(), insert()
    assert [claim(token="a"), claim(token="b"), claim(token="c")] == [reload(first), reload(second), None]


def test_a_claim_counts_an_attempt_and_shows_that_somebody_has_it(mongo: Mongo) -> None:
    insert()
    doc = claim()
    assert doc is not None
    assert (doc["token"], doc["attempts"], doc["stage"], doc["version"]) == ("t", 1, "refining", 2)


def test_a_claim_of_a_later_stage_is_not_seen_from_outside(mongo: Mongo) -> None:
    insert(stage="generating")
    doc = claim(Stage.GENERATING)
    assert doc is not None
    assert (doc["stage"], doc["version"], doc["token"]) == ("generating", 1, "t")


def test_a_live_lease_keeps_others_away_and_an_expired_one_does_not(mongo: Mongo) -> None:
    doc = insert()
    claim(token="first")
    assert claim(token="second") is None
    time.sleep(0.03)
    assert claim(token="second", lease_ms=20) is not None
    assert reload(doc)["token"] == "second"


def test_a_renewed_lease_lives_on(mongo: Mongo) -> None:
    insert()
    claim()
    time.sleep(0.12)
    change = message.renew(["t"])
    mongo["messages"].update_many(change.filter, change.update)
    assert claim(token="other", lease_ms=100) is None


def test_a_released_message_is_due_after_its_delay(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(message.release(doc["_id"], "t", 150))
    assert claim() is None
    time.sleep(0.2)
    again = claim()
    assert again is not None
    assert again["attempts"] == 2


def test_an_attempt_that_failed_for_a_store_of_ours_does_not_count(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(message.release(doc["_id"], "t", 0, {"pictures": 1}, counts=False))
    again = claim()
    assert again is not None
    assert again["attempts"] == 1
    assert again["usage"] == {"pictures": 1}


def test_what_was_charged_adds_up_over_stages_and_attempts_and_stays_inside(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(message.release(doc["_id"], "t", 0, {"prompt_tokens": 10}))
    claim()
    apply(message.advance(doc["_id"], "t", Stage.GENERATING, {}, {"prompt_tokens": 10, "output_tokens": 5}))
    claim(Stage.GENERATING)
    change = message.fail(doc["_id"], "t", {"code": "refused"}, {"pictures": 1})
    assert apply(change) is not None
    assert apply(change) is None  # whoever has lost the message adds nothing
    assert reload(doc)["usage"] == {"prompt_tokens": 20, "output_tokens": 5, "pictures": 1}
    assert "usage" not in message.public(reload(doc), lambda form: {})


def test_what_costs_nothing_has_no_account(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(message.finish(doc["_id"], "t", {}))
    assert "usage" not in reload(doc)


def test_a_message_handed_back_is_due_at_once_and_the_attempt_does_not_count(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(message.hand_back(doc["_id"], "t"))
    again = claim()
    assert again is not None
    assert again["attempts"] == 1


def test_who_goes_on_holds_the_next_stage_as_if_it_were_just_claimed(mongo: Mongo) -> None:
    doc = insert()
    claim()
    before = reload(doc)
    time.sleep(0.03)
    after = apply(message.go_on(doc["_id"], "t", Stage.GENERATING, {"style": "oil"}))
    assert after is not None
    assert (after["stage"], after["style"], after["attempts"], after["token"]) == ("generating", "oil", 1, "t")
    assert after["leased_at"] > before["leased_at"]
    assert after["version"] == before["version"] + 1
    assert claim(Stage.GENERATING, token="other") is None


def test_what_waits_is_not_due_until_it_is_freed(mongo: Mongo) -> None:
    insert(waits_for="other")
    assert claim() is None
    change = message.stop_waiting("other", refined=True)
    mongo["messages"].update_many(change.filter, change.update)
    assert claim() is not None


def test_refining_frees_only_those_who_wait_for_a_refinement(mongo: Mongo) -> None:
    variation, edit = insert(waits_for="other"), insert(waits_for="other", stage="generating")
    change = message.stop_waiting("other", refined=True)
    mongo["messages"].update_many(change.filter, change.update)
    assert (reload(variation)["waits_for"], reload(edit)["waits_for"]) == (None, "other")


def test_attempts_end(mongo: Mongo) -> None:
    doc = insert(attempts=3)
    assert claim() is None
    assert apply(message.give_up(doc["_id"], {"code": "interrupted"}, **LEASE)) is not None
    assert reload(doc)["status"] == "FAILED"


def test_what_somebody_still_holds_is_not_given_up(mongo: Mongo) -> None:
    doc = insert(attempts=2)
    claim()
    assert apply(message.give_up(doc["_id"], {}, **LEASE)) is None


FENCED: list[Callable[[str, str], Change]] = [
    lambda id, token: message.learn(id, token, {"source_id": "x"}),
    lambda id, token: message.advance(id, token, Stage.UPLOADING, {"artifact": "x"}),
    lambda id, token: message.go_on(id, token, Stage.UPLOADING, {"artifact": "x"}),
    lambda id, token: message.finish(id, token, {"image": FORM}),
    lambda id, token: message.fail(id, token, {"code": "x"}),
    lambda id, token: message.release(id, token, 0),
    lambda id, token: message.hand_back(id, token),
    lambda id, token: message.wait(id, token, "other"),
]


@pytest.mark.parametrize("change", FENCED)
def test_a_worker_that_lost_its_token_writes_nothing(mongo: Mongo, change: Callable[[str, str], Change]) -> None:
    doc = insert()
    claim(token="zombie")
    claim(token="heir", lease_ms=0)
    before = reload(doc)
    assert apply(change(doc["_id"], "zombie")) is None
    assert reload(doc) == before
    assert apply(change(doc["_id"], "heir")) is not None


@pytest.mark.parametrize("change", FENCED)
def test_nobody_writes_into_a_cancelled_message(mongo: Mongo, change: Callable[[str, str], Change]) -> None:
    doc = insert()
    claim()
    assert apply(message.cancel({"_id": doc["_id"]})) is not None
    assert apply(change(doc["_id"], "t")) is None
    assert reload(doc)["image"] is None


def test_only_what_runs_can_be_cancelled(mongo: Mongo) -> None:
    doc = insert(status="DONE")
    assert apply(message.cancel({"_id": doc["_id"]})) is None


@pytest.mark.parametrize(
    ("stage", "artifact", "resumed"),
    [
        ("queued", None, "queued"),
        ("refining", None, "queued"),
        ("generating", None, "generating"),
        ("uploading", "a", "uploading"),
        ("uploading", None, "generating"),
    ],
)
def test_a_retry_resumes_where_it_failed(mongo: Mongo, stage: str, artifact: str | None, resumed: str) -> None:
    doc = insert(status="FAILED", stage=stage, artifact=artifact, attempts=3, error={"code": "timeout"})
    again = apply(message.retry(doc))
    assert again is not None
    assert (again["status"], again["stage"], again["attempts"], again["error"]) == ("PROCESSING", resumed, 0, None)


def test_two_retries_at_once_are_one(mongo: Mongo) -> None:
    doc = insert(status="CANCELLED")
    assert apply(message.retry(doc)) is not None
    assert apply(message.retry(doc)) is None


def test_every_public_change_raises_the_version_and_the_time_of_change(mongo: Mongo) -> None:
    seen = [insert()]
    for change in (
        message.claim(Stage.REFINING, "t", **LEASE),
        message.learn(seen[0]["_id"], "t", {"options.width": 5}),
        message.advance(seen[0]["_id"], "t", Stage.GENERATING, {}),
        message.cancel({"_id": seen[0]["_id"]}),
    ):
        seen.append(apply(change) or {})
    assert [doc["version"] for doc in seen] == [1, 2, 3, 4, 5]
    times = [doc["changed_at"] for doc in seen[1:]]
    assert times == sorted(set(times))
    assert times[0] > reload(insert())["changed_at"].__class__(1, 0)


def test_an_insert_is_given_the_servers_time_of_change(mongo: Mongo) -> None:
    assert abs(reload(insert())["changed_at"].time - time.time()) < 5


def test_the_last_word_about_a_picture_is_the_one_with_the_highest_rev(mongo: Mongo) -> None:
    doc = insert(status="DONE", image={**FORM, "rev": 2})
    assert apply(message.show_picture({**FORM, "state": "hidden", "rev": 1}, doc["_id"])) is None
    hidden = apply(message.show_picture({**FORM, "state": "hidden", "rev": 3}, doc["_id"]))
    assert hidden is not None
    assert (hidden["image"]["state"], hidden["version"]) == ("hidden", 2)


@pytest.mark.parametrize("text", ["$token", "$$NOW", "a.b.c", "{'$set': 1}", "\u202e", "🌅"])
def test_peoples_text_is_only_ever_text(mongo: Mongo, text: str) -> None:
    doc = insert(content=text, client_id=text)
    claim()
    apply(message.advance(doc["_id"], "t", Stage.GENERATING, {"refined_prompt": text}))
    kept = reload(doc)
    assert (kept["content"], kept["client_id"], kept["refined_prompt"]) == (text, text, text)


def test_a_buried_session_has_no_look(mongo: Mongo) -> None:
    doc = insert_session("u")
    looks = session.looks({"_id": doc["_id"]})
    assert len(mongo["sessions"].aggregate(looks).to_list()) == 1
    change = session.bury("u", doc["_id"], "keep")
    mongo["sessions"].update_one(change.filter, change.update)
    assert mongo["sessions"].aggregate(looks).to_list() == []


LOOKED_FOR: list[dict[str, Any]] = [
    message.due(Stage.REFINING, **LEASE),
    message.exhausted(**LEASE),
    message.stop_waiting("other", refined=True).filter,
    message.stop_waiting("other", refined=False).filter,
]


@pytest.mark.parametrize("filter", LOOKED_FOR)
def test_what_has_ended_is_not_looked_through(mongo: Mongo, filter: dict[str, Any]) -> None:
    for _ in range(20):
        insert(status="DONE")
    found = mongo.command("explain", {"find": "messages", "filter": filter}, verbosity="executionStats")
    assert found["executionStats"]["totalDocsExamined"] == 0
