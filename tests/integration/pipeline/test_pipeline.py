"""A message's way through its stages, with the worker's own code run in this process, a wake-up at a time."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.db import connection
from PIL import Image as Pillow
from pymongo.database import Database
from pymongo.errors import PyMongoError

from gallery import links
from gallery import services as gallery
from gallery.models import Image
from gallery.moderation import verdicts
from pipeline import events, session, transitions
from pipeline.documents import new_id
from pipeline.message import WORK, Message, Stage
from pipeline.providers import registry
from pipeline.providers.base import RefineRequest, Suggestion
from pipeline.store import artifacts, followups, messages, photos, sessions, turns
from pipeline.store.mongo import database
from pipeline.worker import lease, maintenance, runner, stages
from project.models import User
from tests.integration.gallery.rows import png, stored_files
from tests.support.messages import Doc, apply, insert, insert_session, public, reload
from tests.support.studio import HANGS_S, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
SMALL = {"width": 128, "height": 128}
NO_WORDS = RefineRequest("hello", None, None, None, None, False, False, False, ())


@pytest.fixture
def user() -> User:
    return User.make_guest()


@pytest.fixture
def conversation(user: User) -> Doc:
    return insert_session(str(user.id))


@pytest.fixture(autouse=True)
def not_stopping() -> Iterator[None]:
    yield
    lease.stopping.clear()


def say(conversation: Doc, content: str, **values: Any) -> Doc:
    values.setdefault("options", SMALL)
    return insert(user_id=conversation["user_id"], session_id=conversation["_id"], content=content, **values)


def work_through() -> None:
    """Work until nothing is due."""
    for _ in range(30):
        for stage in WORK:
            hear(stage)
        followups.wait(HANGS_S)


def hear(stage: Stage) -> None:
    """One wake-up, after a round of maintenance."""
    turns.give_all()
    runner.work(stage)


def step(stage: Stage) -> None:
    """One stage of the next message that is due, by a worker that does not go on with it."""
    turns.give_all()
    job = messages.claim(stage)
    if job is not None:
        with lease.holding(job) as hold:
            following = runner.run(hold)
            hold.checkpoints.save()
        if following is not None:
            messages.requeue(following, {})


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
    assert done["image"] == gallery.snapshot(row)
    assert (row.stage, row.owner_id, row.session_id, row.width) == ("shown", user.id, conversation["_id"], 128)
    assert gallery.open_source(str(user.id), str(row.id))[1][:2] == b"\xff\xd8"
    assert "token" not in done
    assert kept() == []


def test_one_wake_up_is_enough_for_a_whole_message(conversation: Doc) -> None:
    doc = say(conversation, "Create a sunset landscape")
    runner.work(Stage.REFINING)
    assert reload(doc)["status"] == "DONE"


def test_where_more_are_due_one_wake_up_is_enough_for_them_all(user: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(runner, "WORKS_S", HANGS_S)  # however slow the machine is
    docs = [say(insert_session(str(User.make_guest().id)), "a sea at sunset") for _ in range(3)]
    runner.work(Stage.REFINING)
    assert [reload(doc)["status"] for doc in docs] == ["DONE"] * 3


def test_but_for_a_while_only_and_then_somebody_else_is_woken(monkeypatch: Any) -> None:
    """What is nearly done elsewhere goes first, and only the queue says that there is any."""
    docs = [say(insert_session(str(User.make_guest().id)), "a sea at sunset") for _ in range(2)]
    woken: list[Stage] = []
    monkeypatch.setattr(runner, "WORKS_S", 0.0)
    monkeypatch.setattr(runner, "wake", woken.append)
    runner.work(Stage.REFINING)
    assert sorted(reload(doc)["status"] for doc in docs) == ["DONE", "PROCESSING"]
    assert woken == [Stage.REFINING] * 2  # as it began, and as it went


def test_a_worker_that_is_told_to_stop_begins_no_other(monkeypatch: Any) -> None:
    docs = [say(insert_session(str(User.make_guest().id)), "a sea at sunset") for _ in range(2)]
    upload = stages.upload

    def told_to_stop(data: bytes) -> Any:
        rendition = upload(data)
        lease.stopping.set()
        return rendition

    monkeypatch.setattr(stages, "upload", told_to_stop)
    runner.work(Stage.REFINING)
    assert not [doc for doc in docs if reload(doc)["status"] == "DONE"]
    assert sorted(reload(doc)["stage"] for doc in docs) == ["queued", "uploading"]


def test_a_worker_that_is_told_to_stop_leaves_the_next_stage_to_others(conversation: Doc) -> None:
    doc = say(conversation, "Create a sunset landscape")
    lease.stopping.set()
    runner.work(Stage.REFINING)
    left = reload(doc)
    assert (left["stage"], left["attempts"], "token" in left) == ("generating", 0, False)
    lease.stopping.clear()
    runner.work(Stage.GENERATING)
    assert reload(doc)["status"] == "DONE"


def test_a_fault_at_the_next_stage_has_all_of_its_attempts(conversation: Doc, monkeypatch: Any) -> None:
    from gallery.errors import TimedOut

    def fails(*_: Any) -> Any:
        raise TimedOut(retry_after=0.001)

    monkeypatch.setattr(stages, "generate", fails)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    assert (reload(doc)["stage"], reload(doc)["attempts"]) == ("generating", 1)
    hear(Stage.REFINING)  # another attempt is another turn
    assert (reload(doc)["status"], reload(doc)["attempts"]) == ("PROCESSING", 2)
    hear(Stage.REFINING)
    assert (reload(doc)["status"], reload(doc)["error"]["code"]) == ("FAILED", "timeout")


def test_what_a_worker_of_the_release_before_claimed_and_handed_back_is_refined_once(
    conversation: Doc, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    """Such a worker leaves `turn` and `starts_as` as they were."""
    doc = say(conversation, "a sea at sunset")
    accepted = {name: doc[name] for name in ("turn", "starts_as")}
    for stage, artifact in ((Stage.REFINING, False), (Stage.GENERATING, True)):
        step(stage)
        assert bool(reload(doc)["artifact"]) == artifact
        mongo["messages"].update_one({"_id": doc["_id"]}, {"$set": accepted})
        before = reload(doc)
        with monkeypatch.context() as patch:
            patch.setattr(stages, "refine", None)
            patch.setattr(stages, "generate", None)
            step(Stage.REFINING)
        assert reload(doc)["stage"] == before["stage"]
    work_through()
    assert reload(doc)["status"] == "DONE"


def test_how_long_the_stages_took_is_kept_for_everybody(conversation: Doc, mongo: Database[dict[str, Any]]) -> None:
    say(conversation, "a sea at sunset")
    say(conversation, "hello")
    work_through()
    kept = {doc["_id"]: len(doc["seconds"]) for doc in mongo["times"].find()}
    assert kept == {"offline.refining": 1, "offline.generating": 1, "offline.uploading": 1}  # words are no picture


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
        patch.setattr(sessions, "touch", fails)
        say(conversation, "hello")
        work_through()
        before = version()
    say(conversation, "hello again")
    work_through()
    assert version() == before + 1


def test_a_worker_keeps_its_connection_to_the_database(conversation: Doc) -> None:
    say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    first = connection.connection
    say(conversation, "a forest")
    runner.work(Stage.REFINING)
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
    apply(transitions.cancel({"_id": second["_id"]}))
    maintenance.unblock_stranded()
    work_through()
    assert str(Image.objects.get(message_id=edit["_id"]).parent_id) == reload(first)["image"]["id"]


def test_the_attached_picture_goes_before_the_last_one(conversation: Doc, user: User) -> None:
    say(conversation, "a sea at sunset")
    attached = photo(user)
    edit = say(conversation, "make it bluer", source_image_id=str(attached.id), options={})
    work_through()
    row = Image.objects.get(message_id=edit["_id"])
    assert (row.parent_id, row.width, row.height) == (attached.id, 160, 120)


def test_several_pictures_are_too_many_for_the_tools_which_say_so(conversation: Doc, user: User) -> None:
    pictures = [str(photo(user).id) for _ in range(2)]
    named = {"source_image_id": pictures[0], "further_image_ids": pictures[1:]}
    both = say(conversation, "make it bluer", **named, options={})
    work_through()
    done = reload(both)
    assert (done["status"], done["intent"], done["image"]) == ("DONE", "reply", None)
    assert "one picture at a time" in done["reply"]
    bluer = say(conversation, "make it bluer", options={})  # "it" is the first
    work_through()
    assert str(Image.objects.get(message_id=bluer["_id"]).parent_id) == pictures[0]


def test_a_new_picture_of_the_painter_s_is_made_from_none(conversation: Doc, user: User) -> None:
    named = {"source_image_id": str(photo(user).id), "options": {"intent": "generate", "width": 128, "height": 128}}
    painted = say(conversation, "a sea at sunset", **named)
    work_through()
    row = Image.objects.get(message_id=painted["_id"])
    assert (row.intent, row.parent_id) == ("generate", None)


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
    maintenance.unblock_stranded()
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
    apply(transitions.cancel({"_id": doc["_id"]}))
    apply(transitions.retry(Message.of(reload(doc))))
    assert reload(doc)["stage"] == "uploading"
    step(Stage.REFINING)  # a turn, whatever the stage
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


FAILED = {"status": "FAILED", "error": {"code": "storage_down", "retryable": True}}
HOPELESS = {"status": "FAILED", "error": {"code": "too_large", "retryable": False}}


def with_artifact(conversation: Doc, **values: Any) -> Doc:
    """A message whose picture is made and not stored; `values` are what became of it then."""
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    database()["messages"].update_one({"_id": doc["_id"]}, {"$set": values}) if values else None
    return reload(doc)


@pytest.mark.parametrize("ended", [{}, FAILED, {"status": "CANCELLED"}], ids=["runs", "failed", "cancelled"])
def test_what_a_message_may_go_on_with_is_never_given_up(conversation: Doc, monkeypatch: Any, ended: Doc) -> None:
    doc = with_artifact(conversation, **ended)
    monkeypatch.setattr(maintenance, "ARTIFACT_AGE", timedelta(0))
    for _ in range(2):
        maintenance.delete_old_artifacts()
    assert (kept(), reload(doc)["artifact"]) == ([doc["artifact"]], doc["artifact"])
    if ended:
        apply(transitions.retry(Message.of(doc)))
    paid: list[Any] = []
    monkeypatch.setattr(stages, "generate", lambda *asked: paid.append(asked))
    work_through()
    assert (reload(doc)["status"], paid) == ("DONE", [])


def test_what_nobody_will_go_on_with_is_given_up_when_it_is_old(conversation: Doc, monkeypatch: Any) -> None:
    doc = with_artifact(conversation, **HOPELESS)
    artifacts.keep(doc["_id"], "lost", b"another attempt's")
    artifacts.keep(new_id(), "t", b"of a message that is gone")
    maintenance.delete_old_artifacts()
    assert len(set(kept())) == 3  # they are young
    monkeypatch.setattr(maintenance, "ARTIFACT_AGE", timedelta(0))
    maintenance.delete_old_artifacts()
    assert (kept(), reload(doc)["artifact"]) == ([], None)


def test_artifacts_that_stay_keep_none_behind_them_from_going(conversation: Doc, monkeypatch: Any) -> None:
    doc = with_artifact(conversation, **FAILED)
    artifacts.keep(new_id(), "t", b"of a message that is gone")
    monkeypatch.setattr(maintenance, "ARTIFACT_AGE", timedelta(seconds=2))
    monkeypatch.setattr(maintenance, "WAKE_AT_MOST", 1)
    database()["artifacts"].update_many({}, {"$set": {"kept_at": datetime.now(UTC) - timedelta(seconds=60)}})
    for _ in range(2):
        maintenance.delete_old_artifacts()
    assert kept() == [doc["artifact"]]


def test_the_artifacts_of_a_session_go_with_it(conversation: Doc, user: User, monkeypatch: Any) -> None:
    other = with_artifact(insert_session(str(user.id)))
    with_artifact(conversation)
    buried = session.soft_delete(conversation["user_id"], conversation["_id"], "keep")
    database()["sessions"].update_one(buried.filter, buried.update)
    monkeypatch.setattr(maintenance, "TOMBSTONE_MS", 0)
    maintenance.remove_deleted_sessions()
    assert kept() == [other["artifact"]]
    assert database()["messages"].count_documents({}) == 1


def test_a_worker_that_is_told_to_stop_hands_its_message_back_and_wakes_another(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    woken: list[Stage] = []
    monkeypatch.setattr(messages, "wake", woken.append)
    lease.stopping.set()
    step(Stage.GENERATING)
    handed_back = reload(doc)
    assert woken == [Stage.GENERATING]
    assert (handed_back["stage"], handed_back["attempts"], "token" in handed_back) == ("generating", 0, False)


def test_files_that_come_after_the_purge_of_their_draft_do_not_stay(conversation: Doc, monkeypatch: Any) -> None:
    doc, before = say(conversation, "a sea at sunset"), stored_files()
    original = gallery.put

    def purged_meanwhile(image: Image, rendition: Any) -> None:
        apply(transitions.cancel({"_id": doc["_id"]}))
        maintenance.settle_drafts()
        original(image, rendition)

    monkeypatch.setattr(gallery, "put", purged_meanwhile)
    monkeypatch.setattr(maintenance, "DRAFT_AGE", maintenance.DRAFT_AGE * 0)
    runner.work(Stage.REFINING)
    assert reload(doc)["status"] == "CANCELLED"
    assert not Image.objects.filter(message_id=doc["_id"]).exists()
    assert stored_files() == before


def test_a_message_cancelled_while_it_is_painted_leaves_no_picture(conversation: Doc, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    original = gallery.put

    def cancel_meanwhile(image: Image, rendition: Any) -> None:
        original(image, rendition)
        apply(transitions.cancel({"_id": doc["_id"]}))

    monkeypatch.setattr(gallery, "put", cancel_meanwhile)
    step(Stage.UPLOADING)
    assert (reload(doc)["status"], reload(doc)["image"]) == ("CANCELLED", None)
    assert Image.objects.get(message_id=doc["_id"]).stage == "draft"
    monkeypatch.setattr(maintenance, "DRAFT_AGE", maintenance.DRAFT_AGE * 0)
    maintenance.settle_drafts()
    assert not Image.objects.filter(message_id=doc["_id"]).exists()


def test_a_hold_learns_that_its_message_was_cancelled(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset")
    claimed = messages.claim(Stage.REFINING)
    assert claimed is not None
    with lease.holding(claimed) as hold:
        lease.renew()
        hold.progress(0.1)
        apply(transitions.cancel({"_id": doc["_id"]}))
        lease.renew()
        with pytest.raises(lease.LeaseLost):
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
    verdicts.hide([row], "no", user.id)
    gallery.restore(user.id, str(row.id))
    assert reload(doc)["image"]["state"] == "hidden"
    image: Any = Message.of(reload(doc)).public(links.urls)["image"]
    assert image["hidden_reason"] == {"code": "other", "sentence": "It breaks the rules of this studio. no"}
    verdicts.approve([row], user.id)
    assert reload(doc)["image"]["state"] == "shown"


def test_a_sockets_news_says_why_in_the_language_of_the_message(conversation: Doc, user: User) -> None:
    doc = say(conversation, "a sea at sunset", language="vi")
    work_through()
    verdicts.hide([Image.objects.get(message_id=doc["_id"])], "", user.id, "violence")
    told = events.message_changed(Message.of(reload(doc)))["text"]
    assert "Ảnh có cảnh bạo lực hoặc tàn nhẫn." in told


def test_an_announcement_that_a_crash_swallowed_is_repeated(conversation: Doc, user: User, monkeypatch: Any) -> None:
    doc = say(conversation, "a sea at sunset")
    work_through()
    row = Image.objects.get(message_id=doc["_id"])
    Image.objects.filter(pk=row.pk).update(hidden=True, rev=row.rev + 1)  # and then the process died
    maintenance.repeat_announcements()
    assert reload(doc)["image"]["state"] == "hidden"
    assert gallery.unannounced(10) == []


def test_what_a_crash_swallowed_of_an_imported_picture_is_told_once(
    user: User, mongo: Database[dict[str, Any]]
) -> None:
    photo = gallery.import_picture(user.id, png(), "photo", "x.png")
    Image.objects.filter(pk=photo.pk).update(hidden=True, hidden_code="other", rev=1)  # and then the process died
    for _ in range(2):
        maintenance.repeat_announcements()
    (told,) = mongo["photos"].find()
    assert (told["user_id"], told["image"]["state"], told["version"]) == (str(user.id), "hidden", 1)
    assert gallery.unannounced(10) == []


def test_an_older_snapshot_of_an_imported_picture_is_no_news(user: User, mongo: Database[dict[str, Any]]) -> None:
    photo = gallery.import_picture(user.id, png(), "photo", "x.png")
    before = gallery.snapshot(photo)
    gallery.trash(user.id, str(photo.pk))
    photos.announce(str(user.id), before)
    assert [told["image"]["state"] for told in mongo["photos"].find()] == ["deleted"]


def test_a_deleted_sessions_remains_are_removed(
    conversation: Doc, user: User, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    from pipeline import session

    doc = say(conversation, "a sea at sunset")
    work_through()
    running = say(conversation, "a forest")
    change = session.soft_delete(str(user.id), conversation["_id"], "trash")
    mongo["sessions"].update_one(change.filter, change.update)
    monkeypatch.setattr(maintenance, "TOMBSTONE_MS", 0)
    maintenance.remove_deleted_sessions()
    assert mongo["messages"].count_documents({"_id": {"$in": [doc["_id"], running["_id"]]}}) == 0
    assert mongo["sessions"].count_documents({}) == 0
    assert Image.objects.get(message_id=doc["_id"]).state == "deleted"


def test_a_session_that_missed_a_change_is_bumped(
    conversation: Doc, mongo: Database[dict[str, Any]], monkeypatch: Any
) -> None:
    say(conversation, "a sea at sunset")
    monkeypatch.setattr(maintenance, "_settled", lambda at: True)
    before = mongo["sessions"].find_one({"_id": conversation["_id"]})
    maintenance.refresh_sessions()
    after = mongo["sessions"].find_one({"_id": conversation["_id"]})
    maintenance.refresh_sessions()
    again = mongo["sessions"].find_one({"_id": conversation["_id"]})
    assert before and after and again
    assert (after["version"], again["version"]) == (before["version"] + 1, after["version"])


def test_what_used_up_its_attempts_is_ended(conversation: Doc) -> None:
    doc = say(conversation, "a sea at sunset", attempts=3)
    maintenance.fail_exhausted()
    assert (reload(doc)["status"], reload(doc)["error"]["code"]) == ("FAILED", "interrupted")


def test_wake_ups_that_no_worker_has_taken_are_repeated(conversation: Doc, monkeypatch: Any) -> None:
    from pipeline.queue import HUEY, depth

    monkeypatch.setattr(HUEY.storage, "queue_key", "nobody.listens")
    say(conversation, "a sea at sunset")
    say(insert_session("another"), "a forest")
    maintenance.wake_for_due_messages()
    eventually(lambda: depth(Stage.REFINING) == 2)
    maintenance.wake_for_due_messages()
    assert HUEY.storage.queue_size() == 2


def test_every_id_is_new() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert uuid.UUID(ids[0]).version == 7


# What is asked for in a word or two


def answered(conversation: Doc, content: str, **values: Any) -> Doc:
    said = say(conversation, content, **values)
    work_through()
    return reload(said)


def test_undo_goes_back_version_by_version_and_what_follows_is_about_the_one_before(conversation: Doc) -> None:
    painted, edited = (answered(conversation, words) for words in ("a lake at sunset", "make it bluer"))
    undone = answered(conversation, "undo")
    shown = public(undone)
    assert (shown["intent"], shown["image"], shown["source_image_id"]) == ("reply", None, painted["image"]["id"])
    assert [each["action"] for each in shown["suggestions"]] == ["look", None]
    assert shown["suggestions"][0]["image_id"] == painted["image"]["id"]
    warmer = answered(conversation, "make it warmer")
    assert warmer["source_id"] == painted["image"]["id"] != edited["image"]["id"]
    assert answered(conversation, "undo")["source_image_id"] == painted["image"]["id"]
    last = answered(conversation, "undo")
    assert (last["reply"], last["source_image_id"], last["suggestions"]) == (
        "There is no version before this one.",
        None,
        [],
    )


def test_undo_of_a_scene_that_was_painted_anew_is_the_scene_before(conversation: Doc) -> None:
    sunset, _ = answered(conversation, "a lake at sunset"), answered(conversation, "now at night")
    assert answered(conversation, "undo")["source_image_id"] == sunset["image"]["id"]
    assert answered(conversation, "with snow")["refined_prompt"] == "a lake at sunset with snow"


def test_what_is_painted_anew_keeps_the_rest_of_the_picture(conversation: Doc) -> None:
    sunset = answered(conversation, "a lake at sunset", options={"width": 320, "height": 256}, seed=5)
    boat = answered(conversation, "add a boat", options={}, seed=6)
    assert (boat["seed"], public(boat)["options"]) == (5, {"width": 320, "height": 256, "seed": 5})
    changed = np.ptp([pixels_of(sunset), pixels_of(boat)], axis=0) > 8
    assert 0 < changed.mean() < 0.1  # the boat, and its reflection
    without = answered(conversation, "remove the boat", options={}, seed=7)
    assert (pixels_of(without) == pixels_of(sunset)).all()


def test_a_seed_that_somebody_chose_is_kept_where_a_scene_is_painted_anew(conversation: Doc) -> None:
    answered(conversation, "a lake at sunset", seed=5)
    chosen = answered(conversation, "add a boat", options={"seed": 6}, seed=6)
    assert (chosen["seed"], chosen["options"]["seed"]) == (6, 6)


def test_undo_gives_back_no_picture_that_is_in_the_trash(conversation: Doc) -> None:
    painted, _ = answered(conversation, "a lake at sunset"), answered(conversation, "make it bluer")
    gallery.trash(conversation["user_id"], painted["image"]["id"])
    assert answered(conversation, "undo")["reply"] == "There is no version before this one."


def test_undo_of_a_change_to_a_photo_is_the_photo(conversation: Doc, user: User) -> None:
    of = str(photo(user).pk)
    answered(conversation, "make it bluer", source_image_id=of)
    assert answered(conversation, "undo")["source_image_id"] == of


def test_more_is_another_picture_of_the_same_scene_and_size(conversation: Doc) -> None:
    one = answered(conversation, "a lake at sunset", options={"width": 160, "height": 128}, seed=1)
    two = answered(conversation, "more", options={}, seed=2)
    assert (two["refined_prompt"], two["intent"]) == (one["refined_prompt"], "generate")
    assert (two["image"]["width"], two["image"]["height"]) == (160, 128)
    assert picture_of(two) != picture_of(one)


def test_what_the_studio_chooses_it_chooses_by_the_seed(conversation: Doc) -> None:
    one, same, other = (answered(conversation, "something beautiful", seed=seed) for seed in (3, 3, 4))
    assert picture_of(one) == picture_of(same) != picture_of(other)
    assert one["refined_prompt"] != other["refined_prompt"]


def test_an_action_is_about_the_picture_that_was_there_when_it_was_offered(conversation: Doc) -> None:
    lake = answered(conversation, "a lake")
    offered = answered(conversation, "delete this")
    answered(conversation, "a desert")
    actions = [(each["action"], each["image_id"]) for each in reload(offered)["suggestions"]]
    assert actions == [("delete", lake["image"]["id"]), ("brush", lake["image"]["id"])]
    assert reload(lake)["image"]["state"] == "shown"


def test_only_the_fixed_actions_are_kept_of_what_a_reader_says(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Suggestion("x", "x", "javascript:alert(1)")  # type: ignore[arg-type]
    read = replace(registry.refiner().refine(NO_WORDS), suggestions=(odd,))
    monkeypatch.setattr(registry.refiner(), "refine", lambda request: read)
    assert [each["action"] for each in answered(conversation, "hello")["suggestions"]] == [None]


def test_what_could_not_be_doubled_is_not_called_upscaled(conversation: Doc, user: User) -> None:
    of = str(photo(user, (2100, 32)).pk)
    done = answered(conversation, "enhance it", source_image_id=of, options={})
    assert done["reply"] == "It keeps its size: no side may pass 4,096 pixels."
    assert done["refined_prompt"] == "enhance: denoise, contrast, sharpness"
    assert gallery.get(str(user.id), done["image"]["id"]).prompt == done["refined_prompt"]


# The plan that a reading leaves, and what it suggests

BEFORE = ("plan", "suggestions")  # what a message of the release before does not have


def as_before(doc: Doc) -> Doc:
    """Like a message that the release before has written."""
    database()["messages"].update_one({"_id": doc["_id"]}, {"$unset": dict.fromkeys(BEFORE, "")})
    return reload(doc)


def picture_of(doc: Doc) -> bytes:
    return gallery.open_source(doc["user_id"], doc["image"]["id"])[1]


def pixels_of(doc: Doc) -> "np.typing.NDArray[np.int16]":
    return np.asarray(Pillow.open(BytesIO(picture_of(doc))), np.int16)


def test_what_cannot_be_drawn_is_answered_with_a_request_that_can(conversation: Doc) -> None:
    cat = say(conversation, "a cat sitting on a red sofa")
    work_through()
    answer = public(reload(cat))
    assert (answer["status"], answer["intent"], answer["image"]) == ("DONE", "reply", None)
    assert answer["reply"] == "I can't draw a cat without an AI."
    order = {"label": "Paint a red landscape", "content": "Paint a red landscape", "action": None, "image_id": None}
    assert answer["suggestions"][0] == order
    done = say(conversation, answer["suggestions"][0]["content"])
    work_through()
    assert (reload(done)["intent"], reload(done)["refined_prompt"]) == (
        "generate",
        "mountains, hills and a lake, in red",
    )
    assert public(reload(done))["suggestions"] == []


def test_a_suggestion_of_the_release_before_names_no_action(conversation: Doc) -> None:
    cat = say(conversation, "a cat", suggestions=[{"label": "Paint a lake", "content": "Paint a lake"}])
    (suggestion,) = public(reload(cat))["suggestions"]
    assert suggestion == {"label": "Paint a lake", "content": "Paint a lake", "action": None, "image_id": None}


def test_a_variation_of_an_answer_suggests_the_same(conversation: Doc) -> None:
    cat = say(conversation, "a cat")
    twin = say(conversation, "a cat", variation_of=cat["_id"], waits_for=cat["_id"])
    work_through()
    assert reload(twin)["suggestions"] == reload(cat)["suggestions"] != []


def test_the_plan_is_kept_from_the_reading_to_the_making_and_never_shown(conversation: Doc) -> None:
    doc = say(conversation, "a desert at night", seed=4)
    step(Stage.REFINING)
    database()["messages"].update_one({"_id": doc["_id"]}, {"$set": {"refined_prompt": "words for people"}})
    other = say(conversation, "a desert at night", seed=4)
    work_through()
    one, two = reload(doc), reload(other)
    assert one["plan"] == two["plan"]
    assert picture_of(one) == picture_of(two)
    assert "plan" not in public(one)


def test_a_variation_takes_the_plan_over(conversation: Doc) -> None:
    original = say(conversation, "a desert at night")
    twin = say(conversation, "a desert at night", variation_of=original["_id"], waits_for=original["_id"])
    work_through()
    assert reload(twin)["plan"] == reload(original)["plan"] is not None


@pytest.mark.parametrize("words", ["a desert at night, in red, oil painting", "a forest with snow"])
def test_a_message_of_the_release_before_is_made_from_its_words(conversation: Doc, words: str) -> None:
    stored, new = say(conversation, words, seed=4), say(conversation, words, seed=4)
    step(Stage.REFINING)
    assert as_before(stored)["stage"] == "generating"
    work_through()
    assert picture_of(reload(stored)) == picture_of(reload(new))
    assert public(as_before(stored))["suggestions"] == []


def test_a_message_of_the_release_before_is_retried_varied_and_gone_on_from(conversation: Doc) -> None:
    stored = say(conversation, "a desert at night")
    step(Stage.REFINING)
    as_before(stored)
    apply(transitions.cancel({"_id": stored["_id"]}))
    apply(transitions.retry(Message.of(reload(stored))))
    twin = say(conversation, "a desert at night", variation_of=stored["_id"], waits_for=stored["_id"])
    work_through()
    as_before(stored)
    later = say(conversation, "now at dawn")
    bluer = say(conversation, "make it bluer")
    work_through()
    assert [reload(doc)["status"] for doc in (stored, twin, later, bluer)] == ["DONE"] * 4
    assert reload(later)["refined_prompt"] == "a desert at dawn"
    assert reload(twin)["plan"] is None


def test_a_plan_that_this_release_cannot_read_leaves_it_to_the_words(conversation: Doc) -> None:
    doc, plain = say(conversation, "a desert at night", seed=4), say(conversation, "a desert at night", seed=4)
    step(Stage.REFINING)
    newer = {"scene": {"land": ["desert"], "season": "spring"}}
    database()["messages"].update_one({"_id": doc["_id"]}, {"$set": {"plan": newer}})
    work_through()
    assert picture_of(reload(doc)) == picture_of(reload(plain))
