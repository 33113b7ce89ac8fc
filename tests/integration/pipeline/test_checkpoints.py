"""What a stage found out is kept at once where it was paid for, and a moment later where it is free and the same again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database

from gallery import services as gallery
from gallery.errors import StorageDown
from gallery.models import Image
from pipeline import events, transitions
from pipeline.message import Stage
from pipeline.store import artifacts, messages
from pipeline.worker import checkpoints, lease, runner, stages
from project.models import User
from tests.integration.pipeline.test_pipeline import kept, say, step, work_through
from tests.support.messages import Doc, apply, insert_session, reload
from tests.support.studio import HANGS_S, eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
NEVER, AT_ONCE = float("inf"), 0.0
Patch = pytest.MonkeyPatch


@pytest.fixture
def conversation() -> Doc:
    return insert_session(str(User.make_guest().id))


@pytest.fixture(autouse=True)
def _nothing_waits(mongo: Database[dict[str, Any]], monkeypatch: Patch) -> Iterator[None]:
    yield
    hold(monkeypatch, AT_ONCE)
    checkpoints._late.wait(HANGS_S)


@pytest.fixture
def saved(monkeypatch: Patch) -> list[str]:
    """The stages to which a message was moved, stored."""
    seen: list[str] = []
    original = messages.advance_holding

    def noted(job: Any, to: Stage, *rest: Any) -> Any:
        seen.append(to.value)
        return original(job, to, *rest)

    monkeypatch.setattr(messages, "advance_holding", noted)
    return seen


def hold(monkeypatch: Patch, seconds: float) -> None:
    monkeypatch.setattr(checkpoints, "HOLD_S", seconds)


def wrap(monkeypatch: Patch, name: str, by: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    monkeypatch.setattr(stages, name, by(getattr(stages, name)))


def test_what_is_free_is_written_with_the_end_alone(conversation: Doc, saved: list[str], monkeypatch: Patch) -> None:
    hold(monkeypatch, NEVER)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    done = reload(doc)
    assert saved == []
    assert kept() == []
    assert (done["status"], done["stage"], done["intent"], done["provider"]) == (
        "DONE",
        "uploading",
        "generate",
        "offline",
    )
    assert done["version"] == doc["version"] + 2  # claimed, and done
    assert (done["options"], done["artifact"]) == ({"width": 128, "height": 128}, None)
    assert Image.objects.get(message_id=doc["_id"]).prompt == done["refined_prompt"] != ""


def test_what_was_paid_for_is_kept_at_once(conversation: Doc, saved: list[str], monkeypatch: Patch) -> None:
    hold(monkeypatch, NEVER)
    wrap(monkeypatch, "refine", lambda refine: lambda *args: replace(refine(*args), repeatable=False))
    wrap(monkeypatch, "generate", lambda generate: lambda *args: replace(generate(*args), repeatable=False))
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    assert saved == ["generating", "uploading"]
    assert reload(doc)["status"] == "DONE"


def test_a_free_refinement_is_kept_with_a_picture_that_was_paid_for(
    conversation: Doc, saved: list[str], monkeypatch: Patch
) -> None:
    hold(monkeypatch, NEVER)
    wrap(monkeypatch, "generate", lambda generate: lambda *args: replace(generate(*args), repeatable=False))
    wrap(monkeypatch, "upload", lambda upload: fails)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    assert saved == ["uploading"]
    left = reload(doc)
    assert (left["stage"], left["intent"], bool(left["refined_prompt"])) == ("uploading", "generate", True)
    assert artifacts.read(left["artifact"])


def test_a_free_stage_that_lasts_is_seen_while_it_lasts(conversation: Doc, monkeypatch: Patch) -> None:
    hold(monkeypatch, AT_ONCE)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(
        events, "enqueue_change", lambda message: told.append({"id": message.id, "stage": message.stage})
    )

    def lasts(generate: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            eventually(lambda: {"id": doc["_id"], "stage": Stage.GENERATING} in told)
            assert (reload(doc)["stage"], reload(doc)["intent"]) == ("generating", "generate")
            return generate(*args)

        return wrapped

    wrap(monkeypatch, "generate", lasts)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    assert reload(doc)["status"] == "DONE"


def fails(*_: Any) -> Any:
    raise StorageDown(retry_after=0.001)


def test_a_picture_that_could_not_be_stored_is_not_made_again(conversation: Doc, monkeypatch: Patch) -> None:
    hold(monkeypatch, NEVER)
    made: list[int] = []

    def counted(generate: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            made.append(1)
            return generate(*args)

        return wrapped

    wrap(monkeypatch, "generate", counted)
    with monkeypatch.context() as patch:
        patch.setattr(gallery, "put", fails)
        doc = say(conversation, "a sea at sunset")
        runner.work(Stage.REFINING)
    assert (reload(doc)["stage"], reload(doc)["attempts"]) == ("uploading", 1)
    work_through()
    assert (reload(doc)["status"], len(made)) == ("DONE", 1)


def test_a_worker_that_stops_leaves_what_it_has(conversation: Doc, monkeypatch: Patch) -> None:
    hold(monkeypatch, NEVER)

    def stops(*_: Any) -> Any:
        raise lease.WorkerStopping

    wrap(monkeypatch, "upload", lambda upload: stops)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    left = reload(doc)
    assert (left["stage"], left["attempts"], "token" in left) == ("uploading", 0, False)
    assert artifacts.read(left["artifact"])


def test_after_a_cancellation_nothing_is_written(conversation: Doc, monkeypatch: Patch) -> None:
    hold(monkeypatch, AT_ONCE)

    def cancelled(generate: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Any:
            apply(transitions.cancel({"_id": doc["_id"]}))
            return generate(*args)

        return wrapped

    wrap(monkeypatch, "generate", cancelled)
    doc = say(conversation, "a sea at sunset")
    runner.work(Stage.REFINING)
    checkpoints._late.wait(HANGS_S)
    left = reload(doc)
    assert (left["status"], left["image"]) == ("CANCELLED", None)
    assert left["stage"] in ("refining", "generating")


def test_who_takes_over_makes_again_what_nobody_has_seen(conversation: Doc, monkeypatch: Patch) -> None:
    """As after a kill: nothing of it was stored."""
    hold(monkeypatch, NEVER)

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> Any:
        raise Killed

    doc = say(conversation, "a sea at sunset")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(stages, "upload", killed)
        runner.work(Stage.REFINING)
    left = reload(doc)
    assert (left["stage"], left["intent"], left["artifact"]) == ("refining", None, None)
    apply(transitions.requeue(doc["_id"], left["token"]))
    step(Stage.REFINING)
    work_through()
    assert reload(doc)["status"] == "DONE"
    assert Image.objects.filter(message_id=doc["_id"]).count() == 1


def test_a_message_takes_its_worker_five_operations_and_two_of_them_wait_for_the_journal(
    conversation: Doc, monkeypatch: Patch, mongo: Database[dict[str, Any]]
) -> None:
    hold(monkeypatch, NEVER)
    say(conversation, "a sea at sunset")
    mongo.command("profile", 2)
    runner.work(Stage.REFINING)
    mongo.command("profile", 0)
    asked = [entry["command"] for entry in mongo["system.profile"].find({"ns": {"$regex": "messages$|artifacts$"}})]
    mongo.drop_collection("system.profile")  # which the cleaning between tests may not write to
    reads = [command for command in asked if "find" in command]
    changes = [command for command in asked if "findAndModify" in command]
    assert [sorted(command["filter"])[:2] for command in reads] == [["$expr", "$or"], ["accepted_at", "session_id"]]
    # claimed; the next one of the same person looked for; ended
    assert [command["writeConcern"]["j"] for command in changes] == [True, False, True]
    assert not [command for command in asked if "insert" in command]
