"""Staff block people and let them in again: who may, what the person sees, and what ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone, translation

from gallery.errors import Blocked
from pipeline.store.mongo import database
from project.access import Access
from project.accounts import blocking, groups
from project.models import Token, User
from tests.integration.gallery.test_admin import logged_in
from tests.support.messages import insert, insert_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]

LIST = "/admin/project/user/"
SESSIONS = "/api/v1/chat/sessions/"


@pytest.fixture
def guest() -> User:
    return User.make_guest()


def staff(group: str) -> Client:
    groups.prepare()
    user = User.objects.create_user(f"of {group}", is_staff=True)
    user.groups.set(Group.objects.filter(name=group))
    return logged_in(user)


def act(client: Client, action: str, *people: User, **fields: str) -> Any:
    chosen = [str(person.pk) for person in people]
    return client.post(LIST, {"action": action, "_selected_action": chosen, **fields}, follow=True)


@pytest.mark.parametrize("group", [groups.MODERATORS, groups.OPERATORS])
def test_staff_block_with_a_reason_that_the_person_reads(group: str, guest: User) -> None:
    client, mine = staff(group), Client(headers={"Authorization": f"Bearer {Token.issue(guest)}"})
    assert mine.get(SESSIONS).status_code == 200
    asked = act(client, "block", guest)
    assert "The person reads it." in asked.content.decode()
    assert not User.objects.get(pk=guest.pk).is_blocked
    done = act(client, "block", guest, reason="Spam & <noise>", days="")
    assert "Blocked: 1." in done.content.decode()
    again = Client(headers={"Authorization": f"Bearer {Token.issue(guest)}"})
    answer = again.get(SESSIONS)
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert answer.json()["detail"] == "You are blocked: Spam & <noise>"
    answer = again.get(SESSIONS, headers={"Accept-Language": "vi"})
    assert answer.json()["detail"] == "Bạn đang bị chặn: Spam & <noise>"
    assert "Spam" in LogEntry.objects.get().get_change_message()


def test_unblocked_they_are_in_again(guest: User) -> None:
    blocking.block([guest], "Spam", None)
    act(staff(groups.MODERATORS), "unblock", guest)
    assert Client(headers={"Authorization": f"Bearer {Token.issue(guest)}"}).get(SESSIONS).status_code == 200
    assert User.objects.get(pk=guest.pk).block_reason == ""


def test_a_block_with_an_end_ends_by_itself(guest: User) -> None:
    act(staff(groups.MODERATORS), "block", guest, reason="Spam", days="7")
    blocked = User.objects.get(pk=guest.pk)
    assert blocked.is_blocked
    with pytest.raises(Blocked, match=r"until \d+ \w+ \d{4}, \d\d:\d\d UTC: Spam"):
        Access(blocked).check_block()
    with translation.override("vi"), pytest.raises(Blocked, match=r"Bạn bị chặn đến .+ UTC: Spam"):
        Access(blocked).check_block()
    blocked.blocked_until = timezone.now() - timedelta(seconds=1)
    assert not blocked.is_blocked
    Access(blocked).check_block()


def test_what_runs_for_a_blocked_person_is_cancelled_and_nothing_of_others(guest: User) -> None:
    for user in (guest, User.make_guest()):
        insert(session_id=insert_session(str(user.pk))["_id"], user_id=str(user.pk))
    blocking.block([guest], "Spam", None)
    statuses = {doc["user_id"]: doc["status"] for doc in database()["messages"].find()}
    assert statuses.pop(str(guest.pk)) == "CANCELLED"
    assert list(statuses.values()) == ["PROCESSING"]


def test_staff_cannot_be_blocked() -> None:
    client = staff(groups.MODERATORS)
    other = User.objects.create_user("other", is_staff=True)
    page = act(client, "block", other, reason="x").content.decode()
    assert "Staff cannot be blocked." in page
    assert not User.objects.get(pk=other.pk).is_blocked


@pytest.mark.parametrize("rights", [(), ("view_user",)])
def test_who_may_not_block_cannot(guest: User, rights: tuple[str, ...]) -> None:
    groups.prepare()
    user = User.objects.create_user("nobody", is_staff=True)
    for right in rights:
        user.user_permissions.set(Group.objects.get(name=groups.OPERATORS).permissions.filter(codename=right))
    act(logged_in(user), "block", guest, reason="x")
    assert not User.objects.get(pk=guest.pk).is_blocked


def test_an_operator_sees_people_and_no_pictures(guest: User) -> None:
    client = staff(groups.OPERATORS)
    assert guest.username in client.get(LIST).content.decode()
    assert client.get("/admin/gallery/image/").status_code == 403


def test_nothing_of_a_person_can_be_changed_in_the_admin(guest: User) -> None:
    client = staff(groups.MODERATORS)
    assert client.get(f"{LIST}{guest.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{guest.pk}/change/", {"is_staff": "on"}).status_code == 403
    assert client.post(f"{LIST}{guest.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_groups_are_made_again_as_they_have_to_be() -> None:
    groups.prepare()
    Group.objects.get(name=groups.OPERATORS).permissions.clear()
    groups.prepare()
    held = {
        group.name: {f"{right.content_type.app_label}.{right.codename}" for right in group.permissions.all()}
        for group in Group.objects.all()
    }
    assert held == {name: set(rights) for name, rights in groups.MAY.items()}
