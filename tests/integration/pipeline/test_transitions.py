"""Every change of a message's state, run against the real database whose clock decides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from gallery.snapshot import Snapshot
from pipeline import session, transitions
from pipeline.documents import Change, Filter
from pipeline.message import Message, Stage
from pipeline.message_parts import DelayForm, ErrorForm
from pipeline.store import turns
from tests.support.messages import Doc, apply, insert, insert_session, public, reload

LONG_MS = 3_600_000
ERROR: ErrorForm = {"code": "interrupted", "message": "It was interrupted.", "retryable": True}
LEASE = {"lease_ms": LONG_MS, "attempts": 3}
FORM: Snapshot = {"id": "p", "state": "shown", "width": 4, "height": 3, "placeholder": "data:", "epoch": 0, "rev": 1}
Mongo = Database[dict[str, Any]]


def claim(stage: Stage = Stage.REFINING, token: str = "t", **lease: int) -> Doc | None:
    turns.give_all()
    return apply(transitions.claim(stage, token, **{**LEASE, **lease}), transitions.BY_TURN)


def earlier(mongo: Mongo, doc: Doc, field: str) -> None:
    """As if that had been more than a long time ago."""
    moment = reload(doc)[field] - timedelta(milliseconds=2 * LONG_MS)
    mongo["messages"].update_one({"_id": doc["_id"]}, {"$set": {field: moment}})


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
    earlier(mongo, doc, "leased_at")
    assert claim(token="second") is not None
    assert reload(doc)["token"] == "second"


def test_a_renewed_lease_lives_on(mongo: Mongo) -> None:
    doc = insert()
    claim()
    earlier(mongo, doc, "leased_at")
    change = transitions.renew(["t"])
    mongo["messages"].update_many(change.filter, change.update)
    assert claim(token="other") is None


def test_a_released_message_is_due_after_its_delay(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(transitions.retry_later(doc["_id"], "t", LONG_MS))
    assert claim() is None
    earlier(mongo, doc, "released_at")
    again = claim()
    assert again is not None
    assert again["attempts"] == 2


@pytest.mark.parametrize("ends", [lambda id: claim(), lambda id: apply(transitions.cancel({"_id": id}))])
def test_what_waits_for_a_provider_says_so_until_it_goes_on(mongo: Mongo, ends: Callable[[str], object]) -> None:
    why: DelayForm = {"code": "provider_down", "message": "It should be back.", "seconds": 10}
    doc = insert()
    claim()
    before = reload(doc)["version"]
    assert apply(transitions.retry_later(doc["_id"], "t", LONG_MS, why=why)) is not None
    waiting = reload(doc)
    assert (public(waiting)["delay"], waiting["version"]) == (why, before + 1)
    assert claim() is None
    earlier(mongo, doc, "released_at")
    ends(doc["_id"])
    assert (public(reload(doc))["delay"], reload(doc)["version"]) == (None, before + 2)


def test_a_moment_s_delay_is_told_to_nobody(mongo: Mongo) -> None:
    doc = insert()
    claim()
    before = public(reload(doc))
    apply(transitions.retry_later(doc["_id"], "t", LONG_MS))
    assert public(reload(doc)) == before


def test_an_attempt_that_failed_for_a_store_of_ours_does_not_count(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(transitions.retry_later(doc["_id"], "t", 0, {"pictures": 1}, counts=False))
    again = claim()
    assert again is not None
    assert again["attempts"] == 1
    assert again["usage"] == {"pictures": 1}


def test_what_was_charged_adds_up_over_stages_and_attempts_and_stays_inside(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(transitions.retry_later(doc["_id"], "t", 0, {"prompt_tokens": 10}))
    claim()
    apply(transitions.advance(doc["_id"], "t", Stage.GENERATING, {}, {"prompt_tokens": 10, "output_tokens": 5}))
    claim(Stage.GENERATING)
    change = transitions.fail(doc["_id"], "t", ERROR, {"pictures": 1})
    assert apply(change) is not None
    assert apply(change) is None  # whoever has lost the message adds nothing
    assert reload(doc)["usage"] == {"prompt_tokens": 20, "output_tokens": 5, "pictures": 1}
    assert "usage" not in public(reload(doc))


def test_what_costs_nothing_has_no_account(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(transitions.finish(doc["_id"], "t", {}))
    assert "usage" not in reload(doc)


def test_a_message_handed_back_is_due_at_once_and_the_attempt_does_not_count(mongo: Mongo) -> None:
    doc = insert()
    claim()
    apply(transitions.requeue(doc["_id"], "t"))
    again = claim()
    assert again is not None
    assert again["attempts"] == 1


def test_who_goes_on_holds_the_next_stage_as_if_it_were_just_claimed(mongo: Mongo) -> None:
    doc = insert()
    claim()
    earlier(mongo, doc, "leased_at")
    before = reload(doc)
    after = apply(transitions.advance_holding(doc["_id"], "t", Stage.GENERATING, {"style": "oil"}))
    assert after is not None
    assert (after["stage"], after["style"], after["attempts"], after["token"]) == ("generating", "oil", 1, "t")
    assert after["leased_at"] > before["leased_at"]
    assert after["version"] == before["version"] + 1
    assert claim(Stage.GENERATING, token="other") is None


def test_what_waits_is_not_due_until_it_is_freed(mongo: Mongo) -> None:
    insert(waits_for="other")
    assert claim() is None
    change = transitions.unblock_dependents("other", refined=True)
    mongo["messages"].update_many(change.filter, change.update)
    assert claim() is not None


def test_refining_frees_only_those_who_wait_for_a_refinement(mongo: Mongo) -> None:
    variation, edit = insert(waits_for="other"), insert(waits_for="other", stage="generating")
    change = transitions.unblock_dependents("other", refined=True)
    mongo["messages"].update_many(change.filter, change.update)
    assert (reload(variation)["waits_for"], reload(edit)["waits_for"]) == (None, "other")


def test_attempts_end(mongo: Mongo) -> None:
    doc = insert(attempts=3)
    assert claim() is None
    assert apply(transitions.give_up(doc["_id"], ERROR, **LEASE)) is not None
    assert reload(doc)["status"] == "FAILED"


def test_what_somebody_still_holds_is_not_given_up(mongo: Mongo) -> None:
    doc = insert(attempts=2)
    claim()
    assert apply(transitions.give_up(doc["_id"], ERROR, **LEASE)) is None


FENCED: list[Callable[[str, str], Change]] = [
    lambda id, token: transitions.update_details(id, token, {"source_id": "x"}),
    lambda id, token: transitions.advance(id, token, Stage.UPLOADING, {"artifact": "x"}),
    lambda id, token: transitions.advance_holding(id, token, Stage.UPLOADING, {"artifact": "x"}),
    lambda id, token: transitions.finish(id, token, {"image": FORM}),
    lambda id, token: transitions.fail(id, token, ERROR),
    lambda id, token: transitions.retry_later(id, token, 0),
    lambda id, token: transitions.requeue(id, token),
    lambda id, token: transitions.block(id, token, "other"),
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
    assert apply(transitions.cancel({"_id": doc["_id"]})) is not None
    assert apply(change(doc["_id"], "t")) is None
    assert reload(doc)["image"] is None


def test_only_what_runs_can_be_cancelled(mongo: Mongo) -> None:
    doc = insert(status="DONE")
    assert apply(transitions.cancel({"_id": doc["_id"]})) is None


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
    again = apply(transitions.retry(Message.of(doc)))
    assert again is not None
    assert (again["status"], again["stage"], again["attempts"], again["error"]) == ("PROCESSING", resumed, 0, None)


def test_two_retries_at_once_are_one(mongo: Mongo) -> None:
    doc = insert(status="CANCELLED")
    assert apply(transitions.retry(Message.of(doc))) is not None
    assert apply(transitions.retry(Message.of(doc))) is None


def test_every_public_change_raises_the_version_and_the_time_of_change(mongo: Mongo) -> None:
    seen = [insert()]
    for change in (
        transitions.claim(Stage.REFINING, "t", **LEASE),
        transitions.update_details(seen[0]["_id"], "t", {"options.width": 5}),
        transitions.advance(seen[0]["_id"], "t", Stage.GENERATING, {}),
        transitions.cancel({"_id": seen[0]["_id"]}),
    ):
        seen.append(apply(change) or {})
    assert [doc["version"] for doc in seen] == [1, 2, 3, 4, 5]
    times = [doc["changed_at"] for doc in seen[1:]]
    assert times == sorted(set(times))
    assert times[0] > reload(insert())["changed_at"].__class__(1, 0)


def test_an_insert_is_given_the_servers_time_of_change(mongo: Mongo) -> None:
    def changed() -> Any:
        return (apply(transitions.cancel({"_id": insert()["_id"]})) or {})["changed_at"]

    before, inserted, after = changed(), reload(insert())["changed_at"], changed()
    assert before < inserted < after


def test_the_last_word_about_a_picture_is_the_one_with_the_highest_rev(mongo: Mongo) -> None:
    doc = insert(status="DONE", image={**FORM, "rev": 2})
    assert apply(transitions.show_picture({**FORM, "state": "hidden", "rev": 1}, doc["_id"])) is None
    hidden = apply(transitions.show_picture({**FORM, "state": "hidden", "rev": 3}, doc["_id"]))
    assert hidden is not None
    assert (hidden["image"]["state"], hidden["version"]) == ("hidden", 2)


@pytest.mark.parametrize("text", ["$token", "$$NOW", "a.b.c", "{'$set': 1}", "\u202e", "🌅"])
def test_peoples_text_is_only_ever_text(mongo: Mongo, text: str) -> None:
    doc = insert(content=text, client_id=text)
    claim()
    apply(transitions.advance(doc["_id"], "t", Stage.GENERATING, {"refined_prompt": text}))
    kept = reload(doc)
    assert (kept["content"], kept["client_id"], kept["refined_prompt"]) == (text, text, text)


def test_a_deleted_session_has_no_summary(mongo: Mongo) -> None:
    doc = insert_session("u")
    summaries = session.summaries({"_id": doc["_id"]})
    assert len(mongo["sessions"].aggregate(summaries).to_list()) == 1
    change = session.soft_delete("u", doc["_id"], "keep")
    mongo["sessions"].update_one(change.filter, change.update)
    assert mongo["sessions"].aggregate(summaries).to_list() == []


LOOKED_FOR: list[Filter] = [
    transitions.due(Stage.REFINING, **LEASE),
    transitions.exhausted(**LEASE),
    transitions.unblock_dependents("other", refined=True).filter,
    transitions.unblock_dependents("other", refined=False).filter,
]


@pytest.mark.parametrize("filter", LOOKED_FOR)
def test_what_has_ended_is_not_looked_through(mongo: Mongo, filter: Filter) -> None:
    for _ in range(20):
        insert(status="DONE")
    found = mongo.command("explain", {"find": "messages", "filter": filter}, verbosity="executionStats")
    assert found["executionStats"]["totalDocsExamined"] == 0
