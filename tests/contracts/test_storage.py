"""What every storage does, whichever it is; then what Cloudinary's makes of each way in which Cloudinary can fail."""

import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from PIL import Image

from gallery.errors import NotFound, StorageDown, TooLarge
from gallery.storage import cloudinary_client
from gallery.storage.account import Account
from gallery.storage.base import File, Storage
from gallery.storage.cloudinary import CloudinaryStorage
from gallery.storage.cloudinary_client import Client
from gallery.storage.local import LocalStorage
from tests.support.clock import Clock
from tests.support.fakes import cloudinary as fake
from tests.support.fakes.cloudinary import CLOUD, KEY, SECRET, Cloudinary, always, slowly
from tests.support.fakes.server import NEVER, Answer, Request, dripping, serving
from tests.support.serving import HANGS_S

PICTURE = "0199aaaabbbb70008000000000000001-abcd.png"
THUMBNAIL = "0199aaaabbbb70008000000000000001-abcd-thumbnail.webp"
PATIENCE_S = 0.4


def picture(colour: str = "teal", format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, format)
    return out.getvalue()


def connected(cloudinary: Cloudinary, timeout_s: float = 60) -> CloudinaryStorage:
    return CloudinaryStorage(Client(Account.parse(cloudinary.url), timeout_s))


@pytest.fixture(params=["local", "cloudinary"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "local":
        return LocalStorage(tmp_path)
    return connected(request.getfixturevalue("cloudinary"))


def test_what_was_put_is_read_again_byte_for_byte(storage: Storage) -> None:
    storage.put(PICTURE, picture(), "image/png")
    storage.put(THUMBNAIL, picture("red", "WEBP"), "image/webp")
    assert storage.open(PICTURE) == picture()
    assert storage.open(THUMBNAIL) == picture("red", "WEBP")


def test_what_belongs_together_is_put_together(storage: Storage) -> None:
    storage.put_all([File(THUMBNAIL, picture("red", "WEBP"), "image/webp"), File(PICTURE, picture(), "image/png")])
    assert storage.open(PICTURE) == picture()
    assert storage.open(THUMBNAIL) == picture("red", "WEBP")


def test_what_is_stored_is_listed_in_pages(storage: Storage) -> None:
    assert storage.keys("", 10).keys == []
    names = [f"0199aaaabbbb7000800000000000000{number}-abcd.png" for number in range(5)]
    for name in names:
        storage.put(name, picture(), "image/png")
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = storage.keys(cursor, 2)
        assert len(page.keys) <= 2
        found += page.keys
        cursor, pages = page.next, pages + 1
    assert sorted(found) == names
    assert pages <= 4


def test_they_are_on_their_way_to_cloudinary_at_the_same_time(
    cloudinary: Cloudinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, put = threading.Barrier(2, timeout=HANGS_S), CloudinaryStorage.put

    def wait_and_put(self: CloudinaryStorage, *file: Any) -> None:
        together.wait()
        put(self, *file)

    monkeypatch.setattr(CloudinaryStorage, "put", wait_and_put)
    connected(cloudinary).put_all([File(PICTURE, picture(), "image/png"), File(THUMBNAIL, picture(), "image/png")])
    assert len(cloudinary.assets) == 2


def test_the_size_is_that_of_the_file(storage: Storage) -> None:
    storage.put(PICTURE, picture(), "image/png")
    assert storage.size(PICTURE) == len(picture())
    storage.delete(PICTURE)
    with pytest.raises(NotFound):
        storage.size(PICTURE)


def streamed(storage: Storage, key: str, *, skip: int = 0, size: int = 100) -> bytes:
    file = storage.stream(key)
    try:
        if skip:
            file.skip(skip)
        return b"".join(iter(lambda: file.read(size), b""))
    finally:
        file.close()


def test_it_can_be_read_piece_by_piece_and_from_somewhere_on(storage: Storage) -> None:
    data = picture()
    storage.put(PICTURE, data, "image/png")
    assert streamed(storage, PICTURE) == streamed(storage, PICTURE, size=10**6) == data
    assert streamed(storage, PICTURE, skip=7, size=3) == data[7:]
    assert streamed(storage, PICTURE, skip=len(data) - 1) == data[-1:]
    file = storage.stream(PICTURE)
    assert file.size == len(data)
    assert len(file.read(10)) <= 10
    file.close()


def test_putting_it_again_is_the_same(storage: Storage) -> None:
    for _ in range(2):
        storage.put(PICTURE, picture(), "image/png")
    assert storage.open(PICTURE) == picture()


def test_what_is_not_there_is_not_found(storage: Storage) -> None:
    for way in (storage.open, storage.stream):
        with pytest.raises(NotFound):
            way(PICTURE)


def test_deleting_removes_that_file_alone_and_is_safe_to_repeat(storage: Storage) -> None:
    storage.put(PICTURE, picture(), "image/png")
    storage.put(THUMBNAIL, picture("red", "WEBP"), "image/webp")
    for _ in range(2):
        storage.delete(PICTURE)
    with pytest.raises(NotFound):
        storage.open(PICTURE)
    assert storage.open(THUMBNAIL) == picture("red", "WEBP")


def test_what_was_deleted_can_be_put_again(storage: Storage) -> None:
    storage.put(PICTURE, picture(), "image/png")
    storage.delete(PICTURE)
    storage.put(PICTURE, picture(), "image/png")
    assert storage.open(PICTURE) == picture()


def test_a_signed_url_gives_the_file_to_anybody_or_there_is_none(storage: Storage) -> None:
    storage.put(PICTURE, picture(), "image/png")
    url = storage.sign(PICTURE, 60)
    assert url is None or httpx.get(url, verify=False, timeout=HANGS_S).content == picture()


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a/b/c/d/e", ".hidden.png", "UPPER-CASE.png", "nul\0nul.png"])
def test_a_key_that_means_something_else_to_the_storage_is_refused(storage: Storage, key: str) -> None:
    ways: list[Callable[[], object]] = [
        lambda: storage.put(key, picture(), "image/png"),
        lambda: storage.open(key),
        lambda: storage.size(key),
        lambda: storage.stream(key),
        lambda: storage.sign(key, 60),
        lambda: storage.delete(key),
    ]
    for way in ways:
        with pytest.raises(ValueError, match="not a key"):
            way()


# Cloudinary's alone


def test_the_signed_url_dies_and_holds_no_secret(cloudinary: Cloudinary) -> None:
    storage = connected(cloudinary)
    storage.put(PICTURE, picture(), "image/png")
    began = int(time.time())
    url = storage.sign(PICTURE, 60) or ""
    ended = int(time.time())
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{cloudinary.server.url}/v1_1/{CLOUD}/image/download"  # type: ignore[union-attr]
    assert set(query) == {"timestamp", "public_id", "format", "type", "expires_at", "signature", "api_key"}
    assert began <= int(query["expires_at"][0]) - 60 <= ended
    assert SECRET not in url
    assert httpx.get(url.replace("png", "jpg"), verify=False, timeout=HANGS_S).status_code != 200
    cloudinary.complaints.clear()
    expired = storage.sign(PICTURE, -1) or ""
    assert httpx.get(expired, verify=False, timeout=HANGS_S).status_code == 401


def test_a_picture_that_the_account_changes_is_not_stored(cloudinary: Cloudinary) -> None:
    def changed(asked: Request) -> Answer:
        public_id = cloudinary.uploads[-1]
        return Answer(200, f'{{"public_id": "{public_id}", "type": "authenticated", "bytes": 3}}'.encode())

    cloudinary.lose = changed
    with pytest.raises(StorageDown):
        connected(cloudinary).put(PICTURE, picture(), "image/png")


def test_an_upload_whose_answer_was_lost_is_found_by_the_next_one(cloudinary: Cloudinary) -> None:
    storage = connected(cloudinary)
    cloudinary.lose = always(fake.CUT_OFF)
    with pytest.raises(StorageDown):
        storage.put(PICTURE, picture(), "image/png")
    assert len(cloudinary.assets) == 1
    cloudinary.lose = lambda asked: None
    storage.put(PICTURE, picture(), "image/png")
    assert (len(cloudinary.assets), len(cloudinary.uploads)) == (1, 2)
    assert storage.open(PICTURE) == picture()


def test_a_delete_whose_answer_was_lost_is_safe_to_repeat(cloudinary: Cloudinary) -> None:
    storage = connected(cloudinary)
    storage.put(PICTURE, picture(), "image/png")
    cloudinary.lose = always(fake.NOT_JSON)
    with pytest.raises(StorageDown):
        storage.delete(PICTURE)
    cloudinary.lose = lambda asked: None
    storage.delete(PICTURE)
    assert cloudinary.assets == {}


def every_way(storage: Storage) -> dict[str, Callable[[], object]]:
    return {
        "put": lambda: storage.put(PICTURE, picture(), "image/png"),
        "open": lambda: storage.open(PICTURE),
        "size": lambda: storage.size(PICTURE),
        "stream": lambda: streamed(storage, PICTURE),
        "delete": lambda: storage.delete(PICTURE),
    }


@pytest.mark.parametrize("way", ["put", "open", "size", "stream", "delete"])
@pytest.mark.parametrize(
    "failure",
    [
        fake.BAD_KEY,
        fake.BAD_CLOUD,
        fake.LIMIT,
        fake.TOO_MANY,
        fake.BROKEN,
        Answer(502, b"<html>"),
        NEVER,
    ],
    ids=["bad key", "bad cloud", "limit", "too many", "broken", "gateway", "never"],
)
def test_every_failure_is_a_storage_that_is_down_soon(cloudinary: Cloudinary, way: str, failure: Answer) -> None:
    storage = connected(cloudinary, PATIENCE_S)
    cloudinary.fail = always(failure)
    before = time.monotonic()
    with pytest.raises(StorageDown) as caught:
        every_way(storage)[way]()
    assert time.monotonic() - before < HANGS_S
    assert len(cloudinary.asked) == 1  # asked once: trying again is the business of who keeps count
    assert caught.value.retryable


@pytest.mark.parametrize("way", ["put", "delete"])
@pytest.mark.parametrize(
    "failure",
    [
        fake.NOT_JSON,
        fake.ODD_JSON,
        fake.CUT_OFF,
        Answer(200, b"null"),
        Answer(200, b"{}"),
        Answer(200, b'{"error": "no"}'),
        Answer(200, b'{"public_id": "studio/another", "type": "upload", "bytes": 3, "result": "perhaps"}'),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_success(cloudinary: Cloudinary, way: str, failure: Answer) -> None:
    cloudinary.fail = always(failure)
    with pytest.raises(StorageDown):
        every_way(connected(cloudinary))[way]()


def test_a_download_that_is_cut_off_is_no_picture(cloudinary: Cloudinary) -> None:
    cloudinary.fail = always(replace(fake.CUT_OFF, body=picture()))
    for way in ("open", "stream"):
        with pytest.raises(StorageDown):
            every_way(connected(cloudinary))[way]()


def test_a_download_has_a_bound_in_bytes(cloudinary: Cloudinary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.storage.cloudinary.MAX_BYTES", len(picture()) - 1)
    storage = connected(cloudinary)
    storage.put(PICTURE, picture(), "image/png")
    for way in ("open", "stream"):
        with pytest.raises(StorageDown):
            every_way(storage)[way]()


def test_a_slow_answer_within_the_timeout_is_waited_for(cloudinary: Cloudinary) -> None:
    storage = connected(cloudinary)
    storage.put(PICTURE, picture(), "image/png")
    cloudinary.fail = lambda asked: slowly(Answer(200, picture(), "image/png"), 0.3)
    assert storage.open(PICTURE) == picture()


def test_a_reader_of_ours_may_take_longer_than_cloudinary_may(
    cloudinary: Cloudinary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its silences are bounded; the time in which nobody asks it for more is not one."""
    storage = connected(cloudinary)
    storage.put(PICTURE, picture(), "image/png")
    file = storage.stream(PICTURE)
    monkeypatch.setattr(cloudinary_client, "time", Clock(time.monotonic() + 3600))
    assert b"".join(iter(lambda: file.read(50), b"")) == picture()
    file.close()


def test_nobody_there_is_a_storage_that_is_down(cloudinary: Cloudinary) -> None:
    nobody = Account.parse(f"cloudinary://{KEY}:{SECRET}@{CLOUD}?upload_prefix=http://127.0.0.1:9")
    for act in every_way(CloudinaryStorage(Client(nobody, PATIENCE_S))).values():
        with pytest.raises(StorageDown):
            act()


@pytest.mark.parametrize(("failure", "seconds"), [(fake.TOO_MANY, 7), (fake.LIMIT, 3600)])
def test_it_says_when_to_come_again(cloudinary: Cloudinary, failure: Answer, seconds: float) -> None:
    cloudinary.fail = always(failure)
    with pytest.raises(StorageDown) as caught:
        connected(cloudinary).open(PICTURE)
    assert caught.value.retry_after == seconds


def test_a_picture_that_the_account_does_not_take_is_not_tried_again(cloudinary: Cloudinary) -> None:
    cloudinary.fail = always(fake.TOO_LARGE)
    with pytest.raises(TooLarge) as caught:
        connected(cloudinary).put(PICTURE, picture(), "image/png")
    assert not caught.value.retryable


def test_a_refused_key_is_said_in_the_log_and_the_secret_never_is(
    cloudinary: Cloudinary, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloudinary.fail = always(fake.BAD_KEY)
    for act in every_way(connected(cloudinary)).values():
        try:
            act()
        except StorageDown as error:
            logging.getLogger("a.task").warning("it failed", exc_info=error)
    assert caplog.text.count("check CLOUDINARY_URL") == 5
    assert "unknown api_key" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("failure", [fake.CUT_OFF, NEVER, fake.BROKEN])
def test_no_error_carries_a_url_that_opens_a_picture(
    cloudinary: Cloudinary, caplog: pytest.LogCaptureFixture, failure: Answer
) -> None:
    cloudinary.fail = always(failure)
    with pytest.raises(StorageDown) as caught:
        connected(cloudinary, PATIENCE_S).open(PICTURE)
    caplog.handler.setFormatter(logging.Formatter())
    logging.getLogger("a.task").warning("it failed", exc_info=caught.value)
    assert "CloudinaryError" in caplog.text
    assert "signature" not in caplog.text


def test_the_sdk_hears_nothing_from_the_environment_and_no_log_gives_a_picture_away(cloudinary: Cloudinary) -> None:
    """In a process of its own, because the SDK listens when it is imported."""
    script = f"""
import django
django.setup()
from gallery.stores import storage as stored_in
storage = stored_in("cloudinary")
storage.put({PICTURE!r}, {picture()!r}, "image/png")
print(storage.open({PICTURE!r}) == {picture()!r})
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "STUDIO_LOG_LEVEL": "DEBUG",
        "CLOUDINARY_URL": cloudinary.url,
        # and what would lead the SDK astray:
        "CLOUDINARY_CLOUD_NAME": "another",
        "CLOUDINARY_API_SECRET": "wrong",
        "CLOUDINARY_OAUTH_TOKEN": "token",
        "CLOUDINARY_UPLOAD_PRESET": "theirs",
        "CLOUDINARY_API_PROXY": "http://127.0.0.1:9",
        "CLOUDINARY_SIGNATURE_ALGORITHM": "sha256",
    }
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=HANGS_S
    )
    assert ran.stdout.strip() == "True", ran.stderr
    assert "signature" not in ran.stderr
    assert SECRET not in ran.stderr


def test_it_follows_the_account_in_how_requests_are_signed(cloudinary: Cloudinary) -> None:
    seen: list[Request] = []
    cloudinary.fail = lambda asked: seen.append(asked) or fake.BROKEN  # type: ignore[func-returns-value]
    account = Account.parse(cloudinary.url + "&signature_algorithm=sha256")
    with pytest.raises(StorageDown):
        CloudinaryStorage(Client(account, 60)).open(PICTURE)
    assert len(seen[0].query["signature"]) == 64


@pytest.mark.parametrize("way", ["put", "open", "size", "stream", "delete"])
def test_a_redirect_leads_nowhere_else(cloudinary: Cloudinary, way: str) -> None:
    with serving(lambda asked: Answer(200, picture(), "image/png")) as elsewhere:
        cloudinary.fail = always(Answer(307, headers={"Location": f"{elsewhere.url}/picture"}))
        with pytest.raises(StorageDown):
            every_way(connected(cloudinary))[way]()
        assert elsewhere.asked == []


def test_a_download_may_be_sent_on_within_its_host(cloudinary: Cloudinary) -> None:
    def send_on(asked: Request) -> Answer:
        return Answer(200, picture()) if asked.path == "/file" else Answer(302, headers={"Location": "/file"})

    cloudinary.fail = send_on
    assert connected(cloudinary).open(PICTURE) == streamed(connected(cloudinary), PICTURE) == picture()
    cloudinary.fail = always(Answer(302, headers={"Location": "/round-and-round"}))
    for way in ("open", "stream"):
        with pytest.raises(StorageDown):
            every_way(connected(cloudinary))[way]()


def test_a_size_is_read_without_the_file() -> None:
    with dripping() as url:
        account = Account.parse(f"cloudinary://{KEY}:{SECRET}@{CLOUD}?upload_prefix={url}")
        assert CloudinaryStorage(Client(account, HANGS_S)).size(PICTURE) == 1_000_000


@pytest.mark.parametrize("way", ["put", "open", "delete"])
def test_an_answer_that_drips_has_a_deadline(way: str) -> None:
    """Each byte comes in time, and the last one never."""
    with dripping() as url:
        account = Account.parse(f"cloudinary://{KEY}:{SECRET}@{CLOUD}?upload_prefix={url}")
        with pytest.raises(StorageDown):
            every_way(CloudinaryStorage(Client(account, PATIENCE_S)))[way]()


def test_an_answer_to_an_upload_has_a_bound_in_bytes(cloudinary: Cloudinary) -> None:
    storage = connected(cloudinary)
    cloudinary.lose = always(Answer(200, b'{"result": "ok", "more": "' + b"x" * 2**20 + b'"}'))
    with pytest.raises(StorageDown):
        storage.delete(PICTURE)
