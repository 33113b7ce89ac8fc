"""The record of what moderators did: a row for each act, which only grows."""

from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client

from gallery import services
from gallery.moderation import verdicts
from gallery.moderation.models import Act
from project.accounts import blocking
from project.models import User
from tests.integration.gallery.rows import fresh, made
from tests.integration.gallery.test_admin import client, logged_in, moderator

__all__ = ["client", "moderator"]  # fixtures
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.integration.gallery.test_admin")]
RECORD = "/admin/moderation/act/"


def test_hiding_and_approving_say_who_what_why_before_and_after(me: User, moderator: User) -> None:
    image = made(me)
    verdicts.hide([image], "Two people fight.", moderator.pk, "violence")
    verdicts.approve([image], moderator.pk)
    hid, approved = Act.objects.order_by("pk")
    assert (hid.kind, hid.moderator_id, hid.moderator) == ("hide", moderator.pk, "mo")
    assert (hid.image_id, hid.person_id) == (image.pk, me.pk)
    assert (hid.code, hid.words) == ("violence", "Two people fight.")
    assert hid.before == {"state": "shown", "hidden": False, "approved": False}
    why = {"code": "violence", "words": "Two people fight."}
    assert hid.after == {"state": "hidden", "hidden": True, "approved": False, **why}
    assert (approved.kind, approved.before) == ("approve", hid.after)
    assert approved.after == {"state": "shown", "hidden": False, "approved": True}


def test_what_changes_nothing_is_no_act(me: User, moderator: User) -> None:
    image = made(me)
    assert verdicts.hide([image], "first", moderator.pk) == [image]
    assert verdicts.hide([image], "second", moderator.pk) == []
    services.delete_permanently(me.pk, str(image.pk))
    assert verdicts.approve([image], moderator.pk) == []
    assert Act.objects.count() == 1


def test_blocking_and_letting_in_again_are_acts(me: User, moderator: User) -> None:
    blocking.block([me], "Spam", None, by=moderator.pk)
    me.refresh_from_db()
    blocking.unblock([me], by=moderator.pk)
    blocked, unblocked = Act.objects.order_by("pk")
    assert (blocked.kind, blocked.person_id, blocked.words, blocked.moderator) == ("block", me.pk, "Spam", "mo")
    assert (blocked.before, blocked.after) == ({"blocked": False}, {"blocked": True})
    assert (unblocked.kind, unblocked.before, unblocked.after) == ("unblock", {"blocked": True}, {"blocked": False})


def test_a_picture_is_not_hidden_where_the_record_cannot_be_written(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = made(me)

    def fails(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("gallery.moderation.record.add", fails)
    with pytest.raises(DatabaseError):
        verdicts.hide([image], "no", None)
    assert fresh(image).state == "shown"


def test_the_database_refuses_to_change_and_to_delete(me: User) -> None:
    verdicts.hide([made(me)], "no", None)
    for change in (lambda: Act.objects.update(words="yes"), lambda: Act.objects.all().delete()):
        with pytest.raises(DatabaseError, match="only grows"):
            change()
    assert Act.objects.get().words == "no"


def test_its_triggers_come_back_after_a_migration(me: User) -> None:
    call_command("migrate", "moderation", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    test_the_database_refuses_to_change_and_to_delete(me)


def test_postgresql_refuses_to_change_to_delete_and_to_empty(on_postgres: Any) -> None:
    url, ran = on_postgres
    hide = "from gallery.moderation.models import Act; Act.objects.create(kind='hide', moderator='mo', words='no')"
    ran("-c", f"import django; django.setup(); {hide}")
    with psycopg.connect(url, autocommit=True) as server:
        for change in (
            "UPDATE moderation_act SET words = 'yes'",
            "DELETE FROM moderation_act",
            "TRUNCATE moderation_act",
        ):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="only grows"):
                server.execute(change)
        words = server.execute("SELECT words FROM moderation_act WHERE moderator = 'mo'").fetchall()
        assert words == [("no",)]


def test_the_admin_reads_it_and_can_neither_change_nor_delete(client: Client, me: User, moderator: User) -> None:
    verdicts.hide([made(me)], "<b>no</b>", moderator.pk)
    act = Act.objects.get()
    root = logged_in(User.objects.create_superuser("root"))
    for each in (client, root):
        assert "&lt;b&gt;no" in each.get(RECORD).content.decode()
        listed = each.get(RECORD).content.decode()
        assert f'href="/admin/gallery/image/{act.image_id}/change/"' in listed
        assert f'href="/admin/project/user/{me.pk}/change/"' in listed
        assert "Other rules: &lt;b&gt;no" in listed
        page = each.get(f"{RECORD}{act.pk}/change/").content.decode()
        assert "&quot;violence" in page or "no" in page
        assert 'name="_save"' not in page
        for path in ("add/", f"{act.pk}/change/", f"{act.pk}/delete/"):
            assert each.post(RECORD + path, {"words": "yes", "post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [str(act.pk)], "post": "yes"}
        each.post(RECORD, chosen)
    assert Act.objects.get().words == "<b>no</b>"
