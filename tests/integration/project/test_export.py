"""An export over the wire: large, read to its end, or left in the middle."""

import os
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import httpx
from PIL import Image

from tests.support.studio import HANGS_S, Client, Studio, eventually

EXPORT = "/api/v1/me/export/"
SIDE = 1600  # of pictures of noise, which take some megabytes each
PICTURES = 10  # more than fits into the buffers of a connection


def someone_with_large_pictures(studio: Studio) -> Client:
    guest = studio.guest()
    for _ in range(PICTURES):
        out = BytesIO()
        Image.frombytes("RGB", (SIDE, SIDE), os.urandom(3 * SIDE * SIDE)).save(out, "PNG", compress_level=0)
        guest.http.post("/v1/gallery/", files={"file": ("x.png", out.getvalue(), "image/png")}).raise_for_status()
    return guest


def another_client(guest: Client) -> httpx.Client:
    """Whose connections those of the first one do not close."""
    return httpx.Client(base_url=guest.studio.url, headers=guest.http.headers, verify=False, timeout=HANGS_S)


def test_who_leaves_in_the_middle_can_begin_again_and_gets_everything(studio: Studio) -> None:
    guest = someone_with_large_pictures(studio)
    with another_client(guest) as first, first.stream("GET", EXPORT) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()  # whoever forgets it has left
        assert next(pieces).startswith(b"PK")
        again = guest.http.get(EXPORT)
        assert (again.status_code, again.headers["Content-Type"]) == (429, "application/problem+json")
    eventually(lambda: guest.http.get(EXPORT).status_code == 200)
    with ZipFile(BytesIO(guest.http.get(EXPORT).content)) as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == PICTURES


def test_an_export_is_cut_off_when_its_key_ends(studio: Studio) -> None:
    guest = someone_with_large_pictures(studio)
    made = guest.http.post("/api/v1/auth/tokens/", json={"name": "a", "scopes": ["read"]}).raise_for_status().json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    with guest.http.stream("GET", EXPORT, headers=headers) as answer:
        pieces = answer.iter_raw()
        got = next(pieces)
        guest.http.delete(f"/api/v1/auth/tokens/{made['id']}/").raise_for_status()
        eventually(lambda: guest.http.get("/v1/gallery/", headers=headers).status_code == 401)
        with suppress(httpx.TransportError):  # the connection is cut: what came shall not be taken for the whole
            for piece in pieces:
                got += piece
    assert b"PK\x05\x06" not in got[-64:]  # the end of a zip
