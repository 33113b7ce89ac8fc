"""How much a person may keep, and how much of the disk has to stay free: against a real database, real files, a real disk."""

import logging
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from gallery import changes, maintenance, pictures, services, space
from gallery.errors import StorageDown, StorageFull, Unauthorized
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.storage.local import LocalStorage
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made, png, stored_files
from tests.support.fakes.cloudinary import Cloudinary

TOLD = {"announced_rev": 100}  # as if the message had been told: nobody listens here
pytestmark = pytest.mark.django_db(transaction=True)


NUMBERS = count()


def brought(owner: User, purpose: Any = "photo") -> Image:
    other = next(NUMBERS).to_bytes(4, "big")  # behind the picture: the same photo would be the same picture
    return services.import_picture(owner.pk, png() + other, purpose, "x.png")


def bytes_on_disk() -> int:
    from django.conf import settings

    return sum(path.stat().st_size for path in Path(settings.PICTURES_DIR).rglob("*") if path.is_file())


@pytest.fixture
def full(me: User, settings: Any) -> User:
    """Somebody who may keep as much as one picture takes, and has it."""
    settings.PERSON_BYTES = brought(me).bytes
    return me


# One person


def test_a_row_says_what_its_files_take(me: User) -> None:
    brought(me)
    brought(me, "mask")
    made(me)
    assert space.used(me.pk) == space.Used(bytes_on_disk(), 3)
    assert space.used(User.make_guest().pk) == space.Used(0, 0)


def test_one_who_has_no_room_is_refused_before_anything_is_decoded(full: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(_: bytes) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(pictures, "decode", decode)
    kept = stored_files()
    with pytest.raises(StorageFull) as refused:
        brought(full)
    assert (refused.value.code, refused.value.status) == ("storage_full", 507)
    assert (stored_files(), Image.objects.count()) == (kept, 1)


def test_the_refusal_says_what_is_used_and_what_is_allowed(me: User, settings: Any) -> None:
    settings.PERSON_BYTES = 2_500_000
    Image.objects.filter(pk=brought(me).pk).update(bytes=2_400_000)
    with pytest.raises(
        StorageFull, match=r"take 2\.4 MB of 2\.5 MB, the trash included, and this one takes 200\.0 kB: "
    ):
        space.check(me.pk, more=200_000)
    space.check(me.pk, more=100_000)
    settings.PERSON_BYTES = 2_400_000
    with pytest.raises(StorageFull, match=r"take 2\.4 MB of 2\.4 MB, the trash included: delete some for good"):
        space.check(me.pk)


def test_so_many_pictures_and_no_more(me: User, settings: Any) -> None:
    settings.PERSON_PICTURES = 2
    brought(me), brought(me, "mask")
    with pytest.raises(StorageFull, match=r"You have 2 of 2 pictures, the trash included"):
        brought(me)
    brought(User.make_guest())


@pytest.mark.parametrize("state", ["in the trash", "a draft", "a mask", "hidden", "being purged"])
def test_whatever_lies_in_the_storage_counts(
    me: User, settings: Any, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = drafted(me) if state == "a draft" else brought(me, "mask" if state == "a mask" else "photo")
    settings.PERSON_BYTES = image.bytes
    if state == "in the trash":
        services.trash(me.pk, str(image.pk))
    if state == "hidden":
        verdicts.hide([image], "no", by=None)
    if state == "being purged":
        monkeypatch.setattr(LocalStorage, "delete", down)
        services.delete_permanently(me.pk, str(image.pk))
    with pytest.raises(StorageFull):
        brought(me)


def down(*_: Any) -> None:
    raise StorageDown


def test_what_is_deleted_for_good_makes_room(full: User) -> None:
    services.delete_permanently(full.pk, str(Image.objects.get().pk))
    brought(full)


def test_files_that_are_gone_take_no_room_while_their_message_is_yet_to_be_told(me: User) -> None:
    image = made(me)
    services.delete_permanently(me.pk, str(image.pk))  # nobody listens here, so the row waits
    assert fresh(image).stage == "purging"
    assert space.used(me.pk).bytes == bytes_on_disk() == 0


def test_a_picture_that_is_larger_than_what_was_sent_has_to_fit_too(me: User, settings: Any) -> None:
    sent = png(size=(900, 900))
    settings.PERSON_BYTES = len(sent) + 1
    with pytest.raises(StorageFull, match="and this one takes"):
        services.import_picture(me.pk, sent, "photo", "x.png")
    assert (stored_files(), Image.objects.count()) == ([], 0)


def test_many_that_come_at_once_cannot_each_have_the_room_for_one(
    me: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PERSON_BYTES = 3 * (brought(me).bytes or 0)
    Image.objects.all().delete()
    used = space.used

    def looks_slowly(owner_id: uuid.UUID) -> space.Used:
        found = used(owner_id)
        time.sleep(0.02)  # in which the others would come in between
        return found

    monkeypatch.setattr(space, "used", looks_slowly)

    def bring(_: int) -> bool:
        try:
            brought(me)
        except StorageFull:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as people:  # as many pictures of one person as are taken in at a time
        taken = list(people.map(bring, range(30)))
    assert (sum(taken), Image.objects.count()) == (3, 3)


def test_without_limits_nobody_is_refused(full: User, settings: Any) -> None:
    settings.STUDIO_LIMITS = False
    brought(full)


def test_what_a_message_made_is_kept_although_its_owner_has_no_room(full: User) -> None:
    image = made(full)
    assert space.used(full.pk) == space.Used(bytes_on_disk(), 2)
    assert fresh(image).stage == "shown"


def test_one_who_is_being_removed_brings_nothing_more(me: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(Unauthorized):
        brought(me)
    assert stored_files() == []


# The disk


@pytest.fixture
def measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "_disk", space._Disk())


@pytest.mark.usefixtures("measured_anew")
def test_nothing_new_is_taken_from_anybody_while_the_disk_is_nearly_full(me: User, settings: Any) -> None:
    settings.FREE_BYTES = 10**18
    with pytest.raises(StorageFull, match="The studio's disk is nearly full"):
        brought(me)
    settings.STUDIO_LIMITS = False  # which are about people
    with pytest.raises(StorageFull):
        space.check(me.pk)
    settings.FREE_BYTES = 0
    brought(me)


@pytest.mark.usefixtures("measured_anew")
def test_that_the_disk_is_nearly_full_is_said_once_in_the_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings.FREE_BYTES = 10**18
    assert [space.disk_is_full() for _ in range(3)] == [True] * 3
    settings.FREE_BYTES = 0
    assert [space.disk_is_full() for _ in range(3)] == [False] * 3
    assert [record.levelname for record in caplog.records if "action=disk" in record.message] == ["WARNING", "INFO"]


@pytest.mark.parametrize(
    ("urls", "cloudinary", "looked_at"),
    [
        ((True, ""), None, ["data", "pictures"]),
        ((False, ""), None, ["data", "pictures"]),  # SQLite is there
        ((False, "postgresql://x/y"), None, ["pictures"]),
        ((False, "postgresql://x/y"), "an account", []),
        ((True, ""), "an account", ["data"]),
    ],
)
def test_the_disk_is_looked_at_where_something_is_kept(
    settings: Any, urls: tuple[bool, str], cloudinary: str | None, looked_at: list[str]
) -> None:
    settings.DATA_DIR, settings.PICTURES_DIR = Path("data"), Path("pictures")
    settings.EMBEDDED, settings.DATABASE_URL = {"mongod": urls[0], "valkey": True}, urls[1]
    settings.CLOUDINARY_ACCOUNT = cloudinary
    assert [path.name for path in space.folders()] == looked_at


@pytest.mark.usefixtures("measured_anew")
def test_where_nothing_is_kept_no_disk_is_full(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "folders", lambda: [])
    settings.FREE_BYTES = 10**18
    space.check_disk()


def test_a_folder_that_is_yet_to_be_made_is_measured_where_it_will_be(tmp_path: Path) -> None:
    assert space._free(tmp_path / "not" / "yet") > 0


def test_while_somebody_asks_a_disk_that_hangs_the_others_go_on_with_what_is_known(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = space._Disk()
    monkeypatch.setattr(space, "_disk", disk)
    monkeypatch.setattr(space, "MEASURED_EVERY_S", 0.0)
    settings.FREE_BYTES = 10**18
    assert space.disk_is_full()
    with disk._asking:  # and it does not come back

        def hangs(_: Path) -> int:
            raise AssertionError("one more who waits for it")

        monkeypatch.setattr(space, "_free", hangs)
        assert space.disk_is_full()


# What maintenance does


def in_the_trash(owner: User, days: float) -> Image:
    image = made(owner)
    services.trash(owner.pk, str(image.pk))
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now() - timedelta(days=days), **TOLD)
    return fresh(image)


def test_the_trash_is_emptied_of_what_has_lain_there_long_enough(me: User) -> None:
    shown, young, old = made(me), in_the_trash(me, 29.9), in_the_trash(me, 30.1)
    maintenance.empty_trash(100)
    assert set(Image.objects.all()) == {shown, young}
    assert old.key not in stored_files()
    assert len(stored_files()) == 4


def test_a_round_empties_so_much_of_the_trash_the_oldest_first(me: User) -> None:
    later, first = in_the_trash(me, 31), in_the_trash(me, 32)
    maintenance.empty_trash(1)
    assert list(Image.objects.all()) == [later]
    maintenance.empty_trash(1)
    assert first.key not in stored_files()
    assert stored_files() == []


def test_a_picture_that_is_taken_out_just_now_stays(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = in_the_trash(me, 31)
    change = changes.change

    def restored_before(rows: Any, **values: Any) -> None:
        services.restore(me.pk, str(image.pk))
        change(rows, **values)

    monkeypatch.setattr(maintenance, "change", restored_before)
    maintenance.empty_trash(100)
    assert (fresh(image).state, len(stored_files())) == ("shown", 2)


def test_trash_in_a_storage_that_is_down_goes_when_it_is_back(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = in_the_trash(me, 31)
    with monkeypatch.context() as away:
        away.setattr(LocalStorage, "delete", down)
        with pytest.raises(StorageDown):
            maintenance.empty_trash(100)
    Image.objects.update(**TOLD)
    for left in services.purging():
        services.purge(left)
    assert not Image.objects.filter(pk=image.pk).exists()
    assert stored_files() == []


def test_the_trash_says_when_a_picture_goes(me: User, settings: Any) -> None:
    image = in_the_trash(me, 1)
    assert image.trashed_at
    assert image.purge_at == image.trashed_at + timedelta(days=30)
    settings.TRASH_DAYS = 2
    assert image.purge_at == image.trashed_at + timedelta(days=2)
    assert made(me).purge_at is None


def test_rows_of_an_older_release_are_measured_by_and_by(me: User) -> None:
    images = [made(me), brought(me), drafted(me)]
    known = [image.bytes for image in images]
    Image.objects.update(bytes=None)
    assert space.used(me.pk) == space.Used(0, 3)
    for _ in range(2):
        maintenance.measure_files(1)
    assert [fresh(image).bytes for image in images] == [*known[:2], None]  # whose files may not be there yet
    services.publish(images[2])
    maintenance.measure_files(1)
    assert fresh(images[2]).bytes == known[2]


def test_a_picture_whose_file_is_not_there_takes_no_room(me: User, settings: Any) -> None:
    image = made(me)
    next(Path(settings.PICTURES_DIR).rglob(image.key)).unlink()
    Image.objects.update(bytes=None)
    maintenance.measure_files(10)
    assert fresh(image).bytes == bytes_on_disk() > 0


def test_pictures_in_cloudinary_are_measured_there(me: User, settings: Any, cloudinary: Cloudinary) -> None:
    from gallery import stores
    from gallery.storage.account import Account

    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    stores._client.cache_clear()
    image = made(me)
    assert image.storage == "cloudinary"
    Image.objects.update(bytes=None)
    maintenance.measure_files(10)
    assert fresh(image).bytes == sum(len(asset.data) for asset in cloudinary.assets.values())


def test_everything_of_a_person_is_erased_so_much_a_round(me: User) -> None:
    other = User.make_guest()
    kept = made(other)
    made(me), in_the_trash(me, 1), drafted(me, str(uuid.uuid4())), brought(me, "mask"), brought(me)
    Image.objects.filter(owner=me).update(**TOLD)
    assert not maintenance.erase(me.pk, 3)
    assert maintenance.erase(me.pk, 3)
    assert list(Image.objects.all()) == [kept]
    assert stored_files() == sorted([kept.key, kept.thumbnail_key])
