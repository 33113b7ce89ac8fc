"""The bytes behind a picture's URL, and the gallery page."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import path

from gallery import links, pictures, services, views
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.storage.local import LocalStorage
from project.models import User
from tests.integration.gallery.rows import drafted, made, png

urlpatterns = [
    path("p/<uuid:image_id>/<str:variant>/<str:signature>", views.picture),
    path("gallery/", views.page, {"can": dict}),
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
        assert answer["Vary"] == "origin"  # nobody is asked who they are


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
    verdicts.hide([hidden], "no", by=me.pk)
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


SIZE = 200_000  # more than is read at once


def large(owner: User) -> tuple[Image, bytes]:
    """A picture whose file is as large as photos are. What is in it nobody looks at."""
    image, data = made(owner), bytes(range(250)) * (SIZE // 250)
    path = LocalStorage(settings.PICTURES_DIR)._path(image.key)
    path.write_bytes(data)
    return image, data


def body(answer: Any) -> bytes:
    read = answer.getvalue() if answer.streaming else answer.content
    answer.close()
    return bytes(read)


def test_a_large_file_is_not_read_before_it_is_sent(me: User) -> None:
    image, data = large(me)
    answer: Any = Client().get(url(image))
    assert answer.streaming
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(SIZE), "bytes")
    assert answer["ETag"] and answer["Cache-Control"] == "private, no-cache"
    pieces = list(answer.streaming_content)
    assert max(map(len, pieces)) < SIZE and b"".join(pieces) == data
    answer.close()
    saved = Client().get(url(image) + "?download=1")
    assert saved["Content-Disposition"].startswith("attachment") and body(saved) == data


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=100-199", range(100, 200)),
        ("bytes=199990-", range(199_990, SIZE)),
        ("bytes=-10", range(SIZE - 10, SIZE)),
        ("bytes=1-150000", range(1, 150_001)),
        ("bytes=199999-999999999", range(SIZE - 1, SIZE)),
        ("bytes=-999999999", range(SIZE)),
    ],
)
def test_a_part_of_it_can_be_asked_for(me: User, asked: str, wanted: range) -> None:
    image, data = large(me)
    answer = Client().get(url(image), headers={"Range": asked})
    part = data[wanted.start : wanted.stop]
    assert (answer.status_code, answer["Content-Length"]) == (206 if len(part) < SIZE else 200, str(len(part)))
    if len(part) < SIZE:
        assert answer["Content-Range"] == f"bytes {wanted.start}-{wanted.stop - 1}/{SIZE}"
    assert body(answer) == part


@pytest.mark.parametrize("asked", ["bytes=200000-", "bytes=200000-200001", "bytes=-0", "bytes=999999999999999999-"])
def test_a_part_that_it_does_not_have(me: User, asked: str) -> None:
    answer = Client().get(url(large(me)[0]), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,5-6"}, {"Range": "bytes=5-2"}, {"Range": "bytes=-"}, {"Range": "lines=1-2"}, {"Range": "bytes=a-"},
        {"Range": "bytes=" + "9" * 5000 + "-"}, {"Range": "bytes=٣-"}, {"Range": "bytes=0-1", "If-Range": '"another"'},
    ],
)  # fmt: skip
def test_all_of_it_where_the_part_is_unclear_or_of_another_file(me: User, headers: dict[str, str]) -> None:
    image, data = large(me)
    answer = Client().get(url(image), headers=headers)
    assert answer.status_code == 200 and "Content-Range" not in answer
    assert body(answer) == data


def test_a_download_goes_on_where_it_stopped(me: User) -> None:
    image, data = large(me)
    etag = Client().head(url(image))["ETag"]
    rest = Client().get(url(image), headers={"Range": "bytes=150000-", "If-Range": etag})
    assert (rest.status_code, body(rest)) == (206, data[150_000:])


def test_head_of_a_large_one(me: User) -> None:
    image, _ = large(me)
    answer = Client().head(url(image), headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer["Content-Length"], answer.streaming) == (200, str(SIZE), False)


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
