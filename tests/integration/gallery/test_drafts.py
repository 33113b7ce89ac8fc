"""How a picture comes and goes: drafts, their publishing and their purging, against a real database and real files."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from gallery import drafts, pictures, services
from gallery.errors import Interrupted, StorageDown
from gallery.models import Image
from gallery.storage import local
from gallery.storage.local import LocalStorage
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made, page, png, stored_files

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = timedelta(seconds=-1)  # older than that is everything


def gone(image: Image) -> bool:
    return not Image.objects.filter(pk=image.pk).exists()


def test_a_draft_is_made_once_for_a_message(me: User) -> None:
    first, second = drafted(me, "m1"), drafted(me, "m1")
    assert first.pk == second.pk
    assert fresh(first).stage == "draft"
    assert stored_files() == sorted([first.key, first.thumbnail_key])


def test_two_attempts_at_once_share_one_draft(me: User) -> None:
    def attempt(_: int) -> uuid.UUID:
        try:
            return drafted(me, "m1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(attempt, range(8)))) == 1
    assert Image.objects.count() == 1


def test_two_messages_have_two_pictures_of_the_same_bytes(me: User) -> None:
    assert drafted(me, "m1").key != drafted(me, "m2").key


def test_a_title_is_one_line_that_fits(me: User) -> None:
    assert drafted(me, request="a\nlake  " + "x" * 2000).title == "a lake " + "x" * 193


def test_a_draft_is_listed_only_when_it_is_published(me: User) -> None:
    image = drafted(me, "m1")
    assert page(me.pk, None, 10) == ([], None)
    services.publish("m1")
    services.publish(image)
    assert page(me.pk, None, 10) == ([image], None)


def test_an_attempt_with_other_bytes_clears_the_earlier_draft_away_first(me: User) -> None:
    old = drafted(me, "m1", "teal")
    with pytest.raises(Interrupted):
        drafted(me, "m1", "red")
    assert gone(old)
    assert stored_files() == []
    new = drafted(me, "m1", "red")
    assert stored_files() == sorted([new.key, new.thumbnail_key])


def test_a_shown_picture_is_not_replaced(me: User) -> None:
    image = made(me, message_id="m1")
    assert drafted(me, "m1", "red").pk == image.pk
    assert fresh(image).key == image.key


def test_a_parent_is_kept_when_it_is_ones_own_and_still_there(me: User) -> None:
    parent = made(me)
    assert made(me, parent_id=str(parent.pk)).parent == parent
    assert made(User.make_guest(), parent_id=str(parent.pk)).parent is None
    assert made(me, parent_id=str(uuid.uuid4())).parent is None


def test_a_stale_draft_is_purged_files_and_row(me: User) -> None:
    image = drafted(me)
    assert services.stale_drafts(timedelta(minutes=1)) == []
    assert services.stale_drafts(NEVER) == [image]
    services.purge(image)
    services.purge(image)
    assert gone(image)
    assert stored_files() == []


def test_a_purge_misses_what_was_published_or_taken_up_since(me: User) -> None:
    published, taken_up = drafted(me, "m1"), drafted(me, "m2")
    services.publish(published)
    drafted(me, "m2")
    services.purge(published)
    services.purge(taken_up)
    assert [fresh(published).stage, fresh(taken_up).stage] == ["shown", "draft"]
    assert len(stored_files()) == 4


def test_files_put_after_the_purge_do_not_stay(me: User) -> None:
    image = drafted(me)
    services.purge(image)
    with pytest.raises(Interrupted):
        services.store(image, pictures.rendition(png()))
    assert stored_files() == []


@pytest.mark.parametrize("what", ["key", "thumbnail_key"])
def test_a_picture_that_is_half_stored_is_not_stored(me: User, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    image, write = drafted(me), local._write

    def fail_for_one(path: Path, data: bytes) -> None:
        if path.name == getattr(image, what):
            raise OSError("No space left on device")
        write(path, data)

    monkeypatch.setattr(local, "_write", fail_for_one)
    with pytest.raises(StorageDown):
        services.store(image, pictures.rendition(png()))


def test_a_file_that_cannot_be_deleted_keeps_no_other(me: User) -> None:
    images = [drafted(me) for _ in range(drafts.FAILURES + 2)]
    Image.objects.update(stage=Image.Stage.PURGING, purpose=Image.Purpose.MASK)  # of which no message is told
    stuck = images[: drafts.FAILURES]
    for image in stuck:
        path = LocalStorage(settings.PICTURES_DIR)._path(image.key)
        path.unlink()
        path.mkdir()
    for _ in ("in vain", "the others"):
        with pytest.raises(StorageDown):
            services.finish_purges()
    assert set(Image.objects.all()) == set(stuck)


def test_a_purge_does_not_touch_a_shown_picture(me: User) -> None:
    image = made(me)
    services.purge(image)
    assert fresh(image).stage == "shown"
    assert len(stored_files()) == 2
