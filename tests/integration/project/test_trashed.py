"""Thumbnails of the trash: for their owner alone, by cookie or by token."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from gallery import links, services
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.stores import storage
from project.models import Token, User
from tests.integration.gallery.rows import made

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ground(settings: Any, tmp_path: Any) -> None:
    settings.PICTURES_DIR = tmp_path


@pytest.fixture
def me() -> User:
    return User.make_guest()


def by_token(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(user)}"})


def by_cookie(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(image: Image, epoch: int = 0) -> str:
    return links.trashed(str(image.pk), epoch)


@pytest.mark.parametrize("client", [by_token, by_cookie])
def test_its_owner_sees_it_and_nobody_else(me: User, client: Any) -> None:
    image = made(me)
    services.trash(me.pk, str(image.pk))
    answer = client(me).get(url(image))
    stored = storage(image.storage).open(image.thumbnail_key)
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, stored, "private, no-cache")
    for other in (client(User.make_guest()), Client(), Client(headers={"Authorization": "Bearer wrong"})):
        refused = other.get(url(image))
        assert (refused.status_code, refused["Cache-Control"]) == (404, "no-store")


def test_only_what_is_in_the_trash_is_there(me: User) -> None:
    client, image = by_token(me), made(me)
    assert client.get(url(image)).status_code == 404
    services.trash(me.pk, str(image.pk))
    assert client.get(url(image)).status_code == 200
    assert client.get(links.path(str(image.pk), "thumbnail", 0)).status_code == 404
    signature = url(image).rpartition("/")[2]
    for other in ("full", "thumbnail"):
        assert client.get(f"/p/{image.pk}/{other}/{signature}").status_code == 404
    thumbnails = links.path(str(image.pk), "thumbnail", 0).rpartition("/")[2]
    assert client.get(f"/p/{image.pk}/trashed/{thumbnails}").status_code == 404
    services.restore(me.pk, str(image.pk))
    assert client.get(url(image)).status_code == 404


def test_what_a_moderator_hid_and_what_is_deleted_for_good_stay_closed(me: User) -> None:
    client, hidden, gone = by_token(me), made(me), made(me)
    for image in (hidden, gone):
        services.trash(me.pk, str(image.pk))
    verdicts.hide([hidden], "no", by=me.pk)
    services.delete_permanently(me.pk, str(gone.pk))
    assert [client.get(url(image)).status_code for image in (hidden, gone)] == [404, 404]


def test_a_new_epoch_ends_the_address(me: User) -> None:
    client, image = by_token(me), made(me)
    services.trash(me.pk, str(image.pk))
    Image.objects.update(url_epoch=1)
    assert (client.get(url(image)).status_code, client.get(url(image, 1)).status_code) == (404, 200)


def test_the_page_without_network_keeps_none() -> None:
    worker = (settings.BASE_DIR / "static/studio/worker/worker.js").read_text()
    assert re.search(r'isPicture = .*!path\.includes\("/trashed/"\)', worker)
