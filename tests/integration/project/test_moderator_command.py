"""`manage.py moderator NAME`."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from project.models import User

pytestmark = pytest.mark.django_db

GOOD = "a long pass phrase"
RIGHTS = {
    "gallery.view_image", "gallery.change_image", "moderation.view_act", "project.view_user", "project.block_user",
}  # fmt: skip


@pytest.fixture(autouse=True)
def cheap_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def run(monkeypatch: pytest.MonkeyPatch, name: str = "mo", password: str = GOOD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    said = io.StringIO()
    call_command("moderator", name, "--password-stdin", stdout=said)
    return said.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_moderator_can_look_at_and_change_pictures_block_people_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "mo" in run(monkeypatch)
    user = User.objects.get(username="mo")
    assert (user.is_staff, user.is_superuser, user.is_guest, user.check_password(GOOD)) == (True, False, False, True)
    assert user.get_all_permissions() == RIGHTS


def test_a_second_time_sets_the_password_and_takes_other_rights_away(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch)
    user = User.objects.get(username="mo")
    more = Permission.objects.get(codename="delete_image")
    user.user_permissions.add(more)
    others = Group.objects.create(name="others")
    others.permissions.add(more)
    user.groups.add(others)
    Group.objects.get(name="moderators").permissions.add(more)
    User.objects.update(is_active=False)
    run(monkeypatch, password="another long phrase")
    user = User.objects.get(username="mo")
    assert user.check_password("another long phrase")
    assert user.get_all_permissions() == RIGHTS
    assert User.objects.count() == 1


def test_a_guest_s_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    guest = User.make_guest()
    with pytest.raises(CommandError, match="guest"):
        run(monkeypatch, guest.username)
    guest.refresh_from_db()
    assert not guest.is_staff


def test_a_superuser_keeps_its_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_superuser("root", password=GOOD)
    with pytest.raises(CommandError, match="superuser"):
        run(monkeypatch, "root", "another long phrase")
    assert User.objects.get(username="root").check_password(GOOD)


@pytest.mark.parametrize("name", ["", "with space", "x" * 151, "new\nline"])
def test_a_name_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(CommandError):
        run(monkeypatch, name)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "qwertyuiop", "1234567890123", "moderator-mo"])
def test_a_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    with pytest.raises(CommandError):
        run(monkeypatch, "moderator-mo", password)
    assert not User.objects.exists()


def test_it_asks_until_two_good_passwords_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([GOOD, "a slip of the finger", "weak", "weak", GOOD, GOOD])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("project.management.commands.moderator.getpass", lambda prompt: next(typed))
    call_command("moderator", "mo", stdout=io.StringIO())
    assert User.objects.get(username="mo").check_password(GOOD)
    assert list(typed) == []


def test_without_a_terminal_it_says_how_to_give_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("moderator", "mo")


def test_before_migrating_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    Permission.objects.filter(codename="change_image").delete()
    with pytest.raises(CommandError, match="migrate"):
        run(monkeypatch)
    assert not User.objects.exists()
