"""The last stage with Cloudinary behind it: whatever fails there, the picture is paid for once."""

from collections.abc import Iterator
from typing import Any

import pytest

from gallery import services as gallery
from gallery.models import Image
from gallery.storage.account import Account
from pipeline import transitions
from pipeline.message import Message, Stage
from pipeline.store import messages
from pipeline.worker import lease, maintenance, runner, stages
from project.models import User
from tests.integration.pipeline.test_pipeline import kept, photo, step, work_through
from tests.support.clock import Clock
from tests.support.fakes import cloudinary as fake
from tests.support.fakes.cloudinary import Cloudinary, always
from tests.support.fakes.server import NEVER, Answer, Request
from tests.support.messages import Doc, apply, insert, insert_session, reload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey", "connected", "paid")]


@pytest.fixture
def connected(cloudinary: Cloudinary, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Cloudinary:
    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    settings.CLOUDINARY_TIMEOUT_S = 60.0
    monkeypatch.setattr(runner, "BACKOFF_S", 0.001)
    return cloudinary


@pytest.fixture
def paid(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The prompts of every picture that was made."""
    made: list[str] = []
    generate = stages.generate

    def counted(provider: Any, request: Any, control: Any) -> stages.Made:
        made.append(request.prompt)
        return generate(provider, request, control)

    monkeypatch.setattr(stages, "generate", counted)
    yield made
    assert len(made) <= 1


@pytest.fixture
def painted(connected: Cloudinary) -> Doc:
    """A message whose picture is made and not stored yet."""
    user = str(User.make_guest().id)
    session = insert_session(user)
    doc = insert(user_id=user, session_id=session["_id"], content="a lake", options={"width": 128, "height": 128})
    step(Stage.REFINING)
    step(Stage.GENERATING)
    return reload(doc)


def assert_done(doc: Doc, cloudinary: Cloudinary) -> None:
    done, row = reload(doc), Image.objects.get(message_id=doc["_id"])
    assert (done["status"], row.stage, row.storage) == ("DONE", "shown", "cloudinary")
    assert len(cloudinary.assets) == 2
    assert gallery.open_source(doc["user_id"], str(row.id))[1][:2] == b"\xff\xd8"
    assert kept() == []


@pytest.mark.parametrize(
    "failure",
    [fake.BROKEN, fake.CUT_OFF, fake.BAD_KEY, NEVER],
    ids=["broken", "cut off", "bad key", "silent"],
)
def test_an_upload_that_fails_is_tried_again_with_the_same_picture(
    painted: Doc, connected: Cloudinary, settings: Any, failure: Answer
) -> None:
    connected.fail = always(failure)
    settings.CLOUDINARY_TIMEOUT_S = 0.4 if failure is NEVER else 60.0
    step(Stage.UPLOADING)
    settings.CLOUDINARY_TIMEOUT_S = 60.0
    waiting = reload(painted)
    assert (waiting["status"], waiting["stage"], waiting["attempts"]) == ("PROCESSING", "uploading", 1)
    connected.fail = lambda asked: None
    work_through()
    assert_done(painted, connected)


def test_a_worker_that_goes_on_by_itself_pays_once_too(connected: Cloudinary) -> None:
    user = str(User.make_guest().id)
    session = insert_session(user)
    doc = insert(user_id=user, session_id=session["_id"], content="a lake", options={"width": 128, "height": 128})
    connected.fail = always(fake.BROKEN)
    runner.work(Stage.REFINING)
    assert (reload(doc)["stage"], reload(doc)["attempts"], len(kept())) == ("uploading", 1, 1)
    connected.fail = lambda asked: None
    work_through()
    assert_done(doc, connected)


def test_the_thumbnail_alone_may_fail(painted: Doc, connected: Cloudinary) -> None:
    connected.fail = lambda asked: fake.BROKEN if b"thumbnail" in asked.body else None
    step(Stage.UPLOADING)
    assert len(connected.assets) == 1
    connected.fail = lambda asked: None
    work_through()
    assert_done(painted, connected)


def test_an_answer_that_was_lost_stores_nothing_twice(painted: Doc, connected: Cloudinary) -> None:
    connected.lose = always(fake.CUT_OFF)
    step(Stage.UPLOADING)
    connected.lose = lambda asked: None
    work_through()
    assert_done(painted, connected)
    assert len(set(connected.uploads)) == 2


def test_a_worker_that_died_before_the_end_leaves_its_picture_to_the_next(painted: Doc, connected: Cloudinary) -> None:
    job = messages.claim(Stage.UPLOADING)
    assert job is not None
    apply(transitions.retry_later(job.id, job.token, 0))  # as the lease would, in ten seconds
    work_through()
    assert_done(painted, connected)


def test_an_outage_longer_than_the_attempts_fails_and_a_retry_uploads_what_is_there(
    painted: Doc, connected: Cloudinary
) -> None:
    connected.fail = always(fake.BROKEN)
    work_through()
    failed = reload(painted)
    assert (failed["status"], failed["error"]["code"], failed["error"]["retryable"]) == ("FAILED", "storage_down", True)
    connected.fail = lambda asked: None
    apply(transitions.retry(Message.of(failed)))
    assert reload(painted)["stage"] == "uploading"
    work_through()
    assert_done(painted, connected)


def test_a_picture_that_the_account_does_not_take_ends_the_message_at_once(painted: Doc, connected: Cloudinary) -> None:
    connected.fail = always(fake.TOO_LARGE)
    step(Stage.UPLOADING)
    ended = reload(painted)
    assert (ended["status"], ended["error"]["code"], ended["error"]["retryable"]) == ("FAILED", "too_large", False)


def test_a_message_cancelled_meanwhile_leaves_no_asset(painted: Doc, connected: Cloudinary, monkeypatch: Any) -> None:
    def cancel(asked: Request) -> None:
        apply(transitions.cancel({"_id": painted["_id"]}))

    connected.lose = cancel
    step(Stage.UPLOADING)
    connected.lose = lambda asked: None
    assert (reload(painted)["status"], len(connected.assets)) == ("CANCELLED", 2)
    monkeypatch.setattr(maintenance, "DRAFT_AGE", maintenance.DRAFT_AGE * 0)
    maintenance.clean()
    assert (connected.assets, Image.objects.count()) == ({}, 0)


def test_what_wakes_messages_never_waits_for_the_storage(
    painted: Doc, connected: Cloudinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_through()
    row = Image.objects.get(message_id=painted["_id"])
    connected.fail = always(fake.BROKEN)
    gallery.delete_permanently(painted["user_id"], str(row.id))
    asked = len(connected.asked)
    maintenance.repair_once()
    assert len(connected.asked) == asked
    connected.fail = lambda asked: None
    maintenance.clean()
    assert connected.assets == {}


def test_a_background_is_removed_there_and_the_result_stays_there(connected: Cloudinary, settings: Any) -> None:
    """From the words of a person to a clear picture: the source is uploaded for the effect and deleted after it."""
    settings.PROVIDERS = settings.PROVIDERS | {"remove_background": "cloudinary"}
    user = User.make_guest()
    session = insert_session(str(user.id))
    source = photo(user)
    asked = {"content": "remove the background", "source_image_id": str(source.id)}
    doc = insert(user_id=str(user.id), session_id=session["_id"], **asked)
    work_through()
    done, row = reload(doc), Image.objects.get(message_id=doc["_id"])
    assert (done["status"], done["intent"], done["provider"]) == ("DONE", "remove_background", "cloudinary")
    assert (row.mime, row.parent_id, row.storage) == ("image/png", source.id, "cloudinary")
    assert connected.effects == ["e_background_removal/f_png"]
    assert len(connected.assets) == 4  # two pictures with their thumbnails, and no source of an effect


@pytest.mark.parametrize("how", ["is answered", "fails", "is given up"])
def test_an_effect_that_nobody_wants_any_more_is_on_the_bill(
    connected: Cloudinary, settings: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    settings.PROVIDERS = settings.PROVIDERS | {"remove_background": "cloudinary"}
    user = User.make_guest()
    session = insert_session(str(user.id))
    asked = {"content": "remove the background", "source_image_id": str(photo(user).id)}
    doc = insert(user_id=str(user.id), session_id=session["_id"], **asked)
    step(Stage.REFINING)
    versions: list[int] = []

    def cancel(asked: Request) -> Answer | None:
        if "/s--" not in asked.path:
            return None
        if cancelled := apply(transitions.cancel({"_id": doc["_id"]})):
            versions.append(cancelled["version"])
        if how == "is given up":
            lease.renew()  # it learns of it
            return fake.PENDING
        return Answer(200, b"no picture") if how == "fails" else None

    connected.fail = cancel
    step(Stage.GENERATING)
    after = reload(doc)
    assert (after["status"], after["usage"]) == ("CANCELLED", {"pictures": 1})
    assert versions == [after["version"]]  # nothing that a client can see has changed


def test_a_worker_that_stops_gives_an_effect_up_in_time_and_says_what_it_cost(
    connected: Cloudinary, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROVIDERS = settings.PROVIDERS | {"remove_background": "cloudinary"}
    clock = Clock()
    monkeypatch.setattr(lease, "time", clock)
    monkeypatch.setattr(lease, "stopping", lease.Stop())
    user = User.make_guest()
    session = insert_session(str(user.id))
    asked = {"content": "remove the background", "source_image_id": str(photo(user).id)}
    doc = insert(user_id=str(user.id), session_id=session["_id"], **asked)
    step(Stage.REFINING)
    connected.pending = 10_000
    for_the_effect: list[Request] = []

    def stop_and_be_late(asked: Request) -> None:
        if "/s--" not in asked.path:
            return
        for_the_effect.append(asked)
        if len(for_the_effect) == 1:
            lease.stopping.set()
        elif len(for_the_effect) == 3:
            clock.now += lease.PAID_S

    connected.fail = stop_and_be_late
    step(Stage.GENERATING)
    left = reload(doc)
    assert len(for_the_effect) == 3
    assert (left["stage"], left["attempts"], "token" in left) == ("generating", 0, False)
    assert left["usage"] == {"pictures": 1}
