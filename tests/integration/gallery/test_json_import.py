"""A picture comes in as JSON, too."""

import base64
import json
from typing import Any

import pytest

from tests.support.studio import Client, Studio, picture

GALLERY = "/v1/gallery/"


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def data_url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def test_a_picture_comes_in_as_a_data_url_too(guest: Client) -> None:
    photo = picture(64, 48)
    answer = guest.http.post(GALLERY, json={"file": data_url(photo), "name": "beach.png"})
    assert answer.status_code == 201
    form = answer.json()
    assert (form["width"], form["height"], form["title"]) == (64, 48, "beach")
    assert answer.headers["Location"] == f"{GALLERY}{form['id']}/"
    files = {"file": ("again.png", photo, "image/png")}
    assert guest.http.post(GALLERY, files=files).json()["id"] == form["id"]
    mask = guest.http.post(GALLERY, json={"file": data_url(photo), "purpose": "mask"}).json()
    assert guest.http.get(GALLERY).json()["items"] == [form]
    assert mask["id"] != form["id"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "file: "),
        ({"file": "beach.png"}, 422, "file: "),
        ({"file": "data:image/png;base64,%%%"}, 422, "file: is no base64."),
        ({"file": data_url(b"no picture")}, 422, "This is not a picture"),
        ({"file": data_url(b""), "purpose": "cat"}, 422, "purpose: "),
        ({"file": data_url(b""), "colour": "blue"}, 422, "colour: "),
        ([], 422, "The request's body"),
    ],
)
def test_json_without_a_picture_is_refused(guest: Client, body: Any, status: int, said: str) -> None:
    answer = guest.http.post(GALLERY, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_large_json_is_refused_and_other_types_too(guest: Client) -> None:
    large = guest.http.post(GALLERY, json={"file": data_url(bytes(7 * 1024 * 1024))})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    other = guest.http.post(GALLERY, content=b"x", headers={"Content-Type": "image/png"})
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_media_type")
    missing = guest.http.post(GALLERY, files={"picture": ("a.png", b"x", "image/png")})
    assert missing.json()["detail"] == "file: is missing."
