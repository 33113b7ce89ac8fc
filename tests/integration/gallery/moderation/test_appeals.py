"""Whoever's picture is hidden reads why, and may appeal once; another moderator decides."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gallery import owned, services
from gallery.models import Image
from gallery.moderation import appeals, verdicts
from gallery.moderation.models import Act, Appeal
from gallery.signals import image_changed
from project.models import User
from tests.integration.gallery.rows import fresh, made
from tests.integration.gallery.test_api import at, client_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderators(me: User) -> tuple[User, User]:
    return User.objects.create_user("mo"), User.objects.create_user("max")


@pytest.fixture
def hidden(me: User, moderators: tuple[User, User]) -> Image:
    image = made(me)
    verdicts.hide([image], "Two people fight.", moderators[0].pk, "violence")
    return fresh(image)


def appealed(client: Client, image: Image | str, text: object = "It is a painting.") -> Any:
    return client.post(at(image, "appeal/"), json.dumps({"text": text}), "application/json")


def test_an_appeal_is_made_once_and_is_in_the_picture(me: User, hidden: Image) -> None:
    client = client_of(me)
    answer = appealed(client, hidden)
    assert (answer.status_code, answer.json()["appeal"]) == (201, "open")
    assert client.get(at(hidden)).json().items() >= answer.json().items()
    again = appealed(client, hidden)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert [(each.image_id, each.text) for each in Appeal.objects.all()] == [(hidden.pk, "It is a painting.")]


def test_only_what_is_hidden_and_ones_own_is_appealed_for(me: User, hidden: Image) -> None:
    client, shown = client_of(me), made(me)
    assert appealed(client, shown).status_code == 409
    assert appealed(client, str(uuid.uuid4())).status_code == 404
    assert appealed(client_of(User.make_guest()), hidden).status_code == 404
    services.trash(me.pk, str(hidden.pk))
    assert appealed(client, hidden).status_code == 409
    services.delete_permanently(me.pk, str(hidden.pk))
    assert appealed(client, hidden).status_code == 404
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "a" * 1001, 7, None])
def test_an_appeal_says_something(me: User, hidden: Image, text: object) -> None:
    assert appealed(client_of(me), hidden, text).status_code == 422


def test_the_moderator_who_hid_it_does_not_decide(me: User, hidden: Image, moderators: tuple[User, User]) -> None:
    hider, other = moderators
    appeals.make(me.pk, str(hidden.pk), "Why?")
    assert not appeals.decide(hidden, hider.pk, accept=True)
    assert verdicts.approve([hidden], hider.pk) == []
    assert (fresh(hidden).state, fresh(hidden).appeal) == ("hidden", "open")
    assert appeals.decide(hidden, other.pk, accept=True)
    image = fresh(hidden)
    assert (image.state, image.appeal, image.hidden_code, image.moderated_by) == ("shown", "accepted", "", other)
    assert Appeal.objects.get().outcome == "accepted"


def test_the_outcome_is_told_and_recorded(me: User, hidden: Image, moderators: tuple[User, User]) -> None:
    appeals.make(me.pk, str(hidden.pk), "Why?")
    told: list[Any] = []
    image_changed.connect(lambda form, **_: told.append((form["state"], form["appeal"])), weak=False)
    assert appeals.decide(fresh(hidden), moderators[1].pk, accept=False)
    assert told == [("hidden", "rejected")]
    act = Act.objects.latest("pk")
    assert (act.kind, act.moderator, act.before["appeal"], act.after["appeal"]) == ("reject", "max", "open", "rejected")
    assert fresh(hidden).moderated_by == moderators[0]


def test_two_moderators_decide_once(me: User, hidden: Image, moderators: tuple[User, User]) -> None:
    third = User.objects.create_user("third")
    appeals.make(me.pk, str(hidden.pk), "Why?")
    asread = fresh(hidden)
    assert appeals.decide(asread, moderators[1].pk, accept=True)
    assert not appeals.decide(asread, third.pk, accept=False)
    assert (fresh(hidden).state, fresh(hidden).appeal) == ("shown", "accepted")
    assert [act.kind for act in Act.objects.order_by("pk")] == ["hide", "accept"]


def test_hidden_again_it_may_be_appealed_for_again(me: User, hidden: Image, moderators: tuple[User, User]) -> None:
    appeals.make(me.pk, str(hidden.pk), "Why?")
    appeals.decide(hidden, moderators[1].pk, accept=True)
    verdicts.hide([hidden], "", moderators[1].pk, "hate")
    assert fresh(hidden).appeal == ""
    assert appealed(client_of(me), hidden).status_code == 201


DELETIONS: dict[str, Callable[[User, Image], object]] = {
    "trashed": lambda me, image: services.trash(me.pk, str(image.pk)),
    "deleted for good": lambda me, image: services.delete_permanently(me.pk, str(image.pk)),
}


@pytest.mark.parametrize("deletion", DELETIONS)
def test_an_appeal_on_a_picture_deleted_meanwhile_decides_nothing(
    me: User, hidden: Image, moderators: tuple[User, User], deletion: str
) -> None:
    appeals.make(me.pk, str(hidden.pk), "Why?")
    DELETIONS[deletion](me, hidden)
    assert not appeals.decide(hidden, moderators[1].pk, accept=True)
    assert Act.objects.count() == 1
    assert not Image.objects.filter(pk=hidden.pk, hidden=False).exists()


def test_what_is_kept_as_evidence_keeps_no_appeal(me: User, hidden: Image) -> None:
    appeals.make(me.pk, str(hidden.pk), "I live at 7 Main Street.")
    holder = User.make_guest()
    owned.keep_evidence(me.pk, holder.pk)
    assert (fresh(hidden).owner, fresh(hidden).appeal) == (holder, "")
    assert not Appeal.objects.exists()


def test_the_export_has_them(me: User, hidden: Image) -> None:
    appeals.make(me.pk, str(hidden.pk), "Why?")
    (said,) = appeals.of_person(me.pk)
    assert (said["picture"], said["text"], said["outcome"]) == (hidden.pk, "Why?", "open")
