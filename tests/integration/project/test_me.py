"""What one may know of oneself, take along, and have removed."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from asgiref.sync import sync_to_async
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.test import AsyncClient, Client
from django.utils import timezone

from gallery import albums, links
from gallery import services as gallery
from gallery.errors import RateLimited, StorageDown, Unauthorized
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.provenance import xmp
from gallery.provenance.embedding import embedded
from gallery.stores import storage
from pipeline.store import owned as conversations
from pipeline.store.mongo import database
from project import archives
from project.access import Access
from project.accounts import blocking, export, removal
from project.accounts.removal import Removal
from project.models import Token, User
from tests.integration.gallery.rows import png, stored_files
from tests.integration.project.test_auth import visitor
from tests.integration.project.test_removal import NOTHING, a_whole_life, left_of, lets_go_by
from tests.support.messages import insert_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]

ME, EXPORT = "/api/v1/me/", "/api/v1/me/export/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PICTURES_DIR = tmp_path


@pytest.fixture
def guest() -> User:
    return User.make_guest()


@pytest.fixture
def client(guest: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(guest)}"})


def leave(client: Client, **body: Any) -> Any:
    return client.delete(ME, body, content_type="application/json")


def hide(image: Image) -> None:
    verdicts.hide([image], "no", None)


# Who I am


def test_me_says_who_it_is_what_may_be_used_and_what_is(client: Client, guest: User, settings: Any) -> None:
    settings.STUDIO_LIMITS = True
    image = gallery.import_picture(guest.pk, png(), "photo", "x.png")
    said = client.get(ME).json()
    assert (said["id"], said["name"], said["kind"], said["email"]) == (str(guest.pk), guest.username, "guest", None)
    assert said["usage"] == {"bytes": image.bytes, "pictures": 1, "money": None}
    assert said["limits"] == {
        "sends_per_minute": settings.SENDS_PER_MINUTE,
        "reads_per_minute": settings.READS_PER_MINUTE,
        "sockets": settings.SOCKETS_PER_USER,
        "bytes": settings.PERSON_BYTES,
        "pictures": settings.PERSON_PICTURES,
        "keys": 50,
    }
    assert said["blocked"] is None
    settings.STUDIO_LIMITS = False
    assert client.get(ME).json()["limits"]["bytes"] is None


def test_who_is_blocked_sees_why_can_take_everything_along_and_leave(client: Client, guest: User) -> None:
    until = timezone.now() + timedelta(days=1)
    blocking.block([guest], "Spam", until)
    said = client.get(ME).json()["blocked"]
    assert (said["reason"], said["until"]) == ("Spam", f"{until.isoformat(timespec='milliseconds')[:23]}Z")
    for path in ("/v1/gallery/", "/api/v1/chat/sessions/", "/api/v1/auth/tokens/"):
        assert client.get(path).json()["code"] == "blocked"
    assert leave(client, confirm=guest.username).status_code == 204
    assert client.get(ME).status_code == 401


def test_a_block_is_told_at_once(client: Client, guest: User) -> None:
    assert client.get(ME).json()["blocked"] is None
    blocking.block([guest], "Spam", None)
    assert client.get(ME).json()["blocked"]["reason"] == "Spam"


def test_a_block_that_is_over_is_not_told(client: Client, guest: User) -> None:
    blocking.block([guest], "Spam", timezone.now() - timedelta(seconds=1))
    assert client.get(ME).json()["blocked"] is None


# Taking along

LISTS = ("sessions", "messages", "gallery", "albums", "shares", "appeals")


async def exported(guest: User) -> ZipFile:
    secret = await sync_to_async(Token.issue)(guest)
    answer: Any = await AsyncClient().get(EXPORT, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert f'attachment; filename="studio-{guest.username}-' in answer["Content-Disposition"]
    archive = ZipFile(BytesIO(b"".join([piece async for piece in answer])))
    assert archive.testzip() is None
    return archive


def read(archive: ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


async def test_the_export_holds_everything_and_nothing_of_others(guest: User) -> None:
    other = await sync_to_async(User.make_guest)()
    await sync_to_async(a_whole_life)(other)
    conversation = await sync_to_async(a_whole_life)(guest)
    archive = await exported(guest)
    assert read(archive, "me.json")["name"] == guest.username
    assert conversation["_id"] in {each["id"] for each in read(archive, "sessions.json")}
    assert len(read(archive, "sessions.json")) == 2  # the one that no list shows, too
    assert read(archive, "messages.json")[0]["content"] == "a sea at sunset"
    assert len(read(archive, "messages.json")) == 3
    images = read(archive, "gallery.json")
    assert sorted(image["state"] for image in images) == ["deleted", "shown", "shown"]

    def files() -> dict[str, bytes]:
        mine = {image["id"] for image in images}
        found = {}
        for image in Image.objects.filter(owner=guest):
            assert str(image.pk) in mine
            folder = "masks" if image.purpose == "mask" else "pictures"
            found[f"{folder}/{image.pk}.{image.key.split('.')[-1]}"] = embedded(
                storage(image.storage).open(image.key), xmp.packet(image)
            )
        return found

    expected = await sync_to_async(files)()
    assert {name: archive.read(name) for name in archive.namelist() if "/" in name} == expected
    assert set(archive.namelist()) - set(expected) == {f"{name}.json" for name in ("me", "usage", *LISTS)}
    (album,) = read(archive, "albums.json")
    assert (album["title"], album["pictures"]) == ("Sea", [each["id"] for each in images if each["state"] == "deleted"])


async def test_who_has_nothing_gets_empty_lists(guest: User) -> None:
    archive = await exported(guest)
    assert [read(archive, f"{name}.json") for name in LISTS] == [[]] * len(LISTS)


async def test_what_is_hidden_is_named_and_not_given(guest: User) -> None:
    image = await sync_to_async(gallery.import_picture)(guest.pk, png(), "photo", "x.png")
    await sync_to_async(hide)(image)
    archive = await exported(guest)
    assert [line["state"] for line in read(archive, "gallery.json")] == ["hidden"]
    assert not [name for name in archive.namelist() if name.startswith("pictures/")]


async def test_what_goes_while_it_is_exported_breaks_nothing(guest: User) -> None:
    def prepare() -> tuple[str, str]:
        gone = gallery.import_picture(guest.pk, png(), "photo", "x.png")
        elsewhere = gallery.import_picture(guest.pk, png("red"), "photo", "y.png")
        storage("local").delete(gone.key)
        Image.objects.filter(pk=elsewhere.pk).update(storage="cloudinary")  # which is not connected
        return str(gone.pk), str(elsewhere.pk)

    lost = await sync_to_async(prepare)()
    archive = await exported(guest)
    assert read(archive, "missing.json") == {"pictures": list(lost)}


async def test_one_export_of_a_person_at_a_time_and_another_when_it_has_ended(guest: User) -> None:
    access = Access(guest)
    pieces, end = await archives.begin(access, export.archive(guest, {}, {}))
    with pytest.raises(RateLimited):
        await archives.begin(access, export.archive(guest, {}, {}))
    assert b"".join([piece async for piece in pieces]).startswith(b"PK")
    end()
    _, end = await archives.begin(access, export.archive(guest, {}, {}))
    end()


async def test_an_export_ends_when_its_key_ends(guest: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "CHECK_EVERY_S", 0.0)
    monkeypatch.setattr(archives, "PIECE", 1)
    secret = await sync_to_async(Token.issue)(guest)
    token = await sync_to_async(Token.find)(secret)
    pieces, _ = await archives.begin(Access(guest, token), export.archive(guest, {}, {}))
    assert await anext(pieces)
    assert await anext(pieces)
    await sync_to_async(Token.objects.all().delete)()
    with pytest.raises(Unauthorized):
        async for _piece in pieces:
            pass
    _, end = await archives.begin(Access(guest), export.archive(guest, {}, {}))  # its place is free again
    end()


async def test_an_export_that_cannot_begin_says_so_and_takes_no_place(
    guest: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageDown

    monkeypatch.setattr(conversations, "all_sessions", away)
    with pytest.raises(StorageDown):
        await archives.begin(Access(guest), export.archive(guest, {}, {}))
    monkeypatch.undo()
    _, end = await archives.begin(Access(guest), export.archive(guest, {}, {}))
    end()


# Leaving


@pytest.mark.parametrize("body", [{}, {"confirm": ""}, {"confirm": "yes"}, {"confirm": 1}])
def test_leaving_wants_ones_name(client: Client, guest: User, body: dict[str, Any]) -> None:
    assert leave(client, **body).status_code == 422
    assert User.objects.get(pk=guest.pk).is_active


def test_who_leaves_is_gone_from_lists_and_addresses_at_once(client: Client, guest: User) -> None:
    other = User.make_guest()
    a_whole_life(other)
    a_whole_life(guest)
    before = left_of(other)
    (address,) = [image["thumbnail_url"] for image in client.get("/v1/gallery/").json()["items"]]
    assert Client().get(address).status_code == 200
    assert leave(client, confirm=guest.username).status_code == 204
    assert Client().get(address).status_code == 404
    assert Token.objects.valid().filter(user=guest).count() == 0
    sessions = database()["sessions"]
    assert sessions.count_documents({"user_id": str(guest.pk), "tombstone": None}) == 0
    running = {"user_id": str(guest.pk), "status": "PROCESSING"}
    assert database()["messages"].count_documents(running) == 0
    assert leave(client, confirm=guest.username).status_code in (204, 401)
    lets_go_by(guest)
    Removal().remove_marked()
    assert left_of(guest) == NOTHING
    assert left_of(other) == before
    assert len(stored_files()) == 2 * before["pictures"]


def test_who_leaves_by_cookie_leaves_no_cookie_behind() -> None:
    browser = visitor()
    name = browser.post("/api/v1/auth/cookie/").json()["user"]["name"]
    answer = leave(browser, confirm=name)
    assert (answer.status_code, answer["Clear-Site-Data"]) == (204, '"cache", "storage"')
    assert not Session.objects.exists()
    assert browser.post("/api/v1/auth/cookie/").status_code == 201  # somebody new


def test_what_could_not_be_done_at_once_is_done_later(
    client: Client, guest: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_whole_life(guest)

    def away(*_: object) -> None:
        raise StorageDown

    monkeypatch.setattr(conversations, "soft_delete_all", away)
    assert leave(client, confirm=guest.username).status_code == 204
    lets_go_by(guest)
    Removal().remove_marked()
    assert left_of(guest) == NOTHING


def test_staff_do_not_leave_by_themselves() -> None:
    staff = User.objects.create_user("mo", is_staff=True)
    client = Client(headers={"Authorization": f"Bearer {Token.issue(staff)}"})
    assert leave(client, confirm="mo").status_code == 409
    assert User.objects.get(pk=staff.pk).is_active


def test_what_a_moderator_hid_stays_for_a_while_without_a_name(guest: User, settings: Any) -> None:
    settings.EVIDENCE_DAYS = 10
    insert_session(str(guest.pk))
    hidden = gallery.import_picture(guest.pk, png(), "photo", f"by {guest.username}.png")
    shown = gallery.import_picture(guest.pk, png("red"), "photo", "x.png")
    albums.add(albums.create(guest.pk, "Mine"), [hidden])
    hide(hidden)
    gallery.trash(guest.pk, str(hidden.pk))
    removal.leave(guest)
    lets_go_by(guest)
    Removal().remove_marked()
    Removal().remove_marked()
    assert left_of(guest) == NOTHING
    assert not Image.objects.filter(pk=shown.pk).exists()
    kept = Image.objects.select_related("owner").get()
    assert (kept.pk, kept.hidden, kept.trashed_at, kept.title, kept.session_id) == (hidden.pk, True, None, "", "")
    assert (kept.words, kept.request, kept.places.count()) == (None, "", 0)
    address = links.path(str(kept.pk), "full", hidden.url_epoch)
    verdicts.approve([kept], None)
    assert Client().get(address).status_code == 404
    hide(kept)
    assert (kept.owner.is_active, kept.owner.holds_evidence) == (False, True)
    assert guest.username not in kept.owner.username
    assert kept.owner.removal_began_at
    assert abs(kept.owner.removal_began_at - timezone.now() - timedelta(days=10)) < timedelta(hours=1)
    lets_go_by(kept.owner)
    Removal().remove_marked()
    assert not Image.objects.exists()
    assert not User.objects.exists()
    assert stored_files() == []


def test_the_log_of_staff_forgets_the_name(guest: User) -> None:
    staff = User.objects.create_user("mo", is_staff=True)
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(guest.pk),
        object_repr=guest.username,
        action_flag=2,
        change_message=f"Blocked: {guest.username}",
    )
    removal.leave(guest)
    lets_go_by(guest)
    Removal().remove_marked()
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("removed", "")
