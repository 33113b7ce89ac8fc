"""Files without a row, and rows without a file, in both storages."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from redis import Redis

from gallery import leftovers, services
from gallery.errors import NotFound
from gallery.leftovers import Found, Pass
from gallery.models import Image
from gallery.stores import storage
from project.models import User
from tests.integration.gallery.rows import drafted, made, png, stored_files
from tests.support.fakes.cloudinary import Cloudinary

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("valkey")]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PICTURES_DIR = tmp_path


@pytest.fixture
def no_age(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "AGE", timedelta(0))


def key_of(days_ago: float, number: int = 1) -> str:
    made = datetime.now(UTC) - timedelta(days=days_ago)
    id = uuid.UUID(int=(int(made.timestamp() * 1000) << 80) | (0x7 << 76) | (0x8 << 60) | number)
    return f"{id.hex}-0123456789abcdef.png"


def strew(*keys: str, name: str = "local") -> None:
    for key in keys:
        storage(name).put(key, png(), "image/png")


def looked(name: str = "local") -> Found:
    """A whole pass, without its pauses."""
    one = Pass(name)
    while (found := one.next_round()) is None:
        one.rests_until = 0.0
    return found


def test_a_file_that_no_row_names_goes_and_no_other(me: User) -> None:
    image = made(me)
    kept = stored_files()
    strew(key_of(3))
    assert looked() == Found(files_deleted=1)
    assert stored_files() == kept
    assert Image.objects.get() == image
    assert looked() == Found()


@pytest.mark.usefixtures("no_age")
def test_what_is_being_made_is_never_taken(me: User) -> None:
    drafted(me)
    gone = made(me)
    Image.objects.filter(pk=gone.pk).update(stage=Image.Stage.PURGING)
    kept = stored_files()
    assert len(kept) == 4
    assert looked() == Found()
    assert stored_files() == kept


def test_what_is_young_is_not_looked_at(me: User) -> None:
    made(me)
    strew(key_of(0.5))
    assert looked() == Found()
    assert len(stored_files()) == 3


def test_a_database_that_knows_none_of_them_may_be_another_one(me: User, tmp_path: Path) -> None:
    keys = [key_of(3, number) for number in range(leftovers.FEW + 1)]
    strew(*keys[:1])
    assert looked() == Found(files_left=1)  # no row at all
    made(me)
    strew(*keys)
    assert looked() == Found(files_left=len(keys))
    (tmp_path / keys[0][:6] / keys[0]).unlink()
    assert looked() == Found(files_deleted=leftovers.FEW)


def test_what_is_no_file_of_ours_stays(me: User, tmp_path: Path) -> None:
    made(me)
    kept = ["notes.txt", "0199aaaabbbb40008000000000000001-abcd.png", "0123456789abcdef0123456789abcdef.png"]
    for name in kept:
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / name).write_text("x")
    assert looked() == Found()
    assert set(kept) <= set(stored_files())


@pytest.mark.usefixtures("no_age")
def test_a_row_whose_file_is_gone_is_told_and_stays(me: User, valkey: Redis, caplog: pytest.LogCaptureFixture) -> None:
    image = made(me)
    storage("local").delete(image.thumbnail_key)
    assert looked() == Found(rows=1)
    assert f"action=row_without_file storage=local image={image.pk}" in caplog.text
    assert Image.objects.get() == image
    assert cache.get(f"{leftovers.FOUND}.local") == {"files_deleted": 0, "files_left": 0, "rows": 1}


def test_many_are_looked_at_in_rounds(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "FILES", 2)
    monkeypatch.setattr(leftovers, "ROWS", 2)
    for _ in range(3):
        made(me)
    strew(*[key_of(days) for days in (2, 3, 4)])
    one = Pass("local")
    one.next_round()
    assert one.found == Found(files_deleted=2)
    assert looked() == Found(files_deleted=1)


def test_a_pass_that_has_ended_rests(me: User) -> None:
    made(me)
    one = Pass("local")
    for _ in range(3):
        one.next_round()
    strew(key_of(3))
    for _ in range(3):
        one.next_round()
    assert len(stored_files()) == 3


def test_a_restore_while_the_trash_is_emptied_is_whole_or_gone(me: User) -> None:
    image = made(me)
    services.trash(me.pk, str(image.pk))
    row = Image.objects.get()
    Image.objects.filter(pk=image.pk).update(stage=Image.Stage.PURGING)  # maintenance was faster
    with pytest.raises(NotFound):
        services.restore(me.pk, str(image.pk))
    Image.objects.update(announced_rev=99)
    services.purge(row)
    assert not Image.objects.exists()
    assert stored_files() == []


@pytest.fixture
def away(cloudinary: Cloudinary, settings: Any, me: User) -> Image:
    from gallery.storage.account import Account

    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    return made(me)


def test_at_cloudinary_it_is_only_told(away: Image, cloudinary: Cloudinary) -> None:
    strew(key_of(3), name="cloudinary")
    assert looked("cloudinary") == Found(files_left=1)
    assert len(cloudinary.assets) == 3


@pytest.mark.usefixtures("no_age")
def test_unless_the_account_is_ours_alone(away: Image, cloudinary: Cloudinary, settings: Any) -> None:
    settings.CLOUDINARY_OURS = True
    strew(key_of(3), name="cloudinary")
    assert looked("cloudinary") == Found(files_deleted=1)
    assert len(cloudinary.assets) == 2
    cloudinary.assets.popitem()
    assert looked("cloudinary") == Found(rows=1)


def test_cloudinary_is_not_asked_at_every_round(away: Image, cloudinary: Cloudinary) -> None:
    one = Pass("cloudinary")
    for _ in range(5):
        one.next_round()
    assert sum(asked.path.endswith("/resources/image/authenticated") for asked in cloudinary.asked) == 1
