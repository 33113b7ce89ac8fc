"""Many pictures at once, and albums, through the API as it is mounted."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import AsyncClient, Client

from gallery import albums, archive, maintenance, services
from gallery.errors import Conflict, Unauthorized
from gallery.models import Album, AlbumImage, Image
from gallery.moderation import verdicts
from gallery.provenance import xmp
from gallery.provenance.embedding import embedded
from gallery.stores import storage
from project import archives
from project.accounts import removal
from project.models import Token, User
from tests.integration.gallery.rows import fresh, made, png

pytestmark = pytest.mark.django_db(transaction=True)
GALLERY, ALBUMS, BULK = "/v1/gallery/", "/v1/gallery/albums/", "/v1/gallery/bulk/"
DOWNLOAD = "/v1/gallery/download/"
NOBODYS = "0199aaaa-bbbb-7000-8000-000000000001"


def client_of(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(user)}"})


@pytest.fixture
def client(me: User, valkey: Any) -> Client:
    return client_of(me)


def sent(client: Client, path: str, body: object, method: str = "post") -> Any:
    return getattr(client, method)(path, json.dumps(body), "application/json")


def done(client: Client, action: str, *ids: object, album: str | None = None) -> list[str]:
    """What became of each."""
    body = {"action": action, "ids": [str(each) for each in ids]} | ({"album_id": album} if album else {})
    answer = sent(client, BULK, body)
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [each["id"] for each in results] == body["ids"]
    assert all(each["ok"] == (each["error"] is None) for each in results)
    return ["ok" if each["ok"] else each["error"]["code"] for each in results]


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
def five(me: User) -> list[str]:
    return [str(made(me).pk) for _ in range(5)]


def new_album(client: Client, title: str = "Sea") -> str:
    return str(sent(client, ALBUMS, {"title": title}).json()["id"])


# Lists


def test_a_list_is_asked_for_by_parameters(client: Client, me: User) -> None:
    image = made(me, request="Biển lúc hoàng hôn")
    day = f"{image.created_at:%Y-%m-%d}"
    asked = {"q": "bien hoang", "from": day, "to": day, "intent": "generate", "session_id": "s1", "favorite": "false"}
    page = client.get(GALLERY, {**asked, "provider": image.provider, "count": "true", "order": "relevance"}).json()
    assert ([item["id"] for item in page["items"]], page["count"], page["similar"]) == ([str(image.pk)], 1, False)
    assert len(ids(client.get(GALLERY, {"from": "0001-01-01", "to": "9999-12-31"}))) == 1
    assert len(ids(client.get(GALLERY, {"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-12:00"}))) == 1
    for other in ({"from": "2001-01-01", "to": "2001-01-02"}, {"session_id": "s2"}, {"favorite": "true"}):
        assert ids(client.get(GALLERY, {**asked, **other})) == []
    moment = image.created_at.isoformat()
    assert ids(client.get(GALLERY, {"from": moment})) == [str(image.pk)]
    assert ids(client.get(GALLERY, {"to": moment})) == []
    client.delete(f"{GALLERY}{image.pk}/")
    assert ids(client.get(f"{GALLERY}deleted/", asked)) == [str(image.pk)]


def test_a_list_that_has_not_changed_is_known_whatever_was_asked(client: Client, me: User) -> None:
    made(me)
    queries: list[dict[str, str]] = [
        {"q": "lake", "count": "true"},
        {"q": "lake", "order": "relevance"},
        {"order": "oldest"},
    ]
    for query in queries:
        etag = client.get(GALLERY, query)["ETag"]
        assert client.get(GALLERY, query, headers={"If-None-Match": etag}).status_code == 304
    oldest, _ = Image.objects.get(), made(me)
    made(me)
    asked = {"q": "lake", "count": "true", "limit": "1"}
    known = {"If-None-Match": client.get(GALLERY, asked)["ETag"]}
    assert client.get(GALLERY, asked, headers=known).status_code == 304
    services.trash(me.pk, str(oldest.pk))
    assert client.get(GALLERY, asked, headers=known).json()["count"] == 2


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 201}, {"q": "\0"}, {"order": "best"}, {"album": "x"}, {"from": "yesterday"},
        {"from": "2026-01-01T01:00:00"},
        {"count": "many"}, {"count": "1"}, {"cursor": "x"}, {"cursor": f"x.{NOBODYS}"},
        {"favorite": "yes"}, {"hidden": "1"}, {"limit": 101},
    ],
)  # fmt: skip
def test_what_is_no_search_is_refused(client: Client, query: dict[str, Any]) -> None:
    answer = client.get(GALLERY, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


# Bulk


def test_each_id_has_its_result_in_order(client: Client, me: User, five: list[str]) -> None:
    foreign = str(made(User.make_guest()).pk)
    mask = services.import_picture(me.pk, png("white"), "mask", "m.png").pk
    got = done(client, "trash", five[1], foreign, "nonsense", mask, five[0], five[1])
    assert got == ["ok", "not_found", "not_found", "not_found", "ok", "ok"]
    assert ids(client.get(GALLERY)) == five[:1:-1]
    assert fresh(Image(pk=foreign)).trashed_at is None


def changes(client: Client, action: str, *ids: object, **more: str) -> list[bool]:
    body = {"action": action, "ids": [str(each) for each in ids], **more}
    return [each["changed"] for each in sent(client, BULK, body).json()["results"]]


def test_a_result_says_what_undoing_would_be_about(client: Client, five: list[str]) -> None:
    assert changes(client, "trash", five[0], NOBODYS) == [True, False]
    assert changes(client, "trash", *five[:2]) == [False, True]
    assert changes(client, "restore", *five[:3]) == [True, True, False]
    assert changes(client, "favorite", five[0]) == [True]
    assert changes(client, "favorite", *five[:2]) == [False, True]
    assert changes(client, "unfavorite", *five[:3]) == [True, True, False]
    album = new_album(client)
    assert changes(client, "add_to_album", five[0], album_id=album) == [True]
    assert changes(client, "add_to_album", *five[:2], album_id=album) == [False, True]
    assert changes(client, "remove_from_album", *five[:3], album_id=album) == [True, True, False]
    assert changes(client, "delete", five[0]) == [True]


def test_what_is_trashed_comes_back_and_messages_are_told(client: Client, me: User) -> None:
    from gallery.signals import image_changed

    told: list[str] = []
    images = [made(me, message_id=str(number)) for number in range(3)]

    def hear(*, message_id: str, **_: Any) -> None:
        told.append(message_id)

    image_changed.connect(hear)
    assert done(client, "trash", *(image.pk for image in images)) == ["ok"] * 3
    assert ids(client.get(GALLERY)) == []
    assert done(client, "restore", *(image.pk for image in images)) == ["ok"] * 3
    assert ids(client.get(GALLERY)) == [str(image.pk) for image in images[::-1]]
    assert sorted(told) == ["0", "0", "1", "1", "2", "2"]
    assert {fresh(image).rev for image in images} == {2}


def test_a_hidden_picture_stays_hidden_when_it_is_restored(client: Client, me: User) -> None:
    image = made(me)
    verdicts.hide([image], "no", by=me.pk)
    done(client, "trash", image.pk)
    assert done(client, "restore", image.pk) == ["ok"]
    assert fresh(image).state == "hidden"


def test_deleting_for_good_leaves_the_files_to_maintenance(client: Client, me: User) -> None:
    image = made(me)
    Image.objects.filter(pk=image.pk).update(announced_rev=10)
    assert done(client, "delete", image.pk) == ["ok"]
    assert client.get(f"{GALLERY}{image.pk}/").status_code == 404
    for each in services.purging():
        services.purge(each)
    assert not Image.objects.exists()
    assert done(client, "restore", image.pk) == ["not_found"]


def test_favourites_are_marked_and_unmarked(client: Client, five: list[str]) -> None:
    done(client, "favorite", *five[:2])
    assert ids(client.get(GALLERY, {"favorite": "true"})) == five[1::-1]
    done(client, "unfavorite", *five)
    assert ids(client.get(GALLERY, {"favorite": "true"})) == []


@pytest.mark.parametrize(
    "body",
    [
        {"action": "trash", "ids": []},
        {"action": "trash", "ids": [NOBODYS] * 201},
        {"action": "burn", "ids": [NOBODYS]},
        {"action": "trash", "ids": [1]},
        {"action": "trash", "ids": [NOBODYS], "more": 1},
        {"action": "trash", "ids": [NOBODYS], "album_id": NOBODYS},
        {"action": "add_to_album", "ids": [NOBODYS]},
    ],
)
def test_what_is_no_bulk_is_refused(client: Client, body: object) -> None:
    assert sent(client, BULK, body).status_code == 422


# Albums


def test_an_album_is_made_filled_shown_renamed_and_deleted(client: Client, five: list[str]) -> None:
    answer = sent(client, ALBUMS, {"title": "  Biển \n 2026 "})
    album = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"{ALBUMS}{album['id']}/")
    assert (album["title"], album["count"], album["thumbnail_url"]) == ("Biển 2026", 0, None)
    assert done(client, "add_to_album", *five[:3], five[0], album=album["id"]) == ["ok"] * 4
    newest = client.get(f"{GALLERY}{five[2]}/").json()
    shown = client.get(f"{ALBUMS}{album['id']}/").json()
    assert (shown["count"], shown["thumbnail_url"]) == (3, newest["thumbnail_url"])
    assert client.get(ALBUMS).json() == {"items": [shown], "next": None}
    assert ids(client.get(GALLERY, {"album": album["id"]})) == five[2::-1]
    assert sent(client, f"{ALBUMS}{album['id']}/", {"title": "Sea"}, "patch").json() == {**shown, "title": "Sea"}
    assert client.delete(f"{ALBUMS}{album['id']}/").status_code == 204
    assert client.get(f"{ALBUMS}{album['id']}/").status_code == 404
    assert len(ids(client.get(GALLERY))) == 5


def test_a_picture_may_be_in_several_and_leaves_one(client: Client, five: list[str]) -> None:
    one, two = new_album(client), new_album(client)
    for album in (one, two):
        done(client, "add_to_album", five[0], album=album)
    assert done(client, "remove_from_album", five[0], five[1], album=one) == ["ok", "ok"]
    assert ids(client.get(GALLERY, {"album": one})) == []
    assert ids(client.get(GALLERY, {"album": two})) == [five[0]]


def test_what_lies_in_the_trash_keeps_its_place_and_does_not_count(client: Client, five: list[str]) -> None:
    album = new_album(client)
    done(client, "add_to_album", *five[:2], album=album)
    done(client, "trash", five[1])
    shown = client.get(f"{ALBUMS}{album}/").json()
    assert (shown["count"], shown["thumbnail_url"]) == (1, client.get(f"{GALLERY}{five[0]}/").json()["thumbnail_url"])
    assert ids(client.get(f"{GALLERY}deleted/", {"album": album})) == [five[1]]
    done(client, "restore", five[1])
    assert client.get(f"{ALBUMS}{album}/").json()["count"] == 2


def test_nobody_elses_album_is_there(client: Client, me: User, five: list[str]) -> None:
    album = str(albums.create(User.make_guest().pk, "Theirs").pk)
    for where in (f"{ALBUMS}{album}/", f"{GALLERY}?album={album}", f"{GALLERY}deleted/?album={album}"):
        assert client.get(where).status_code == 404
    assert sent(client, f"{ALBUMS}{album}/", {"title": "Mine"}, "patch").status_code == 404
    assert client.delete(f"{ALBUMS}{album}/").status_code == 404
    body = {"action": "add_to_album", "ids": five, "album_id": album}
    assert sent(client, BULK, body).status_code == 404
    assert not AlbumImage.objects.exists()
    assert client.get(f"{ALBUMS}nonsense/").status_code == 404


@pytest.mark.parametrize("title", ["", " ", "x" * 101, 1, None])
def test_an_album_needs_a_title(client: Client, title: object) -> None:
    assert sent(client, ALBUMS, {"title": title}).status_code == 422


def test_an_album_has_room_for_so_many(client: Client, five: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "PICTURES", 3)
    album = new_album(client)
    assert done(client, "add_to_album", *five[:2], album=album) == ["ok"] * 2
    assert done(client, "add_to_album", *five, album=album) == ["ok", "ok", "ok", "conflict", "conflict"]


def test_a_person_has_so_many_albums_also_when_they_come_together(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "ALBUMS", 2)

    def create(number: int) -> bool:
        from django.db import connection

        try:
            albums.create(me.pk, str(number))
        except Conflict:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(create, range(6))) == [False] * 4 + [True] * 2


def test_albums_are_listed_by_pages_newest_first(client: Client) -> None:
    made = [new_album(client, str(number)) for number in range(3)]
    first = client.get(ALBUMS, {"limit": 2})
    second = client.get(ALBUMS, {"limit": 2, "cursor": first.json()["next"]})
    assert ids(first) + ids(second) == made[::-1]
    assert second.json()["next"] is None


def test_a_purged_picture_leaves_its_albums_and_a_person_takes_theirs_along(client: Client, me: User) -> None:
    image = made(me)
    album = new_album(client)
    done(client, "add_to_album", image.pk, album=album)
    Image.objects.update(announced_rev=10)
    client.delete(f"{GALLERY}{image.pk}/permanent/")
    assert not AlbumImage.objects.exists()
    User.objects.filter(pk=me.pk).update(is_active=False, removal_began_at=me.date_joined)
    removal._remove_row(me)
    assert not Album.objects.exists()


def test_what_a_guest_had_is_found_by_the_account_that_it_becomes(client: Client, me: User, five: list[str]) -> None:
    album = new_album(client)
    done(client, "add_to_album", five[0], album=album)
    account = User.make_guest()
    maintenance.give(me.pk, account.pk)
    theirs = client_of(account)
    assert ids(theirs.get(GALLERY, {"album": album})) == [five[0]]
    assert len(ids(theirs.get(GALLERY, {"q": "lake"}))) == 5
    assert ids(client.get(GALLERY, {"q": "lake"})) == ids(client.get(ALBUMS)) == []


# Downloads


async def download(user: User, *image_ids: object) -> Any:
    token = await asyncio.to_thread(Token.issue, user)
    body = json.dumps({"ids": [str(each) for each in image_ids]})
    headers = {"Authorization": f"Bearer {token}"}
    return await AsyncClient().post(DOWNLOAD, body, "application/json", headers=headers)


def as_saved(image: Image) -> bytes:
    return embedded(storage(image.storage).open(image.key), xmp.packet(image))


async def unpacked(answer: Any) -> ZipFile:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return ZipFile(io.BytesIO(b"".join([piece async for piece in answer.streaming_content])))


async def test_a_zip_has_the_pictures_in_order_and_says_what_is_known(me: User, valkey: Any) -> None:
    one = await asyncio.to_thread(made, me, request="../Hạ Long: a/b")
    two = await asyncio.to_thread(made, me, request="Sea", colour="red")
    gone, hidden = await asyncio.to_thread(made, me), await asyncio.to_thread(made, me)
    await asyncio.to_thread(services.trash, me.pk, str(gone.pk))
    await asyncio.to_thread(verdicts.hide, [hidden], "no", me.pk)
    foreign = await asyncio.to_thread(lambda: made(User.make_guest()))
    answer = await download(me, two.pk, gone.pk, one.pk, hidden.pk, foreign.pk, "nonsense", two.pk)
    found = await unpacked(answer)
    assert found.testzip() is None
    names = ["001 Sea.jpg", "003 Hạ Long_ a_b.jpg"]
    assert found.namelist() == [*names, "manifest.json"]
    for name, image in zip(names, (two, one), strict=True):
        assert found.read(name) == await asyncio.to_thread(as_saved, image)
    manifest = json.loads(found.read("manifest.json"))
    assert manifest["missing"] == [str(gone.pk), str(hidden.pk), str(foreign.pk), "nonsense"]
    assert [(each["file"], each["id"]) for each in manifest["pictures"]] == [
        (names[0], str(two.pk)),
        (names[1], str(one.pk)),
    ]
    assert manifest["pictures"][0]["prompt"] == "a lake"
    assert "url" not in manifest["pictures"][0]


async def test_where_nothing_is_there_it_is_404_and_no_place_is_taken(me: User, valkey: Any) -> None:
    for _ in range(5):
        answer = await download(me, NOBODYS)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_one_zip_of_a_person_at_a_time(me: User, valkey: Any) -> None:
    image = await asyncio.to_thread(made, me)
    first = await download(me, image.pk)
    second = await download(me, image.pk)
    assert (second.status_code, second.json()["code"]) == (429, "rate_limited")
    await asyncio.to_thread(first.close)
    third = await download(me, image.pk)
    assert (await unpacked(third)).testzip() is None


async def test_a_zip_is_broken_off_when_its_person_goes(me: User, valkey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "CHECK_EVERY_S", 0.0)
    monkeypatch.setattr(archive, "PIECE", 100)
    monkeypatch.setattr(archives, "PIECE", 100)
    image = await asyncio.to_thread(made, me)
    answer = await download(me, image.pk)
    await asyncio.to_thread(User.objects.filter(pk=me.pk).update, is_active=False)
    with pytest.raises(Unauthorized):
        [piece async for piece in answer.streaming_content]
    answer.close()


async def test_a_picture_that_goes_before_its_turn_is_missing(
    me: User, valkey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "PIECE", 1)
    images = [await asyncio.to_thread(made, me) for _ in range(2)]
    answer = await download(me, *(image.pk for image in images))
    await asyncio.to_thread(services.trash, me.pk, str(images[1].pk))
    manifest = json.loads((await unpacked(answer)).read("manifest.json"))
    assert manifest["missing"] == [str(images[1].pk)]
