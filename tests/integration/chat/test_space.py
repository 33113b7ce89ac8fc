"""Who has no space for another picture: what is refused, where, and what is never lost."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from chat import services, without_session
from chat import space as chat_space
from chat.bodies import ImageBody, SendBody
from gallery import services as gallery
from gallery import space
from gallery.errors import StorageFull
from gallery.models import Image
from pipeline.coalescing import Breaker
from pipeline.message import Stage
from pipeline.store import artifacts
from pipeline.store.mongo import async_database
from pipeline.worker import stages
from project.models import User
from tests.conftest import Documents
from tests.integration.gallery.rows import drafted, png
from tests.integration.pipeline.test_pipeline import say, step, work_through
from tests.support.messages import Doc, followed_up, insert_session, reload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_space, "_had_space", {})
    monkeypatch.setattr(chat_space, "_breaker", Breaker(chat_space.AGAIN_S))


@pytest.fixture
async def closed_client() -> AsyncIterator[None]:
    yield
    await async_database().client.close()


@pytest.fixture
def user() -> User:
    return User.make_guest()


@pytest.fixture
def conversation(user: User) -> Doc:
    return insert_session(str(user.id))


@pytest.fixture
def photo(user: User, settings: Any) -> Image:
    """It takes all that its owner may keep."""
    photo = gallery.import_picture(user.pk, png(), "photo", "x.png")
    settings.PERSON_BYTES = photo.bytes
    return photo


def asked(client_id: str = "c1", content: str = "a sea") -> SendBody:
    return SendBody(content=content, client_id=client_id)


async def left_alone() -> None:
    """What follows an acknowledgement has followed."""
    await followed_up()


# At the door


@pytest.mark.usefixtures("closed_client")
async def test_a_message_of_one_who_has_no_space_is_refused_and_not_kept(
    conversation: Doc, photo: Image, mongo: Documents
) -> None:
    user_id = conversation["user_id"]
    with pytest.raises(StorageFull, match="the trash included"):
        await services.send(user_id, conversation["_id"], asked())
    with pytest.raises(StorageFull):
        await without_session.generate_image(user_id, ImageBody(prompt="a sea"))
    assert mongo["messages"].count_documents({}) == 0
    assert mongo["sessions"].count_documents({}) == 1  # the one that was there
    await sync_to_async(gallery.delete_permanently)(photo.owner_id, str(photo.pk))
    assert (await services.send(user_id, conversation["_id"], asked())).status == "PROCESSING"
    await left_alone()


@pytest.mark.usefixtures("closed_client")
async def test_a_message_that_was_accepted_before_is_known_still(conversation: Doc, user: User, settings: Any) -> None:
    where = (conversation["user_id"], conversation["_id"])
    accepted = await services.send(*where, asked())
    settings.PERSON_BYTES, chat_space._had_space = 1, {}
    await sync_to_async(drafted)(user)
    assert (await services.send(*where, asked())).id == accepted.id
    with pytest.raises(StorageFull):
        await services.send(*where, asked("c2"))
    await left_alone()


@pytest.mark.usefixtures("closed_client")
async def test_who_had_space_a_moment_ago_is_not_asked_about_again(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    monkeypatch.setattr(space, "check", looks.append)
    for n in range(3):
        await services.send(conversation["user_id"], conversation["_id"], asked(f"c{n}"))
    assert looks == [conversation["user_id"]]
    monkeypatch.setattr(chat_space, "AGAIN_S", 0.0)
    await services.send(conversation["user_id"], conversation["_id"], asked("c4"))
    assert len(looks) == 2
    await left_alone()


@pytest.mark.usefixtures("closed_client")
async def test_while_the_database_is_away_messages_are_accepted_and_it_is_left_alone(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def away(user_id: str) -> None:
        looks.append(user_id)
        raise OperationalError("gone")

    monkeypatch.setattr(space, "check", away)
    for n in range(3):
        await services.send(conversation["user_id"], conversation["_id"], asked(f"c{n}"))
    assert len(looks) == 1
    await left_alone()


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "check", lambda user_id: None)
    monkeypatch.setattr(chat_space, "REMEMBERED", 3)
    for n in range(10):
        await chat_space.check(str(n))
    assert len(chat_space._had_space) <= 3


@pytest.mark.usefixtures("closed_client")
async def test_nothing_is_accepted_while_the_disk_is_nearly_full(
    conversation: Doc, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "_disk", space._Disk())
    settings.FREE_BYTES = 10**18
    for limits in (True, False):
        settings.STUDIO_LIMITS = limits
        with pytest.raises(StorageFull, match="disk is nearly full"):
            await services.send(conversation["user_id"], conversation["_id"], asked())


# In the worker


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a provider was asked to make."""
    requests: list[Any] = []
    generate = stages.generate

    def counted(provider: Any, request: Any, control: Any) -> Any:
        requests.append(request)
        return generate(provider, request, control)

    monkeypatch.setattr(stages, "generate", counted)
    return requests


def test_nothing_is_made_for_one_who_has_no_space_by_then(conversation: Doc, photo: Image, made: list[Any]) -> None:
    doc = say(conversation, "a sea at sunset")
    work_through()
    failed = reload(doc)
    assert (failed["status"], failed["stage"], made) == ("FAILED", "generating", [])
    assert (failed["error"]["code"], failed["error"]["retryable"]) == ("storage_full", True)
    assert "the trash included" in failed["error"]["message"]


@pytest.mark.usefixtures("closed_client")
async def test_it_is_made_after_all_when_there_is_space_and_somebody_tries_again(
    conversation: Doc, photo: Image, made: list[Any]
) -> None:
    doc = await in_thread(say, conversation, "a sea at sunset")
    await in_thread(work_through)
    again = (conversation["user_id"], conversation["_id"], doc["_id"])
    with pytest.raises(StorageFull):
        await services.retry(*again)
    await in_thread(gallery.delete_permanently, photo.owner_id, str(photo.pk))
    await services.retry(*again)
    await in_thread(work_through)
    assert ((await in_thread(reload, doc))["status"], len(made)) == ("DONE", 1)
    await left_alone()


@pytest.mark.usefixtures("closed_client")
async def test_what_is_made_is_kept_whoever_has_used_up_the_space_meanwhile(
    conversation: Doc, user: User, settings: Any, made: list[Any]
) -> None:
    doc = await in_thread(say, conversation, "a sea at sunset")
    await in_thread(step, Stage.REFINING)
    await in_thread(step, Stage.GENERATING)
    await services.cancel(conversation["user_id"], conversation["_id"], doc["_id"])
    await in_thread(drafted, user)
    settings.PERSON_BYTES = 1
    await services.retry(conversation["user_id"], conversation["_id"], doc["_id"])  # it is paid for
    await in_thread(work_through)
    assert ((await in_thread(reload, doc))["status"], len(made)) == ("DONE", 1)
    await left_alone()


def test_what_waits_to_be_stored_takes_space_too(conversation: Doc, settings: Any, made: list[Any]) -> None:
    first, second = say(conversation, "a sea at sunset"), say(conversation, "a forest at noon")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    kept = artifacts.bytes_of(conversation["user_id"])
    assert kept == len(artifacts.read(reload(first)["artifact"]) or b"") > 0
    assert artifacts.bytes_of("somebody else") == 0
    settings.PERSON_BYTES = kept
    step(Stage.REFINING)
    step(Stage.GENERATING)
    assert (reload(second)["error"]["code"], len(made)) == ("storage_full", 1)
    work_through()
    assert reload(first)["status"] == "DONE"
    assert artifacts.bytes_of(conversation["user_id"]) == 0


def test_the_sum_of_what_waits_is_read_from_the_index_alone(mongo: Documents) -> None:
    artifacts.keep("m", "t", b"x" * 100, "u")
    plan = mongo.command(
        "explain",
        {
            "aggregate": "artifacts",
            "pipeline": [{"$match": {"user_id": "u"}}, {"$group": {"_id": None, "bytes": {"$sum": "$bytes"}}}],
            "cursor": {},
        },
        verbosity="queryPlanner",
    )
    assert "FETCH" not in str(plan)
    assert "COLLSCAN" not in str(plan)
    assert artifacts.bytes_of("u") == 100


async def in_thread(work: Callable[..., Any], *args: Any) -> Any:
    return await sync_to_async(work)(*args)
