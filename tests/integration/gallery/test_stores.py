"""Pictures in two storages: where new ones go, and what becomes of old ones when the settings change."""

from typing import Any

import httpx
import pytest
from django.db import connections
from django.test import Client
from django.urls import path

from gallery import links, pictures, services, views
from gallery.errors import StorageDown
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.provenance import xmp
from gallery.provenance.embedding import embedded
from gallery.storage.account import Account
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made, page, png, stored_files
from tests.support.fakes import cloudinary as fake
from tests.support.fakes.cloudinary import Cloudinary, always
from tests.support.fakes.server import Request
from tests.support.serving import HANGS_S

urlpatterns = [path("p/<uuid:image_id>/<str:variant>/<str:signature>", views.picture)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connected(cloudinary: Cloudinary, settings: Any) -> Cloudinary:
    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    return cloudinary


def get(image: Image, variant: str = "full", query: str = "", **headers: str) -> Any:
    return Client().get(links.path(str(image.pk), variant, image.url_epoch) + query, headers=headers)


def test_new_pictures_go_where_the_settings_say_and_their_row_knows_it(connected: Cloudinary, me: User) -> None:
    image = made(me)
    assert image.storage == "cloudinary"
    assert len(connected.assets) == 2
    assert stored_files() == []


def test_a_picture_and_its_thumbnail_are_redirected_to_for_a_minute(connected: Cloudinary, me: User) -> None:
    image, expected = made(me), pictures.rendition(png())
    for variant, data in (("full", expected.data), ("thumbnail", expected.thumbnail)):
        answer = get(image, variant)
        assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
        assert answer["Location"].startswith(f"{Account.parse(connected.url).origin}/")
        assert httpx.get(answer["Location"], verify=False, timeout=HANGS_S).content == data


def test_head_is_redirected_too(connected: Cloudinary, me: User) -> None:
    image = made(me)
    answer = Client().head(links.path(str(image.pk), "full", 0))
    assert answer.status_code == 302
    assert httpx.head(answer["Location"]).headers["Content-Length"] == str(len(pictures.rendition(png()).data))


def test_a_download_comes_from_us_under_the_pictures_name(connected: Cloudinary, me: User) -> None:
    image, expected = made(me), pictures.rendition(png())
    answer = get(image, query="?download=1")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert (answer.status_code, answer["Content-Type"]) == (200, expected.mime)
    assert data == embedded(expected.data, xmp.packet(image))
    assert answer["Content-Disposition"] == f'attachment; filename="Lake.{expected.extension}"'
    asked = len(connected.asked)
    again = get(image, query="?download=1", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, len(connected.asked)) == (304, asked)


def test_what_is_in_the_trash_or_hidden_is_redirected_to_nobody(connected: Cloudinary, me: User) -> None:
    trashed, hidden = made(me), made(me)
    services.trash(me.pk, str(trashed.pk))
    verdicts.hide([hidden], "no", by=me.pk)
    for image in (trashed, hidden):
        for query in ("", "?download=1"):
            assert get(image, query=query).status_code == 404


def test_deleting_for_good_deletes_both_assets(connected: Cloudinary, me: User) -> None:
    image, other = made(me), made(me, colour="red")
    services.delete_permanently(me.pk, str(image.pk))
    assert len(connected.assets) == 2
    assert get(other).status_code == 302


def test_nobody_waits_for_cloudinary_with_a_connection_to_the_database(connected: Cloudinary, me: User) -> None:
    mine, held = connections["default"], []

    def look(asked: Request) -> None:
        held.append(mine.connection is not None)

    connected.lose = look
    image = made(me)
    services.open_source(me.pk, str(image.pk))
    services.delete_permanently(me.pk, str(image.pk))
    assert held == [False] * 5


def test_an_outage_answers_503_and_only_where_bytes_are_needed(connected: Cloudinary, me: User) -> None:
    image = made(me)
    connected.fail = always(fake.BROKEN)
    assert get(image).status_code == 302
    assert get(image, query="?download=1").status_code == 503


def test_pictures_from_before_stay_where_they_are(me: User, cloudinary: Cloudinary, settings: Any) -> None:
    image = made(me)
    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    assert get(image).content == pictures.rendition(png()).data
    assert services.open_source(me.pk, str(image.pk))[1] == pictures.rendition(png()).data
    services.delete_permanently(me.pk, str(image.pk))
    assert stored_files() == []
    assert cloudinary.asked == []


def test_an_attempt_begun_before_is_finished_where_its_row_says(
    me: User, cloudinary: Cloudinary, settings: Any
) -> None:
    first = drafted(me, message_id="m1")
    settings.CLOUDINARY_ACCOUNT = Account.parse(cloudinary.url)
    second = drafted(me, message_id="m1")
    assert (second.pk, second.storage, len(stored_files()), cloudinary.asked) == (first.pk, "local", 2, [])


def test_without_its_storage_a_picture_says_so_and_comes_back(connected: Cloudinary, me: User, settings: Any) -> None:
    image = made(me)
    account, settings.CLOUDINARY_ACCOUNT = settings.CLOUDINARY_ACCOUNT, None
    assert get(image).status_code == 503
    with pytest.raises(StorageDown, match="not connected"):
        services.open_source(me.pk, str(image.pk))
    settings.CLOUDINARY_ACCOUNT = account
    assert get(image).status_code == 302


def test_a_purge_that_has_to_wait_stands_in_nobodys_way(connected: Cloudinary, me: User, settings: Any) -> None:
    there = made(me)
    account, settings.CLOUDINARY_ACCOUNT = settings.CLOUDINARY_ACCOUNT, None
    here = made(me)
    for image in (there, here):
        services.delete_permanently(me.pk, str(image.pk))
    assert (stored_files(), len(connected.assets)) == ([], 2)
    assert services.purging() == [here]  # its files are gone; its message is to be told
    settings.CLOUDINARY_ACCOUNT = account
    assert set(services.purging()) == {there, here}
    services.purge(fresh(there))
    assert connected.assets == {}


def test_a_photo_that_could_not_be_stored_is_seen_nowhere_and_cleared_away(connected: Cloudinary, me: User) -> None:
    connected.fail = lambda asked: fake.BROKEN if len(connected.uploads) else None
    with pytest.raises(StorageDown):
        services.import_picture(me.pk, png(), "photo", "p.png")
    connected.fail = lambda asked: None
    (image,) = Image.objects.all()
    assert (image.stage, page(me.pk, None, 10)[0]) == ("draft", [])
    services.purge(image)
    assert (connected.assets, Image.objects.count()) == ({}, 0)
