"""What maintenance goes on with whatever happens, and what it clears away; with MongoDB away at the wrong moment."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Pillow
from pymongo.errors import AutoReconnect

from gallery import services as gallery
from gallery.models import Image
from pipeline.message import Message
from pipeline.store import artifacts
from pipeline.worker import generating, maintenance, sources, stages
from project.models import User
from tests.integration.pipeline.test_pipeline import say, work_through
from tests.support.messages import Doc, insert_session, reload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


@pytest.fixture
def user() -> User:
    return User.make_guest()


@pytest.fixture
def conversation(user: User) -> Doc:
    return insert_session(str(user.id))


def brought(user: User, purpose: Any = "photo", colour: str = "#405060") -> Image:
    out = BytesIO()
    Pillow.new("RGB", (64, 48), colour).save(out, "PNG")
    return gallery.import_picture(user.id, out.getvalue(), purpose, "x.png")


def test_a_repair_that_breaks_keeps_the_others_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def breaks() -> None:
        raise KeyError("an odd document")

    monkeypatch.setattr(maintenance, "REPAIRS", (breaks, lambda: done.append("the next one")))
    maintenance.repair_once()
    assert done == ["the next one"]


def test_a_mask_that_no_message_names_is_purged_when_it_is_old(
    conversation: Doc, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, used, unused = brought(user), brought(user, "mask"), brought(user, "mask")
    say(conversation, "bluer", source_image_id=str(photo.pk), mask_image_id=str(used.pk))
    maintenance.purge_unused_masks()
    assert Image.objects.count() == 3  # they are young: the message may be on its way

    monkeypatch.setattr(maintenance, "MASK_AGE", timedelta(seconds=-1))
    monkeypatch.setattr(maintenance, "WAKE_AT_MOST", 1)
    for _ in range(3):  # one at a time, and those that are used do not keep it from the others
        maintenance.purge_unused_masks()
    assert {image.pk for image in Image.objects.all()} == {photo.pk, used.pk}
    assert unused.pk not in {image.pk for image in Image.objects.all()}


def test_it_is_no_picture_that_has_gone(conversation: Doc, user: User) -> None:
    first, second = brought(user), brought(user, colour="#605040")
    say(conversation, "hello", source_image_id=str(first.pk), status="DONE", stage="refining")
    say(conversation, "hello", source_image_id=str(second.pk), status="DONE", stage="refining")
    doc = say(conversation, "make it bluer")
    assert sources.resolve_source(Message.of(doc)).image_id == str(second.pk)
    gallery.delete_permanently(user.id, str(second.pk))
    assert sources.resolve_source(Message.of(doc)).image_id == str(first.pk)


def test_a_variation_changes_what_its_original_changed(conversation: Doc, user: User) -> None:
    photo, mask = brought(user), brought(user, "mask")
    named = {"source_image_id": str(photo.pk), "mask_image_id": str(mask.pk)}
    original = say(conversation, "bluer", **named)
    work_through()
    again = say(conversation, "bluer", variation_of=original["_id"])
    work_through()
    done = reload(again)
    assert (done["status"], done["mask_image_id"]) == ("DONE", str(mask.pk))


def test_a_picture_outlives_mongodb_being_away_when_it_is_finished(
    conversation: Doc, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, tries, made = artifacts.keep, [], []
    generate = stages.generate

    def keep(*args: Any) -> str:
        name = original(*args)
        tries.append(name)
        if len(tries) == 1:  # written, and the answer lost
            raise AutoReconnect("gone")
        return name

    def counted(*args: Any) -> Any:
        made.append(1)
        return replace(generate(*args), repeatable=False)

    monkeypatch.setattr(artifacts, "keep", keep)
    monkeypatch.setattr(generating, "PAUSE_S", 0.01)
    monkeypatch.setattr(stages, "generate", counted)
    doc = say(conversation, "a sea at sunset")
    work_through()
    assert (reload(doc)["status"], len(tries), len(made)) == ("DONE", 2, 1)
