"""What files say of themselves, on every way out of the studio, along a picture's line."""

import asyncio
import io
import json
import re
from collections.abc import Iterable
from typing import Any
from zipfile import ZipFile

import PIL.Image
import pytest
from django.test import AsyncClient, Client

from gallery import archive, maintenance, pictures, services
from gallery.models import Image
from gallery.provenance import xmp
from gallery.provenance.embedding import embedded
from gallery.sharing import links as share_links
from gallery.sharing import services as sharing
from project.accounts.export import archive as export
from project.models import Token, User
from tests.integration.gallery.rows import fresh, png

pytestmark = pytest.mark.django_db(transaction=True)
T, C, A = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"
E, H = "algorithmicallyEnhanced", "humanEdits"


def painted(owner: User, provider: str = "offline", *parents: Image, intent: str = "generate", **values: Any) -> Image:
    """As the upload stage leaves it."""
    import uuid

    rendition = pictures.rendition(png(f"#{uuid.uuid4().hex[:6]}"))
    ids = [str(parent.pk) for parent in parents]
    image = services.draft(
        message_id=str(uuid.uuid4()), session_id="s", owner_id=str(owner.pk), parent_id=ids[0] if ids else None,
        further_ids=ids[1:], prompt="A secret prompt", intent="edit" if parents else intent, provider=provider, request="Sea",
        rendition=rendition, **{"seed": 7} | values,
    )  # fmt: skip
    services.store(image, rendition)
    services.publish(image)
    return fresh(image)


def photo(owner: User, data: bytes | None = None) -> Image:
    return services.import_picture(owner.pk, data or png(), "photo", "x.png")


def packet(data: bytes) -> bytes:
    """The picture's XMP, with its pixels sound."""
    with PIL.Image.open(io.BytesIO(data)) as image:
        image.load()
        said: Any = image.info.get("xmp", b"")
    return said if isinstance(said, bytes) else str(said).encode()


def source_type(data: bytes) -> str:
    found = re.search(rb"digitalsourcetype/(\w+)", packet(data))
    return found[1].decode() if found else ""


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def client(me: User, valkey: Any) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(me)}"})


# Along the line


def test_what_a_picture_is_follows_along_its_line(me: User) -> None:
    own = photo(me)
    by_hand = painted(me, "offline", own, by_hand=True)
    filtered = painted(me, "offline", by_hand)
    by_an_ai = painted(me, "gemini", filtered)
    straightened = painted(me, "offline", by_an_ai, by_hand=True)
    dreamt = painted(me, "gemini")
    brighter = painted(me, "offline", dreamt)
    landscape = painted(me, "offline")
    both = painted(me, "offline", own, dreamt)
    line = [own, by_hand, filtered, by_an_ai, straightened, dreamt, brighter, landscape, both]
    assert [each.source_type for each in line] == ["", H, E, C, C, T, T, A, C]


def test_it_stays_what_it_is_when_its_source_is_deleted(me: User) -> None:
    dreamt = painted(me, "gemini")
    brighter = painted(me, "offline", dreamt)
    services.delete_permanently(me.pk, str(dreamt.pk))
    assert fresh(brighter).source_type == T
    without = painted(me, "gemini", Image())  # deleted while it was made: what it was is not known
    assert without.source_type == C


def test_rows_of_an_older_release_are_filled_in_oldest_first(me: User) -> None:
    own = photo(me)
    dreamt, edited = painted(me, "gemini"), painted(me, "gemini", own)
    line = [own, dreamt, edited, painted(me, "offline", dreamt), painted(me, "offline", intent="enhance")]
    Image.objects.update(source_type=None)
    for image in line[::-1]:
        assert source_type(embedded(png(), xmp.packet(fresh(image)))) == ["", T, C, T, E][line.index(image)]
    maintenance.write_source_types(100)
    assert [fresh(image).source_type for image in line] == ["", T, C, T, E]


def test_what_a_photo_says_of_itself_is_kept_with_its_row(me: User) -> None:
    dreamt = Image(purpose="made", source_type=T, provider="elsewhere", intent="generate")
    brought = photo(me, embedded(png(), xmp.packet(dreamt)))
    assert brought.source_type == T
    assert painted(me, "offline", brought).source_type == T


# On every way out


def test_a_download_says_it_and_a_picture_on_a_page_does_not(me: User, client: Client) -> None:
    image = painted(me, "gemini")
    url = client.get(f"/v1/gallery/{image.pk}/").json()["url"]
    plain, saved = (body(Client().get(url + query)) for query in ("", "?download=1"))
    assert (packet(plain), source_type(saved)) == (b"", T)
    assert b"secret" not in packet(saved)
    assert b"xmp:CreateDate>2" in packet(saved)
    assert PIL.Image.open(io.BytesIO(saved)).tobytes() == PIL.Image.open(io.BytesIO(plain)).tobytes()


def test_the_file_says_the_prompt_to_its_owner_alone_who_asks(me: User, client: Client) -> None:
    image = painted(me, "gemini")
    path = f"/v1/gallery/{image.pk}/file/"
    without, with_it = client.get(path), client.get(path + "?prompt=true")
    assert "attachment" in with_it["Content-Disposition"]
    assert b"secret" not in packet(body(without))
    assert b"A secret prompt\nSeed: 7" in packet(body(with_it))
    assert without["ETag"] != with_it["ETag"]
    url = client.get(f"/v1/gallery/{image.pk}/").json()["url"]
    for anybodys in (url + "?download=1&prompt=1", url + "?download=1&prompt=true"):
        assert b"secret" not in body(Client().get(anybodys))
    services.trash(me.pk, str(image.pk))
    assert client.get(path).status_code == 404


def test_a_part_of_a_download_is_a_part_of_what_it_says(me: User, client: Client) -> None:
    path = f"/v1/gallery/{painted(me, 'gemini').pk}/file/"
    whole = client.get(path)
    part = client.get(path, headers={"Range": "bytes=10-4000", "If-Range": whole["ETag"]})
    assert (part.status_code, body(part)) == (206, body(whole)[10:4001])
    assert client.get(path, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_what_is_shared_says_it(me: User) -> None:
    image = painted(me, "gemini")
    path = share_links.path(sharing.create(me.pk, str(image.pk), None).pk)
    for name in ("full", "thumbnail", "full?download=1"):
        data = body(Client().get(path + name))
        assert (source_type(data), b"secret" in data) == (T, False)


def unzipped(pieces: Iterable[bytes]) -> dict[str, bytes]:
    zip = ZipFile(io.BytesIO(b"".join(pieces)))
    assert zip.testzip() is None
    return {name: zip.read(name) for name in zip.namelist() if not name.endswith(".json")}


def test_zips_and_the_export_say_it(me: User, mongo: Any) -> None:
    ids = [str(painted(me, "gemini").pk), str(painted(me, "offline").pk)]
    without, with_it = (unzipped(archive.pictures(me.pk, ids, with_prompts=wanted)) for wanted in (False, True))
    assert [source_type(data) for data in without.values()] == [T, A]
    assert not any(b"secret" in data for data in without.values())
    assert all(b"A secret prompt\nSeed: 7" in data for data in with_it.values())
    exported = unzipped(export(me, {}, {}))
    assert sorted(source_type(data) for data in exported.values()) == [A, T]


async def test_a_zip_has_the_prompts_where_they_are_wanted(me: User, valkey: Any) -> None:
    image = await asyncio.to_thread(painted, me, "gemini")
    secret = await asyncio.to_thread(Token.issue, me)
    headers = {"Authorization": f"Bearer {secret}"}
    for wanted in (False, True):
        asked = json.dumps({"ids": [str(image.pk)], "prompts": wanted})
        answer: Any = await AsyncClient().post("/v1/gallery/download/", asked, "application/json", headers=headers)
        (data,) = unzipped([piece async for piece in answer]).values()
        assert (b"secret" in data) == wanted
