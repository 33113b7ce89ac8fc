"""A message's way through its stages, with the worker's own code run in this process, a doorbell at a time."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from PIL import Image as Pillow
from pymongo.database import Database
from pymongo.errors import PyMongoError

from gallery import services as gallery
from gallery.models import Image
from pipeline import aftermath, artifacts, jobs, keeper, message, sessions, stages, steps
from pipeline.jobs import apply
from pipeline.message import WORK, Doc, Stage
from project.models import User
from tests.messages import insert, insert_session, reload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
SMALL = {"width": 128, "height": 128}


@pytest.fixture
def user() -> User:
    return User.make_guest()


@pytest.fixture
def conversation(user: User) -> Doc:
    return insert_session(str(user.id))


@pytest.fixture(autouse=True)
def not_stopping() -> Iterator[None]:
    yield
    keeper.stopping.clear()


def say(conversation: Doc, content: str, **values: Any) -> Doc:
    values.setdefault("options", SMALL)
    return insert(user_id=conversation["user_id"], session_id=conversation["_id"], content=content, **values)


def work_through() -> None:
    """Hear doorbells until nothing is due."""
    for _ in range(30):
        for stage in WORK:
            steps.work(stage)
        aftermath.wait(1)


def step(stage: Stage) -> None:
    """One stage of the next message that is due, by a worker that does not go on with it."""
    job = jobs.claim(stage)
    if job is not None:
        with keeper.holding(job) as hold:
            following = steps.run(hold)
        if following is not None:
            jobs.hand_back(following, {})


def kept() -> list[str]:
    return artifacts.kept_before(datetime.now(UTC) + timedelta(days=1), 100)


def photo(user: User, size: tuple[int, int] = (160, 120)) -> Image:
    out = BytesIO()
    Pillow.linear_gradient("L").resize(size).convert("RGB").save(out, "PNG")
    return gallery.import_picture(user.id, out.getvalue(), "photo", "p.png")


def test_a_request_becomes_a_picture_with_a_gallery_row(conversation: Doc, user: User) -> None:
    doc = say(conversation, "Create a sunset landscape")
    work_through()
    done = reload(doc)
    row = Image.objects.get(message_id=doc["_id"])
    assert (done["status"], done["stage"], done["intent"], done["provider"]) == (
        "DONE",
        "uploading",
        "generate",
        "offline",
    )
    assert done["image"] == gallery.form(row)
    assert (row.stage, row.owner_id, row.session_id, row.width) == ("shown", user.id, conversation["_id"], 128)
    assert gallery.open_source(str(user.id), str(row.id))[1][:2] == b"\xff\xd8"
    assert "token" not in done
    assert kept() == []


def test_one_doorbell_is_enough_for_a_whole_message(conversation: Doc) -> None:
    doc = say(conversation, "Create a sunset landscape")
    steps.work(Stage.REFINING)
    assert reload(doc)["status"] == "DONE"


def test_a_worker_that_is_told_to_stop_leaves_the_next_stage_to_others(conversation: Doc) -> None:
    doc = say(conversation, "Create a sunset landscape")
    keeper.stopping.set()
    steps.work(Stage.REFINING)
    left = reload(doc)
    assert (left["stage"], left["attempts"], "token" in left) == ("generating", 0, False)
    keeper.stopping.clear()
    steps.work(Stage.GENERATING)
    assert reload(doc)["status"] == "DONE"


def test_a_fault_at_the_next_stage_has_all_of_its_attempts(conversation: Doc, monkeypatch: Any) -> None:
    from gallery.errors import TimedOut

    def fails(*_: Any) -> Any:
        raise TimedOut(retry_after=0.001)

    monkeypatch.setattr(stages, "generate", fails)
    doc = say(conversation, "a sea at sunset")
    steps.work(Stage.REFINING)
    assert (reload(doc)["stage"], reload(doc)["attempts"]) == ("generating", 1)
    steps.work(Stage.GENERATING)
    assert (reload(doc)["status"], reload(doc)["attempts"]) == ("PROCESSING", 2)
    steps.work(Stage.GENERATING)
    assert (reload(doc)["status"], reload(doc)["error"]["code"]) == ("FAILED", "timeout")


def test_what_follows_an_end_survives_a_round_that_failed(
    conversation: Doc, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    def version() -> int:
        found = mongo["sessions"].find_one({"_id": conversation["_id"]})
        assert found is not None
        return int(found["version"])

    def fails(*_: str) -> None:
        raise PyMongoError("gone for a moment")

    with monkeypatch.context() as patch:
        patch.setattr(sessions, "bump", fails)
        say(conversation, "hello")
        work_through()
        before = version()
    say(conversation, "hello again")
    work_through()
    assert version() == before + 1


def test_a_worker_keeps_its_connection_to_the_database(conversation: Doc) -> None:
    say(conversation, "a sea at sunset")
    steps.work(Stage.REFINING)
    first = connection.connection
    say(conversation, "a forest")
    steps.work(Stage.REFINING)
    assert connection.connection is first is not None


def test_the_session_is_named_after_its_first_request(conversation: Doc, mongo: Database[dict[str, Any]]) -> None:
    say(conversation, "Create a sunset landscape")
    work_through()
    named = mongo["sessions"].find_one({"_id": conversation["_id"]})
    assert named is not None
    assert "unset" in named["title"]


def test_it_is_the_last_picture(conversation: Doc) -> None:
    say(conversation, "a forest at night")
    made = say(conversation, "a sea at sunset")
    edit = say(conversation, "make it bluer")
    work_through()
    row = Image.objects.get(message_id=edit["_id"])
    assert reload(edit)["intent"] == "edit"
    assert str(row.parent_id) == reload(made)["image"]["id"]


def test_an_edit_waits_for_a_picture_that_is_still_being_made(conversation: Doc) -> None:
    made = say(conversation, "a sea at sunset")
    edit = say(conversation, "make it bluer")
    step(Stage.REFINING)
    step(Stage.REFINING)
    assert reload(edit)["waits_for"] == made["_id"]
    work_through()
    assert str(Image.objects.get(message_id=edit["_id"]).parent_id) == reload(made)["image"]["id"]


def test_an_edit_whose_picture_never_came_takes_the_one_before(conversation: Doc) -> None:
    first = say(conversation, "a sea at sunset")
    work_through()
    second = say(conversation, "a forest")
    edit = say(conversation, "make it bluer")
    step(Stage.REFINING)
    step(Stage.REFINING)
    apply(message.cancel({"_id": second["_id"]}))
    keeper.free_the_waiting()
    work_through()
    assert str(Image.objects.get(message_id=edit["_id"]).parent_id) == reload(first)["image"]["id"]


def test_the_attached_picture_goes_before_the_last_one(conversation: Doc, user: User) -> None:
    say(conversation, "a sea at sunset")
    attached = photo(user)
    edit = say(conversation, "make it bluer", source_image_id=str(attached.id), options={})
    work_through()
    row = Image.objects.get(message_id=edit["_id"])
    assert (row.parent_id, row.width, row.height) == (attached.id, 160, 120)


def test_an_edit_reserves_the_box_of_what_will_come(conversation: Doc, user: User) -> None:
    edit = say(conversation, "rotate it", source_image_id=str(photo(user).id), options={})
    work_through()
    assert reload(edit)["options"] | {"seed": 0} == {"width": 120, "height": 160, "seed": 0}


def test_a_foreign_picture_is_not_edited(conversation: Doc) -> None:
    theirs = photo(User.make_guest())
    edit = say(conversation, "make it bluer", source_image_id=str(theirs.id))
    work_through()
    assert (reload(edit)["status"], reload(edit)["error"]["code"]) == ("FAILED", "not_found")
    assert not Image.objects.filter(message_id=edit["_id"]).exists()


def test_a_question_gets_words_and_no_picture(conversation: Doc) -> None:
    doc = say(conversation, "hello")
    work_through()
    done = reload(doc)
    assert (done["status"], done["intent"], done["image"]) == ("DONE", "reply", None)
    assert done["reply"]


def test_variations_share_one_refinement_and_differ_by_their_seed(conversation: Doc) -> None:
    original = say(conversation, "a sea at sunset")
    variations = [
        say(conversation, "a sea at sunset", variation_of=original["_id"], waits_for=original["_id"]) for _ in range(3)
    ]
    work_through()
    done = [reload(doc) for doc in (original, *variations)]
    assert {doc["status"] for doc in done} == {"DONE"}
    assert len({doc["refined_prompt"] for doc in done}) == 1
    assert [doc["seed"] - original["seed"] for doc in done] == [0, 1, 2, 3]
    assert len({gallery.open_source(doc["user_id"], doc["image"]["id"])[1] for doc in done}) == 4


def test_a_variation_whose_original_was_never_refined_refines_for_itself(conversation: Doc) -> None:
    original = say(conversation, "a sea at sunset", status="CANCELLED")
    variation = say(conversation, "a sea at sunset", variation_of=original["_id"], waits_for=original["_id"])
    keeper.free_the_waiting()
    work_through()
    assert reload(variation)["status"] == "DONE"


def test_variations_of_an_edit_edit_the_same_picture(conversation: Doc) -> None:
    made = say(conversation, "a sea at sunset")
    edit = say(conversation, "make it bluer")
    twin = say(conversation, "make it bluer", variation_of=edit["_id"], waits_for=edit["_id"])
    work_through()
    parents = {str(Image.objects.get(message_id=doc["_id"]).parent_id) for doc in (edit, twin)}
    assert parents == {reload(made)["image"]["id"]}


def test_a_retry_after_the_upload_failed_makes_no_second_picture(conversation: Doc, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    artifact = reload(doc)["artifact"]
    apply(message.cancel({"_id": doc["_id"]}))
    apply(message.retry(reload(doc)))
    assert reload(doc)["stage"] == "uploading"
    step(Stage.UPLOADING)
    assert (reload(doc)["status"], artifact.partition("/")[0]) == ("DONE", doc["_id"])


def test_an_artifact_that_is_gone_is_made_again(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    artifacts.drop([reload(doc)["artifact"]])
    work_through()
    assert reload(doc)["status"] == "DONE"


def test_an_artifact_of_any_size_is_read_back_whole_or_not_at_all(mongo: Database[dict[str, Any]]) -> None:
    data = random.Random(1).randbytes(artifacts.PART * 2 + 1)
    name = artifacts.keep("m", "t", data)
    artifacts.keep("m", "t2", b"another attempt's")
    assert artifacts.read(name) == data
    mongo["artifacts"].delete_one({"_id": f"{name}/1"})
    assert artifacts.read(name) is None


def test_an_artifact_is_on_a_majority_before_a_checkpoint_can_name_it(mongo: Database[dict[str, Any]]) -> None:
    """Else an election between the two takes the artifact back. The server is asked what it was told."""
    mongo.command("profile", 2)
    try:
        artifacts.keep("m", "t", b"a picture")
        told = mongo["system.profile"].find_one({"op": "insert", "command.insert": "artifacts"})
        assert told
        assert told["command"]["writeConcern"] == {"w": "majority", "j": False}
    finally:
        mongo.command("profile", 0)
        mongo.drop_collection("system.profile")


def test_the_artifacts_of_lost_attempts_go_with_the_message(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset")
    artifacts.keep(doc["_id"], "lost", b"x")
    other = artifacts.keep(doc["_id"][:-1], "other", b"x")
    work_through()
    assert kept() == [other]


def test_an_old_artifact_is_given_up(conversation: Doc, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    keeper.drop_old_artifacts()
    assert kept() == [reload(doc)["artifact"]]
    monkeypatch.setattr(keeper, "ARTIFACT_AGE", timedelta(0))
    keeper.drop_old_artifacts()
    assert (kept(), reload(doc)["artifact"]) == ([], None)


def test_a_worker_that_is_told_to_stop_hands_its_message_back_and_rings_for_another(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    rung: list[Stage] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    keeper.stopping.set()
    step(Stage.GENERATING)
    handed_back = reload(doc)
    assert rung == [Stage.GENERATING]
    assert (handed_back["stage"], handed_back["attempts"], "token" in handed_back) == ("generating", 0, False)


def test_a_message_cancelled_while_it_is_painted_leaves_no_picture(conversation: Doc, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    original = gallery.store

    def cancel_meanwhile(image: Image, rendition: Any) -> None:
        original(image, rendition)
        apply(message.cancel({"_id": doc["_id"]}))

    monkeypatch.setattr(gallery, "store", cancel_meanwhile)
    step(Stage.UPLOADING)
    assert (reload(doc)["status"], reload(doc)["image"]) == ("CANCELLED", None)
    assert Image.objects.get(message_id=doc["_id"]).stage == "draft"
    monkeypatch.setattr(keeper, "DRAFT_AGE", keeper.DRAFT_AGE * 0)
    keeper.settle_drafts()
    assert not Image.objects.filter(message_id=doc["_id"]).exists()


def test_a_hold_learns_that_its_message_was_cancelled(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset")
    claimed = jobs.claim(Stage.REFINING)
    assert claimed is not None
    with keeper.holding(claimed) as hold:
        keeper.renew()
        hold.progress(0.1)
        apply(message.cancel({"_id": doc["_id"]}))
        keeper.renew()
        with pytest.raises(keeper.Lost):
            hold.progress(0.2)


def test_a_passing_fault_is_tried_again_and_a_lasting_one_ends_the_message(conversation: Doc, monkeypatch: Any) -> None:
    from gallery.errors import Refused, TimedOut

    def fails_with(error: Exception) -> Any:
        def refine(*_: Any) -> Any:
            raise error

        return refine

    doc = say(conversation, "a sea at sunset")
    monkeypatch.setattr(stages, "refine", fails_with(TimedOut(retry_after=0.001)))
    for attempt in (1, 2):
        step(Stage.REFINING)
        assert (reload(doc)["status"], reload(doc)["attempts"]) == ("PROCESSING", attempt)
    step(Stage.REFINING)
    assert (reload(doc)["status"], reload(doc)["error"]["code"]) == ("FAILED", "timeout")
    other = say(conversation, "a sea at sunset")
    monkeypatch.setattr(stages, "refine", fails_with(Refused()))
    step(Stage.REFINING)
    assert (reload(other)["status"], reload(other)["error"]["retryable"]) == ("FAILED", False)


def test_hiding_and_restoring_rewrite_the_message(conversation: Doc, user: User) -> None:
    doc = say(conversation, "a sea at sunset")
    work_through()
    row = Image.objects.get(message_id=doc["_id"])
    gallery.trash(user.id, str(row.id))
    assert reload(doc)["image"]["state"] == "deleted"
    gallery.hide([row], "no", user.id)
    gallery.restore(user.id, str(row.id))
    assert reload(doc)["image"]["state"] == "hidden"
    gallery.approve([row], user.id)
    assert reload(doc)["image"]["state"] == "shown"


def test_an_announcement_that_a_crash_swallowed_is_repeated(conversation: Doc, user: User, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    work_through()
    row = Image.objects.get(message_id=doc["_id"])
    Image.objects.filter(pk=row.pk).update(hidden=True, rev=row.rev + 1)  # and then the process died
    keeper.repeat_announcements()
    assert reload(doc)["image"]["state"] == "hidden"
    assert gallery.unannounced(10) == []


def test_a_deleted_sessions_remains_are_removed(
    conversation: Doc, user: User, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    from pipeline import session

    doc = say(conversation, "a sea at sunset")
    work_through()
    running = say(conversation, "a forest")
    change = session.bury(str(user.id), conversation["_id"], "trash")
    mongo["sessions"].update_one(change.filter, change.update)
    monkeypatch.setattr(keeper, "TOMBSTONE_MS", 0)
    keeper.finish_tombstones()
    assert mongo["messages"].count_documents({"_id": {"$in": [doc["_id"], running["_id"]]}}) == 0
    assert mongo["sessions"].count_documents({}) == 0
    assert Image.objects.get(message_id=doc["_id"]).state == "deleted"


def test_a_session_that_missed_a_change_is_bumped(
    conversation: Doc, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    say(conversation, "a sea at sunset")
    monkeypatch.setattr(keeper, "_settled", lambda at: True)
    before = mongo["sessions"].find_one({"_id": conversation["_id"]})
    keeper.refresh_sessions()
    after = mongo["sessions"].find_one({"_id": conversation["_id"]})
    keeper.refresh_sessions()
    again = mongo["sessions"].find_one({"_id": conversation["_id"]})
    assert before and after and again
    assert (after["version"], again["version"]) == (before["version"] + 1, after["version"])


def test_what_used_up_its_attempts_is_ended(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset", attempts=3)
    keeper.end_the_exhausted()
    assert (reload(doc)["status"], reload(doc)["error"]["code"]) == ("FAILED", "interrupted")


def test_unheard_doorbells_are_rung_again(conversation: Doc, monkeypatch: Any) -> None:
    from pipeline.tasks import HUEY, rung

    monkeypatch.setattr(HUEY.storage, "queue_key", "nobody.listens")
    say(conversation, "a sea at sunset")
    say(conversation, "a forest")
    keeper.ring_for_the_unheard()
    _eventually(lambda: rung(Stage.REFINING) == 2)
    keeper.ring_for_the_unheard()
    assert HUEY.storage.queue_size() == 2


def _eventually(condition: Any) -> None:
    import time

    for _ in range(100):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")


def test_every_id_is_new() -> None:
    ids = [message.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert uuid.UUID(ids[0]).version == 7
