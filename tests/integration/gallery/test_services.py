"""What a person and a moderator do with pictures, against a real database and real files."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from pydantic import ValidationError

from gallery import pictures, search, services
from gallery.errors import BadInput, NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.signals import image_changed
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made, page, png, stored_files
from tests.support.studio import HANGS_S, eventually

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = timedelta(seconds=-1)  # older than that is everything


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """Every announcement, as the floors above hear it."""
    heard: list[dict[str, Any]] = []

    def listen(sender: type[Image], signal: object, **changed: Any) -> None:
        heard.append(changed)

    image_changed.connect(listen)
    yield heard
    image_changed.disconnect(listen)


def gone(image: Image) -> bool:
    return not Image.objects.filter(pk=image.pk).exists()


# import and sources


def test_an_import_is_shown_and_named_for_its_file(me: User) -> None:
    image = services.import_picture(me.pk, png(), "photo", "C:\\Ảnh\\my \x00\ud800 cat.final.png")
    assert (image.title, image.stage, image.purpose, image.message_id) == ("my cat.final", "shown", "photo", None)
    assert (image.width, image.height) == (160, 130)


def test_what_is_no_picture_leaves_nothing(me: User) -> None:
    with pytest.raises(BadInput):
        services.import_picture(me.pk, b"GIF89a nonsense", "photo", "x.gif")
    assert not Image.objects.exists()
    assert stored_files() == []


def test_pictures_that_come_in_are_decoded_one_at_a_time(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    at_it: list[int] = []
    most, go_on = 0, threading.Event()

    def decode(data: bytes) -> None:
        nonlocal most
        at_it.append(1)
        most = max(most, len(at_it))
        assert go_on.wait(HANGS_S)
        at_it.pop()
        raise BadInput

    monkeypatch.setattr(pictures, "rendition", decode)
    with ThreadPoolExecutor(3) as people:
        asked = [people.submit(services.import_picture, me.pk, b"", "photo", "") for _ in range(3)]
        eventually(lambda: services._decoder._work_queue.qsize() == 2)
        go_on.set()
    assert [type(each.exception()) for each in asked] == [BadInput] * 3
    assert most == 1


COLOURS = ("teal", "red", "blue", "gold")  # the same photo twice would be one picture


def test_of_one_persons_pictures_only_a_few_wait_and_the_next_is_refused(
    me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, go_on = User.make_guest(), threading.Event()
    real = pictures.rendition

    def decode(data: bytes) -> pictures.Rendition:
        assert go_on.wait(HANGS_S)
        return real(data)

    monkeypatch.setattr(pictures, "rendition", decode)
    with ThreadPoolExecutor(5) as people:
        waiting = [people.submit(services.import_picture, me.pk, png(colour), "photo", "") for colour in COLOURS]
        eventually(lambda: services._importing.held(str(me.pk)) == 4)
        with pytest.raises(RateLimited) as refused:
            services.import_picture(me.pk, png(), "photo", "")
        waiting.append(people.submit(services.import_picture, other.pk, png(), "photo", ""))
        eventually(lambda: services._importing.held(str(other.pk)) == 1)
        go_on.set()
        assert [each.result().stage for each in waiting] == ["shown"] * 5
    assert refused.value.retry_after
    assert Image.objects.count() == 5 and len(stored_files()) == 10
    assert services.import_picture(me.pk, png(), "photo", "").stage == "shown"  # the places are given back


def test_an_import_that_cannot_be_stored_is_not_seen_and_can_be_purged(me: User, tmp_path: Path, settings: Any) -> None:
    settings.PICTURES_DIR = tmp_path / "file"
    settings.PICTURES_DIR.write_bytes(b"in the way")
    with pytest.raises(StorageDown):
        services.import_picture(me.pk, png(), "photo", "x.png")
    assert page(me.pk, None, 10) == ([], None)
    settings.PICTURES_DIR = tmp_path
    for image in services.stale_drafts(NEVER):
        services.purge(image)
    assert not Image.objects.exists()


def test_a_mask_is_a_source_for_masks_only_and_is_not_listed(me: User) -> None:
    mask = services.import_picture(me.pk, png("white"), "mask", "mask.png")
    photo = services.import_picture(me.pk, png(), "photo", "photo.png")
    assert page(me.pk, None, 10) == ([photo], None)
    assert services.open_source(me.pk, str(mask.pk), mask=True)[0] == mask
    assert services.open_source(str(me.pk), str(photo.pk))[0] == photo
    for image, as_mask in ((mask, False), (photo, True)):
        with pytest.raises(NotFound):
            services.source(me.pk, str(image.pk), mask=as_mask)


def test_a_draft_can_be_worked_on(me: User) -> None:
    image, data = services.open_source(me.pk, str(drafted(me).pk))
    assert image.stage == "draft"
    assert pictures.check(data) == (160, 130)


def test_what_is_foreign_hidden_trashed_or_no_id_cannot_be_worked_on(me: User) -> None:
    foreign, hidden, trashed = made(User.make_guest()), made(me), made(me)
    verdicts.hide([hidden], "no", by=me.pk)
    services.trash(me.pk, str(trashed.pk))
    ids = [str(image.pk) for image in (foreign, hidden, trashed)]
    for image_id in [*ids, str(uuid.uuid4()), "", "nonsense", "\0", ids[0].replace("-", ""), ids[0].upper()]:
        with pytest.raises(NotFound):
            services.source(me.pk, image_id)


# the same photo again


def test_the_same_photo_again_is_the_same_picture(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = services.import_picture(me.pk, png(), "photo", "first.png")
    files = stored_files()
    monkeypatch.setattr(pictures, "rendition", lambda data: pytest.fail("it is decoded again"))
    again = services.import_picture(me.pk, png(), "photo", "second.png")
    assert (again.pk, again.title) == (image.pk, "first")
    assert Image.objects.count() == 1
    assert stored_files() == files


def test_a_photo_that_its_owner_cannot_see_comes_in_anew(me: User) -> None:
    trashed = services.import_picture(me.pk, png(), "photo", "x.png")
    services.trash(me.pk, str(trashed.pk))
    hidden = services.import_picture(me.pk, png(), "photo", "x.png")
    verdicts.hide([hidden], "no", by=me.pk)
    purged = services.import_picture(me.pk, png(), "photo", "x.png")
    Image.objects.filter(pk=purged.pk).update(stage=Image.Stage.PURGING)
    image = services.import_picture(me.pk, png(), "photo", "x.png")
    assert len({trashed.pk, hidden.pk, purged.pk, image.pk}) == 4
    assert services.import_picture(me.pk, png(), "photo", "x.png") == image
    services.restore(me.pk, str(trashed.pk))
    assert services.import_picture(me.pk, png(), "photo", "x.png") == trashed  # the oldest


def test_the_same_photo_of_others_and_other_photos_are_other_pictures(me: User) -> None:
    image = services.import_picture(me.pk, png(), "photo", "x.png")
    assert services.import_picture(User.make_guest().pk, png(), "photo", "x.png") != image
    assert services.import_picture(me.pk, png("red"), "photo", "x.png") != image
    assert made(me).digest == ""


def test_a_mask_is_always_a_new_one(me: User) -> None:
    """Maintenance may be about to purge the one before, as no message names it."""
    masks = {services.import_picture(me.pk, png("white"), "mask", "m.png").pk for _ in range(2)}
    photo = services.import_picture(me.pk, png("white"), "photo", "m.png")
    assert len(masks | {photo.pk}) == 3


def test_the_same_photo_twice_at_once_is_one_picture(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2, timeout=HANGS_S)
    store = services.store

    def stored(image: Image, rendition: pictures.Rendition) -> None:
        store(image, rendition)
        both.wait()

    def bring(_: int) -> uuid.UUID:
        try:
            return services.import_picture(me.pk, png(), "photo", "x.png").pk
        finally:
            connection.close()

    monkeypatch.setattr(services, "store", stored)
    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(bring, range(2)))
    assert len(found) == 1
    assert Image.objects.count() == 1
    assert len(stored_files()) == 2


# lists


def test_pages_go_backwards_newest_first_and_miss_nothing(me: User) -> None:
    images = [made(me) for _ in range(5)][::-1]
    made(User.make_guest())
    first, cursor = page(me.pk, None, 2)
    second, cursor = page(me.pk, cursor, 2)
    third, end = page(me.pk, cursor, 2)
    assert (first + second + third, end) == (images, None)


def test_pages_of_the_longest_prompts_are_shorter_and_miss_nothing(me: User) -> None:
    images = [made(me) for _ in range(30)][::-1]
    Image.objects.update(prompt="🌅" * 4000)
    found: list[Image] = []
    cursor, pages = None, 0
    while cursor or not found:
        some, cursor = page(me.pk, cursor, 100)
        assert sum(len(image.prompt) for image in some) <= search.PROMPTS
        found, pages = found + some, pages + 1
    assert (found, pages) == (images, 3)


def test_a_full_last_page_has_no_next(me: User) -> None:
    made(me)
    assert page(me.pk, None, 1)[1] is None


@pytest.mark.parametrize("cursor", ["", "nonsense", "\0", "0199aaaabbbb70008000000000000001"])
def test_a_cursor_that_is_not_ours_is_bad_input(me: User, cursor: str) -> None:
    with pytest.raises(ValidationError):
        page(me.pk, cursor, 10)


# titles


def test_a_title_and_a_favourite_are_kept_and_none_changes_nothing(me: User) -> None:
    image = made(me)
    services.patch(me.pk, str(image.pk), title="x" * 200, favorite=True)
    services.patch(me.pk, str(image.pk))
    assert (fresh(image).title, fresh(image).favorite) == ("x" * 200, True)
    assert services.patch(me.pk, str(image.pk), title="").title == ""


@pytest.mark.parametrize("title", ["x" * 201, "nul \0", "surrogate \ud800"])
def test_a_title_that_cannot_be_kept_is_bad_input(me: User, title: str) -> None:
    image = made(me)
    with pytest.raises(BadInput):
        services.patch(me.pk, str(image.pk), title=title, favorite=True)
    assert (fresh(image).title, fresh(image).favorite) == ("Lake", False)


def test_nobody_changes_what_is_not_theirs(me: User) -> None:
    image_id = str(made(User.make_guest()).pk)
    for step in (services.get, services.patch, services.trash, services.restore, services.delete_permanently):
        with pytest.raises(NotFound):
            step(me.pk, image_id)


# trash and moderation


def test_trash_and_restore_move_between_the_lists_and_are_told(me: User, told: list[dict[str, Any]]) -> None:
    image = made(me, message_id="m1")
    services.trash(me.pk, str(image.pk))
    services.trash(me.pk, str(image.pk))
    assert page(me.pk, None, 10) == ([], None)
    assert page(me.pk, None, 10, deleted=True) == ([image], None)
    services.restore(me.pk, str(image.pk))
    services.restore(me.pk, str(image.pk))
    assert page(me.pk, None, 10) == ([image], None)
    assert [(changed["form"]["state"], changed["form"]["rev"]) for changed in told] == [("deleted", 1), ("shown", 2)]
    assert (told[0]["image_id"], told[0]["message_id"]) == (str(image.pk), "m1")


def test_the_form_tells_no_placeholder_of_what_is_not_shown(me: User, told: list[dict[str, Any]]) -> None:
    image = made(me)
    services.trash(me.pk, str(image.pk))
    assert str(services.snapshot(image)["placeholder"]).startswith("data:")
    expected = services.snapshot(image) | {"state": "deleted", "placeholder": "", "rev": 1}
    assert told[0]["form"] == expected


def test_a_hidden_picture_leaves_both_lists_and_restoring_does_not_unhide(me: User) -> None:
    image = made(me)
    verdicts.hide(Image.objects.all(), "too much", by=me.pk)
    assert page(me.pk, None, 10) == ([], None)
    services.trash(me.pk, str(image.pk))
    assert page(me.pk, None, 10, deleted=True) == ([], None)
    assert services.get(me.pk, str(image.pk)).state == "deleted"
    assert services.restore(me.pk, str(image.pk)).state == "hidden"
    assert fresh(image).hidden_words == "too much"


def test_approving_what_is_hidden_shows_it_and_what_is_not_only_says_who_and_when(
    me: User, told: list[dict[str, Any]]
) -> None:
    hidden, seen = made(me), made(me)
    verdicts.hide([hidden], "no", by=me.pk)
    verdicts.approve(Image.objects.all(), by=me.pk)
    assert [fresh(hidden).state, fresh(hidden).hidden_code, fresh(hidden).rev] == ["shown", "", 2]
    assert (fresh(seen).rev, fresh(seen).moderated_by) == (0, me)
    assert fresh(seen).approved_at is not None
    assert [changed["form"]["state"] for changed in told] == ["hidden", "shown"]


def test_hiding_twice_keeps_the_first_reason_and_is_told_once(me: User, told: list[dict[str, Any]]) -> None:
    image = made(me)
    verdicts.hide([image], "first", by=me.pk)
    verdicts.hide([image], "second", by=me.pk)
    assert (fresh(image).hidden_words, fresh(image).rev, len(told)) == ("first", 1, 1)


def test_a_session_goes_into_the_trash_with_all_it_made(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.changes.BATCH", 2)
    inside = [made(me) for _ in range(5)]
    outside, foreign = made(me, session_id="s2"), made(User.make_guest())
    services.trash_session(me.pk, "s1")
    assert {fresh(image).state for image in inside} == {"deleted"}
    assert [fresh(outside).state, fresh(foreign).state] == ["shown", "shown"]


# sources


def test_all_sources_of_a_message_are_checked_in_one_query(me: User, django_assert_num_queries: Any) -> None:
    pictures = [str(made(me).pk) for _ in range(10)]
    mask = services.import_picture(me.pk, png(), "mask", "m.png")
    with django_assert_num_queries(1):
        services.check_sources(me.pk, pictures, str(mask.pk))
    foreign, trashed = made(User.make_guest()), made(me)
    services.trash(me.pk, str(trashed.pk))
    no_picture = [str(foreign.pk), str(trashed.pk), str(mask.pk), str(uuid.uuid4()), "$ne", ""]
    for image_id in no_picture:
        with pytest.raises(NotFound):
            services.check_sources(me.pk, [*pictures[:2], image_id], None)
    with pytest.raises(NotFound):
        services.check_sources(me.pk, pictures, pictures[0])  # no mask


# announcing


def test_a_change_is_unannounced_until_the_message_shows_it(me: User) -> None:
    image = made(me)
    services.trash(me.pk, str(image.pk))
    services.restore(me.pk, str(image.pk))
    services.announced(str(image.pk), 1)
    assert services.unannounced(10) == [image]
    services.announced(str(image.pk), 2)
    services.announced(str(image.pk), 1)
    assert services.unannounced(10) == []


def test_an_imported_picture_is_announced_to_its_owner_and_a_mask_to_nobody(
    me: User, told: list[dict[str, Any]]
) -> None:
    photo, mask = (services.import_picture(me.pk, png(), purpose, "x.png") for purpose in ("photo", "mask"))
    for image in (photo, mask):
        services.trash(me.pk, str(image.pk))
    (news,) = told
    assert (news["image_id"], news["owner_id"], news["message_id"]) == (str(photo.pk), str(me.pk), None)
    assert news["form"]["state"] == "deleted"
    assert services.unannounced(10) == [photo]


def test_what_became_of_imported_pictures_before_it_was_news_is_none(me: User) -> None:
    photo, painted = services.import_picture(me.pk, png(), "photo", "x.png"), made(me)
    for image in (photo, painted):
        services.trash(me.pk, str(image.pk))
    import_module("gallery.migrations.0017_older_photos_are_told").tell(apps, None)
    assert services.unannounced(10) == [painted]


def test_a_listener_that_fails_does_not_undo_the_change(me: User, caplog: pytest.LogCaptureFixture) -> None:
    def fails(**changed: Any) -> None:
        raise RuntimeError("no message store")

    image = made(me)
    image_changed.connect(fails)
    try:
        services.trash(me.pk, str(image.pk))
    finally:
        image_changed.disconnect(fails)
    assert services.unannounced(10) == [image]
    assert "no message store" in caplog.text


# deleting for good


def test_a_picture_deleted_for_good_keeps_its_row_until_its_message_is_told(
    me: User, told: list[dict[str, Any]]
) -> None:
    image = made(me)
    services.delete_permanently(me.pk, str(image.pk))
    assert stored_files() == []
    with pytest.raises(NotFound):
        services.get(me.pk, str(image.pk))
    assert [changed["form"]["state"] for changed in told] == ["deleted"]
    assert services.purging() == [image]
    services.announced(str(image.pk), 1)
    services.purge(services.purging()[0])
    assert gone(image)


def test_an_import_deleted_for_good_keeps_its_row_until_its_owner_is_told_and_a_mask_goes_at_once(me: User) -> None:
    photo, mask = (services.import_picture(me.pk, png(), purpose, "x.png") for purpose in ("photo", "mask"))
    child = made(me, parent_id=str(photo.pk))
    for image in (photo, mask):
        services.delete_permanently(me.pk, str(image.pk))
    assert stored_files() == sorted([child.key, child.thumbnail_key])
    assert services.purging() == [photo]
    services.announced(str(photo.pk), 1)
    services.purge(services.purging()[0])
    assert gone(photo) and gone(mask)
    assert fresh(child).parent is None


def test_a_storage_that_is_down_is_left_to_maintenance(me: User, tmp_path: Path, settings: Any) -> None:
    image = services.import_picture(me.pk, png(), "photo", "x.png")
    settings.PICTURES_DIR = tmp_path / "file"
    settings.PICTURES_DIR.write_bytes(b"in the way")
    services.delete_permanently(me.pk, str(image.pk))
    settings.PICTURES_DIR = tmp_path
    services.announced(str(image.pk), 1)
    services.purge(services.purging()[0])
    assert gone(image)
    assert image.key not in stored_files()
