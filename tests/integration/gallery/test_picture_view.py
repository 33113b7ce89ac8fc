"""The bytes behind a picture's URL, and the gallery page."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from gallery import links, pictures, services, views
from gallery.models import Image
from gallery.storage.local import LocalStorage
from project.models import User
from tests.integration.gallery.rows import drafted, made, png

urlpatterns = [
    path("p/<uuid:image_id>/<str:variant>/<str:signature>", views.picture),
    path("gallery/", views.page),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


def url(image: Image, variant: str = "full", epoch: int = 0) -> str:
    return links.path(str(image.pk), variant, epoch)


def test_both_variants_are_served_to_whoever_has_the_url(me: User) -> None:
    image, expected = made(me), pictures.rendition(png())
    for variant, data, mime in (
        ("full", expected.data, expected.mime),
        ("thumbnail", expected.thumbnail, expected.thumbnail_mime),
    ):
        answer = Client().get(url(image, variant))
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, data, mime)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-cache"
        assert "Vary" not in answer


def test_a_draft_is_served_too(me: User) -> None:
    assert Client().get(url(drafted(me))).status_code == 200


def test_a_browser_that_has_it_is_told_that_it_has_not_changed(me: User) -> None:
    image = made(me)
    etag = Client().get(url(image))["ETag"]
    answer = Client().get(url(image), headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert answer["Cache-Control"] == "private, no-cache"
    thumbnail = Client().get(url(image, "thumbnail"), headers={"If-None-Match": etag})
    assert thumbnail.status_code == 200


def missing(answer: Any) -> bool:
    return bool(answer.status_code == 404 and answer["Cache-Control"] == "no-store")


def test_a_browser_that_has_it_is_not_served_what_was_deleted_or_hidden(me: User) -> None:
    trashed, hidden, deleted = made(me), made(me), made(me)
    etags = [Client().get(url(image))["ETag"] for image in (trashed, hidden, deleted)]
    services.trash(me.pk, str(trashed.pk))
    services.hide([hidden], "no", by=me.pk)
    services.delete_permanently(me.pk, str(deleted.pk))
    for image, etag in zip((trashed, hidden, deleted), etags, strict=True):
        assert missing(Client().get(url(image), headers={"If-None-Match": etag}))
        assert missing(Client().get(url(image, "thumbnail")))


def test_a_url_of_an_earlier_epoch_is_dead(me: User) -> None:
    image = made(me)
    Image.objects.update(url_epoch=1)
    assert missing(Client().get(url(image)))
    assert Client().get(url(image, epoch=1)).status_code == 200


def test_a_wrong_signature_and_an_unknown_picture_are_not_found(me: User) -> None:
    image, other = made(me), made(me)
    signature = url(image).rpartition("/")[2]
    for path_ in (
        f"/p/{image.pk}/full/{'A' * 24}",
        f"/p/{image.pk}/full/é",
        f"/p/{image.pk}/thumbnail/{signature}",
        f"/p/{image.pk}/other/{signature}",
        f"/p/{other.pk}/full/{signature}",
        links.path(str(uuid.uuid4()), "full", 0),
    ):
        assert missing(Client().get(path_))


def test_a_file_that_is_not_there_is_not_found(me: User, tmp_path: Path) -> None:
    image = made(me)
    LocalStorage(tmp_path).delete(image.key)
    assert missing(Client().get(url(image)))


def test_a_storage_that_is_down_says_so(me: User, tmp_path: Path, settings: Any) -> None:
    image = made(me)
    settings.PICTURES_DIR = tmp_path / "file"
    settings.PICTURES_DIR.write_bytes(b"in the way")
    assert Client().get(url(image)).status_code == 503


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(me: User, method: str) -> None:
    assert getattr(Client(), method)(url(made(me))).status_code == 405


def test_head_has_the_headers(me: User) -> None:
    image = made(me)
    answer = Client().head(url(image))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == Client().get(url(image))["ETag"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sunset", 'attachment; filename="Sunset.'),
        ('a/b\\c"d\r\nX-Evil: 1', 'attachment; filename="a_b_c_d__X-Evil_ 1.'),
        ("..", 'attachment; filename="picture.'),
        ("Hạ Long", "attachment; filename*=utf-8''H%E1%BA%A1%20Long."),
    ],
)
def test_a_download_is_named_for_the_title(me: User, title: str, name: str) -> None:
    image = services.patch(me.pk, str(made(me).pk), title=title)
    assert Client().get(url(image) + "?download=1")["Content-Disposition"].startswith(name)
    assert "Content-Disposition" not in Client().get(url(image))


def test_a_download_has_the_extension_of_its_own_variant(me: User) -> None:
    image = made(me)
    Image.objects.update(key="0199aa-picture.png")
    answer = Client().get(url(image, "thumbnail") + "?download=1")
    assert answer["Content-Disposition"] == f'attachment; filename="Lake.{image.thumbnail_key.rpartition(".")[2]}"'


def test_a_storage_with_urls_of_its_own_is_redirected_to_and_not_kept(
    me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = made(me)
    monkeypatch.setattr(LocalStorage, "sign", lambda self, key, seconds: f"https://files.test/{key}?for={seconds}")
    answer = Client().get(url(image), headers={"If-None-Match": f'"{image.pk}-full-0"'})
    assert (answer.status_code, answer["Location"]) == (302, f"https://files.test/{image.key}?for=60")
    assert answer["Cache-Control"] == "private, no-store"


def test_the_gallery_page_is_rendered(settings: Any) -> None:
    pages = {"gallery/page.html": "<h1>Gallery</h1>"}
    loaders = [("django.template.loaders.locmem.Loader", pages)]
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}
    ]
    assert Client().get("/gallery/").content == b"<h1>Gallery</h1>"
