"""What a moderator hid is not lost when its owner deletes it for good: it stays for a while, without a name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gallery import albums, bulk, links, maintenance
from gallery import services as gallery
from gallery.drafts import purge, purging
from gallery.models import Image
from gallery.moderation import verdicts
from project.accounts.removal import Removal
from project.models import Token, User
from tests.integration.gallery.rows import made, png, stored_files
from tests.integration.project.test_removal import lets_go_by

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PICTURES_DIR = tmp_path
    settings.EVIDENCE_DAYS = 10


@pytest.fixture
def guest() -> User:
    return User.make_guest()


def by_hand(guest: User, image: Image) -> None:
    gallery.delete_permanently(guest.pk, str(image.pk))


def with_others(guest: User, image: Image) -> None:
    bulk.change_all(guest.pk, "delete", [str(image.pk)], None)


def with_the_trash(guest: User, image: Image) -> None:
    gallery.trash(guest.pk, str(image.pk))
    _long_ago(image)


def with_its_session(guest: User, image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(session_id="s")
    gallery.trash_session(guest.pk, "s")
    _long_ago(image)


def _long_ago(image: Image) -> None:
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now() - timedelta(days=40))
    maintenance.empty_trash(10)


@pytest.mark.parametrize("delete", [by_hand, with_others, with_the_trash, with_its_session])
def test_however_it_is_deleted_it_stays_without_a_name_and_then_goes(guest: User, delete: Any) -> None:
    image = gallery.import_picture(guest.pk, png(), "photo", f"by {guest.username}.png")
    albums.add(albums.create(guest.pk, "Mine"), [image])
    verdicts.hide([image], "no", None)
    files = stored_files()
    delete(guest, image)
    mine = Client(headers={"Authorization": f"Bearer {Token.issue(guest)}"})
    assert mine.get(f"/v1/gallery/{image.pk}/").status_code == 404
    for _ in range(2):
        for row in purging():
            purge(row)
        Removal().clean()
    kept = Image.objects.select_related("owner").get()
    assert (kept.pk, kept.hidden, kept.hidden_words, kept.state) == (image.pk, True, "no", "hidden")
    assert (kept.title, kept.session_id, kept.digest, kept.places.count()) == ("", "", "", 0)
    assert kept.owner.holds_evidence
    assert guest.username not in kept.owner.username
    assert kept.owner.removal_began_at
    assert timedelta(days=10) <= kept.owner.removal_began_at - timezone.now() <= timedelta(days=11)
    assert stored_files() == files
    assert Client().get(links.path(str(image.pk), "full", image.url_epoch)).status_code == 404
    lets_go_by(kept.owner)
    Removal().remove_marked()
    assert not Image.objects.exists()
    assert stored_files() == []
    assert User.objects.get() == guest


def test_what_nobody_hid_goes_at_once(guest: User) -> None:
    image = gallery.import_picture(guest.pk, png(), "photo", "x.png")
    by_hand(guest, image)
    assert not Image.objects.exists()
    assert stored_files() == []


def test_its_message_is_told_first(guest: User) -> None:
    image = made(guest, message_id="m")
    verdicts.hide([image], "no", None)
    by_hand(guest, image)
    Image.objects.update(announced_rev=0)  # as where the store of messages was away
    Removal().clean()
    row = Image.objects.get()
    assert (row.owner, row.stage) == (guest, Image.Stage.PURGING)
    gallery.announced(str(row.pk), row.rev)
    Removal().clean()
    row.refresh_from_db()
    assert (row.owner.holds_evidence, row.message_id, row.stage) == (True, None, Image.Stage.SHOWN)


def test_a_day_has_one_stand_in_for_all(guest: User) -> None:
    other = User.make_guest()
    for number, owner in enumerate((guest, other)):
        image = gallery.import_picture(owner.pk, png(("red", "blue")[number]), "photo", "x.png")
        verdicts.hide([image], "no", None)
        by_hand(owner, image)
        Removal().clean()
    assert len(set(Image.objects.values_list("owner", flat=True))) == 1


def test_pictures_that_were_made_from_it_stay_their_owners(guest: User) -> None:
    image = made(guest)
    child = made(guest, parent_id=str(image.pk))
    verdicts.hide([image], "no", None)
    by_hand(guest, image)
    Image.objects.filter(pk=image.pk).update(announced_rev=99)
    Removal().clean()
    child.refresh_from_db()
    assert (child.owner, child.parent) == (guest, None)


def test_who_is_removed_meanwhile_leaves_it_too(guest: User) -> None:
    image = gallery.import_picture(guest.pk, png(), "photo", "x.png")
    verdicts.hide([image], "no", None)
    by_hand(guest, image)
    User.objects.filter(pk=guest.pk).update(is_active=False, removal_began_at=timezone.now() - timedelta(days=1))
    Removal().remove_marked()
    Removal().remove_marked()
    kept = Image.objects.select_related("owner").get()
    assert (kept.pk, kept.owner.holds_evidence) == (image.pk, True)
    assert not User.objects.filter(pk=guest.pk).exists()
