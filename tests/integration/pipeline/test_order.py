"""Which picture "it" is, and which variation is which, where the clocks of two web processes differ. A message's id has the
clock of the one that accepted it."""

import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline import transitions
from pipeline.message import Message
from pipeline.store.mongo import database
from pipeline.worker import sources
from project.models import User
from tests.integration.gallery.rows import made
from tests.support.messages import Doc, insert

pytestmark = pytest.mark.usefixtures("mongo")

NOW_S = 1_800_000_000


def id_at(clock: int) -> str:
    """As a process makes it whose clock stands there."""
    milliseconds = (NOW_S + clock) * 1000
    return str(uuid.UUID(int=milliseconds << 80 | secrets.randbits(80), version=4)).replace("-4", "-7", 1)


def shown(name: str) -> dict[str, Any]:
    return {"status": "DONE", "image": {"id": name, "state": "shown"}}


def before(**values: Any) -> Doc:
    """A message that the release before accepted."""
    doc = insert(**values)
    database()["messages"].update_one({"_id": doc["_id"]}, {"$unset": {"accepted_at": ""}})
    doc.pop("accepted_at", None)
    return doc


@pytest.mark.parametrize("clocks", [(0, 1, 2), (3600, 7200, 0), (3600, 0, 1800), (0, 3600, 1)])
def test_it_is_the_picture_of_the_message_that_was_accepted_last(clocks: tuple[int, int, int]) -> None:
    insert(_id=id_at(clocks[0]), **shown("first"))
    insert(_id=id_at(clocks[1]), **shown("second"))
    doc = insert(_id=id_at(clocks[2]), content="make it bluer")
    later = insert(_id=id_at(-7200), **shown("later"))
    assert sources.resolve_source(Message.of(doc)).image_id == "second"
    assert sources.resolve_source(Message.of(later)).waits_for == doc["_id"]


def test_what_was_said_before_is_told_in_the_order_in_which_it_was_accepted() -> None:
    for number in range(9):
        insert(_id=id_at(-number), content=f"turn {number}")
    doc = insert(_id=id_at(-1000))
    turns = sources.refine_request(Message.of(doc), sources.Source(), sources.turns_before(Message.of(doc))).turns
    assert [turn.content for turn in turns] == [f"turn {number}" for number in range(3, 9)]


def test_a_change_of_a_message_moves_it_nowhere() -> None:
    first, second = insert(**shown("first")), insert(**shown("second"))
    for doc in (second, first):
        change = transitions.update_details(doc["_id"], "t", {})
        database()["messages"].update_one({"_id": doc["_id"]}, {**change.update, "$set": {"stage": "uploading"}})
    assert sources.resolve_source(Message.of(insert())).image_id == "second"


def test_two_that_could_wait_for_each_other_do_not() -> None:
    docs = [before(_id=id_at(5)), before(_id=id_at(9)), insert(_id=id_at(7)), insert(_id=id_at(3))]
    waits = {doc["_id"]: sources.resolve_source(Message.of(doc)).waits_for for doc in docs}
    for doc in docs:
        at, seen = doc["_id"], set[str]()
        while (at := waits[at]) is not None:
            assert at not in seen
            seen.add(at)
    assert list(waits.values()) == [None, *(doc["_id"] for doc in docs[:3])]


def test_messages_of_the_release_before_come_first_in_the_order_of_their_ids() -> None:
    before(_id=id_at(1), **shown("first"))
    before(_id=id_at(2), **shown("second"))
    old = before(_id=id_at(3))
    assert sources.resolve_source(Message.of(old)).image_id == "second"
    new = insert(_id=id_at(0), **shown("new"))
    assert sources.resolve_source(Message.of(new)).waits_for == old["_id"]
    assert sources.resolve_source(Message.of(insert(_id=id_at(1)))).image_id == "new"


def test_a_variation_stands_where_its_original_does() -> None:
    insert(_id=id_at(100), **shown("before"))
    original = insert(_id=id_at(50), **shown("original"))
    insert(_id=id_at(10), **shown("after"))
    variation = insert(_id=id_at(5), variation_of=original["_id"])
    assert sources.resolve_source(Message.of(variation)).image_id == "before"


def test_no_two_variations_have_the_same_number() -> None:
    original = insert()

    def numbers() -> Iterator[int]:
        for clock in (9, 3, 7, 1):
            yield sources.number(
                Message.of(insert(_id=id_at(clock), variation_of=original["_id"]))
            )  # as soon as it is there

    assert list(numbers()) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_the_gallery_is_asked_once_about_many_pictures_that_are_gone(django_assert_max_num_queries: Any) -> None:
    kept = made(User.make_guest())
    insert(user_id=str(kept.owner_id), status="FAILED", image=None, source_image_id=str(kept.pk))
    for _ in range(40):
        insert(user_id=str(kept.owner_id), status="FAILED", image=None, source_image_id=str(uuid.uuid4()))
    message = Message.of(insert(user_id=str(kept.owner_id)))
    with django_assert_max_num_queries(2):
        found = sources.resolve_source(message, sources.turns_before(message))
    assert found.image_id == str(kept.pk)


def test_finding_it_reads_no_more_of_a_long_conversation_than_of_a_short_one() -> None:
    insert(**shown("first"))
    for number in range(300):
        insert(_id=id_at(-number), status="FAILED", image=None)
    insert(**shown("last"))
    doc = insert()
    query = {**sources._before(Message.of(doc)), "image.state": "shown"}
    found = database()["messages"].find(query, sort=sources.LATEST, limit=1)
    told = found.explain()["executionStats"]
    assert told["nReturned"] == 1
    assert told["totalDocsExamined"] <= 2
    assert "SORT" not in str(found.explain()["queryPlanner"]["winningPlan"])
