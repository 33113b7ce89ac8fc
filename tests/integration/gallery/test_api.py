"""REST for the gallery, with the project's own auth and problems around it."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import path
from ninja import NinjaAPI

import project.api  # noqa: F401  before the router is mounted here: what it adds to it can only be added till then
from gallery import albums, services, views
from gallery.api import router
from gallery.models import Image
from gallery.moderation import verdicts
from project.auth import PERSON
from project.http import problems
from project.models import Token, User
from tests.integration.gallery.rows import drafted, fresh, made, png, stored_files

api = NinjaAPI(urls_namespace="gallery-test", docs_url=None, openapi_url=None)
problems.install(api)
api.add_router("/v1/gallery", router, auth=PERSON)
urlpatterns = [path("p/<uuid:image_id>/<str:variant>/<str:signature>", views.picture), path("", api.urls)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]

GALLERY = "/v1/gallery/"
COLUMNS = (
    "owner",
    "purpose",
    "stage",
    "width",
    "height",
    "placeholder",
    "key",
    "mime",
    "thumbnail_key",
    "thumbnail_mime",
)


def client_of(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(user)}"})


@pytest.fixture
def client(me: User) -> Client:
    return client_of(me)


def at(image: Image | str, tail: str = "") -> str:
    return f"{GALLERY}{image.pk if isinstance(image, Image) else image}/{tail}"


def patched(client: Client, image: Image, body: object) -> Any:
    return client.patch(at(image), json.dumps(body), "application/json")


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


def test_a_picture_is_imported_listed_and_its_urls_answer(client: Client) -> None:
    answer = client.post(GALLERY, {"file": SimpleUploadedFile("Hạ Long.png", png()), "purpose": "photo"})
    assert answer.status_code == 201
    form = answer.json()
    assert set(form) == {
        "id", "state", "url", "thumbnail_url", "width", "height", "placeholder", "title", "favorite", "prompt", "intent",
        "provider", "message_id", "session_id", "parent_id", "created_at", "deleted_at", "purge_at",
        "trash_thumbnail_url", "hidden_reason", "appeal", "awaits_approval",
    }  # fmt: skip
    assert (form["title"], form["state"], form["width"], form["height"]) == ("Hạ Long", "shown", 160, 130)
    assert client.get(GALLERY).json() == {"items": [form], "next": None, "count": None, "similar": False}
    alone: dict[str, Any] = {
        "request": "",
        "seed": None,
        "cost": None,
        "bytes": Image.objects.get().bytes,
        "mime": "image/jpeg",
        "album_ids": [],
    }
    assert client.get(at(form["id"])).json() == form | alone
    for url in (form["url"], form["thumbnail_url"]):
        assert Client().get(url).status_code == 200


def test_a_made_picture_tells_where_it_came_from(client: Client, me: User) -> None:
    parent = made(me)
    form = client.get(at(made(me, message_id="m1", parent_id=str(parent.pk)))).json()
    assert (form["message_id"], form["session_id"], form["parent_id"]) == ("m1", "s1", str(parent.pk))
    assert (form["prompt"], form["intent"], form["provider"]) == ("a lake", "generate", "built-in tools, no AI")


def test_a_mask_is_imported_and_not_listed(client: Client) -> None:
    answer = client.post(GALLERY, {"file": SimpleUploadedFile("mask.png", png("white")), "purpose": "mask"})
    assert (answer.status_code, ids(client.get(GALLERY))) == (201, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"file": b"not a picture", "purpose": "photo"},
        {"file": png(), "purpose": "made"},
        {"purpose": "photo"},
    ],
)
def test_an_import_that_is_no_picture_leaves_nothing(client: Client, fields: dict[str, Any]) -> None:
    if "file" in fields:
        fields = fields | {"file": SimpleUploadedFile("x.png", fields["file"])}
    answer = client.post(GALLERY, fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert not Image.objects.exists()
    assert stored_files() == []


def test_what_there_is_no_room_for_is_refused_with_507(client: Client, settings: Any) -> None:
    settings.PERSON_PICTURES = 1
    answers = [client.post(GALLERY, {"file": SimpleUploadedFile("x.png", png(colour))}) for colour in ("teal", "red")]
    assert [answer.status_code for answer in answers] == [201, 507]
    assert client.post(GALLERY, {"file": SimpleUploadedFile("x.png", png())}).status_code == 201  # it is there already
    problem = answers[1].json()
    assert (problem["code"], problem["title"]) == ("storage_full", "Insufficient Storage")
    assert problem["detail"].startswith("You have 1 of 1 pictures")
    client.delete(at(answers[0].json()["id"], "permanent/"))
    assert client.post(GALLERY, {"file": SimpleUploadedFile("x.png", png())}).status_code == 201


def test_a_picture_in_the_trash_says_when_it_is_deleted_for_good(client: Client, me: User) -> None:
    image = made(me)
    assert client.get(at(image)).json()["purge_at"] is None
    client.delete(at(image))
    (form,) = client.get(GALLERY + "deleted/").json()["items"]
    days = datetime.fromisoformat(form["purge_at"]) - datetime.fromisoformat(form["deleted_at"])
    assert days == timedelta(days=30)


def test_days_are_counted_for_the_same_parameters(client: Client, me: User) -> None:
    image, other = made(me), made(me, intent="edit")
    day = f"{image.created_at:%Y-%m-%d}"
    answer = client.get(GALLERY + "days/", {"tz": "UTC", "intent": "generate"})
    (item,) = answer.json()["items"]
    assert (item["date"], item["count"], answer.json()["count"], answer.json()["similar"]) == (day, 1, 1, False)
    page = client.get(GALLERY, {"cursor": item["cursor"], "skip": "1", "limit": "1"})
    assert ids(page) == [str(image.pk)]
    client.delete(at(other))
    (trashed,) = client.get(GALLERY + "deleted/days/").json()["items"]
    assert (trashed["count"], ids(client.get(GALLERY + "deleted/", {"cursor": trashed["cursor"]}))) == (
        1,
        [str(other.pk)],
    )
    unknown = client.get(GALLERY + "days/", {"tz": "Mars"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "bad_input")


def test_days_that_have_not_changed_are_known(client: Client, me: User) -> None:
    image = made(me)
    etag = {"If-None-Match": client.get(GALLERY + "days/")["ETag"]}
    assert client.get(GALLERY + "days/", headers=etag).status_code == 304
    client.delete(at(image))
    assert client.get(GALLERY + "days/", headers=etag).json()["items"] == []


def test_a_picture_alone_says_its_albums_its_seed_and_its_cost(client: Client, me: User) -> None:
    image = made(me, request="Vẽ một hồ nước", seed=7, cost=40_120)
    known = {"If-None-Match": client.get(at(image))["ETag"]}
    album = albums.create(me.pk, "Sea")
    albums.add(album, [image])
    answer = client.get(at(image), headers=known).json()
    assert (answer["album_ids"], answer["request"]) == ([str(album.pk)], "Vẽ một hồ nước")
    assert (answer["seed"], answer["cost"]) == (7, {"amount": 0.04012, "currency": "USD"})


def test_the_trash_shows_small_pictures_to_their_owner(client: Client, me: User) -> None:
    image = made(me)
    assert client.get(at(image)).json()["trash_thumbnail_url"] is None
    client.delete(at(image))
    (form,) = client.get(GALLERY + "deleted/").json()["items"]
    assert (form["url"], form["thumbnail_url"]) == (None, None)
    assert form["trash_thumbnail_url"].startswith(f"/p/{image.pk}/trashed/")
    verdicts.hide([image], "no", by=me.pk)
    assert client.get(at(image)).json()["trash_thumbnail_url"] is None


def test_lists_go_backwards_by_a_cursor(client: Client, me: User) -> None:
    images = [str(made(me).pk) for _ in range(3)][::-1]
    first = client.get(GALLERY, {"limit": 2})
    assert ids(first) == images[:2]
    second = client.get(GALLERY, {"limit": 2, "cursor": first.json()["next"]})
    assert (ids(second), second.json()["next"]) == (images[2:], None)


def test_a_list_has_fifty_unless_told(client: Client, me: User) -> None:
    one = made(me)
    for number in range(50):
        Image.objects.create(**{name: getattr(one, name) for name in COLUMNS}, message_id=f"m{number}")
    assert len(ids(client.get(GALLERY))) == 50
    assert len(ids(client.get(GALLERY, {"limit": 100}))) == 51


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "\0"}])
@pytest.mark.parametrize("where", [GALLERY, GALLERY + "deleted/"])
def test_a_bad_query_is_bad_input(client: Client, where: str, query: dict[str, Any]) -> None:
    answer = client.get(where, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")


def test_title_and_favourite_change_alone_or_together(client: Client, me: User) -> None:
    image = made(me)
    assert patched(client, image, {"title": "Xin chào"}).json()["title"] == "Xin chào"
    form = patched(client, image, {"favorite": True}).json()
    assert (form["title"], form["favorite"]) == ("Xin chào", True)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x" * 201},
        {"title": "\0"},
        {"title": 1},
        {"favorite": "yes"},
        {"hidden": False},
        {"state": "shown"},
        [],
    ],
)
def test_a_bad_change_is_bad_input_and_changes_nothing(client: Client, me: User, body: object) -> None:
    image = made(me)
    answer = patched(client, image, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert (fresh(image).title, fresh(image).favorite) == ("Lake", False)


def test_the_way_into_the_trash_and_back(client: Client, me: User) -> None:
    image = made(me)
    shown = client.get(at(image)).json()
    assert client.delete(at(image)).status_code == 204
    assert Client().get(shown["url"]).status_code == 404
    assert (ids(client.get(GALLERY)), ids(client.get(GALLERY + "deleted/"))) == ([], [str(image.pk)])
    trashed = client.get(at(image)).json()
    assert (trashed["state"], trashed["url"], trashed["thumbnail_url"], trashed["placeholder"]) == (
        "deleted",
        *[None] * 3,
    )
    assert trashed["deleted_at"]
    assert client.post(at(image, "restore/")).json().items() <= shown.items()
    assert Client().get(shown["url"]).status_code == 200


def test_deleting_for_good_leaves_no_file_and_no_answer(client: Client, me: User) -> None:
    image = made(me)
    url = client.get(at(image)).json()["url"]
    assert client.delete(at(image, "permanent/")).status_code == 204
    assert stored_files() == []
    for answer in (client.get(at(image)), client.post(at(image, "restore/")), client.delete(at(image, "permanent/"))):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Client().get(url).status_code == 404
    assert ids(client.get(GALLERY + "deleted/")) == []


def test_a_hidden_picture_leaves_the_list_and_keeps_its_prompt(client: Client, me: User) -> None:
    image = made(me)
    verdicts.hide([image], "Two people fight.", me.pk, "violence")
    answer = client.get(at(image))
    form = answer.json()
    assert ids(client.get(GALLERY)) == []
    assert (form["state"], form["url"], form["placeholder"], form["prompt"]) == ("hidden", None, None, "a lake")
    said = {"code": "violence", "sentence": "It shows violence or cruelty. Two people fight."}
    assert (form["hidden_reason"], form["appeal"]) == (said, None)


def test_an_answer_in_another_language_is_another_answer(client: Client, me: User) -> None:
    image = made(me)
    verdicts.hide([image], "", me.pk, "violence")
    for where in (at(image), GALLERY + "?hidden=true"):
        etag = client.get(where, headers={"Accept-Language": "en"})["ETag"]
        answer = client.get(where, headers={"Accept-Language": "vi", "If-None-Match": etag})
        assert (answer.status_code, answer["Content-Language"]) == (200, "vi")
        assert client.get(where, headers={"Accept-Language": "en", "If-None-Match": etag}).status_code == 304


def test_hidden_pictures_are_listed_for_their_owner_who_asks_for_them(client: Client, me: User) -> None:
    shown, hidden, trashed, others = made(me), made(me), made(me), made(User.make_guest())
    verdicts.hide([hidden, trashed, others], "", me.pk, "hate")
    services.trash(me.pk, str(trashed.pk))
    listed = client.get(GALLERY, {"hidden": "true"})
    assert ids(listed) == [str(hidden.pk)]
    assert listed.json()["items"][0]["hidden_reason"]["code"] == "hate"
    assert client.get(GALLERY + "days/", {"hidden": "true"}).json()["count"] == 1
    assert ids(client.get(GALLERY + "deleted/", {"hidden": "true"})) == [str(trashed.pk)]
    assert ids(client.get(GALLERY)) == ids(client.get(GALLERY, {"hidden": "false"})) == [str(shown.pk)]


def test_what_an_older_release_hid_tells_no_words(client: Client, me: User) -> None:
    """They were for the record."""
    image = made(me)
    Image.objects.filter(pk=image.pk).update(hidden=True, hidden_reason="secret")
    answer = client.get(at(image))
    assert answer.json()["hidden_reason"] == {"code": "other", "sentence": "It breaks the rules of this studio."}
    assert "secret" not in answer.content.decode()


def test_a_draft_is_found_by_its_id_and_not_listed(client: Client, me: User) -> None:
    image = drafted(me)
    assert client.get(at(image)).status_code == 200
    assert ids(client.get(GALLERY)) == []


Call = Callable[[Client, str], Any]
CALLS: list[Call] = [
    lambda client, id: client.get(at(id)),
    lambda client, id: client.patch(at(id), '{"title":"mine"}', "application/json"),
    lambda client, id: client.delete(at(id)),
    lambda client, id: client.post(at(id, "restore/")),
    lambda client, id: client.delete(at(id, "permanent/")),
    lambda client, id: client.get(at(id, "lineage/")),
]


@pytest.mark.parametrize("call", CALLS)
def test_what_is_not_mine_or_not_there_is_not_found(client: Client, call: Call) -> None:
    foreign = made(User.make_guest())
    for image_id in (str(foreign.pk), str(uuid.uuid4()), "nonsense", "%00", foreign.pk.hex):
        answer = call(client, image_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (fresh(foreign).title, fresh(foreign).state) == ("Lake", "shown")


@pytest.mark.parametrize("call", [*CALLS, lambda client, id: client.get(GALLERY)])
def test_without_a_key_it_is_401(call: Call, me: User) -> None:
    answer = call(Client(), str(made(me).pk))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_lists_show_only_ones_own(client: Client, me: User) -> None:
    mine, foreign = made(me), made(User.make_guest())
    services.trash(foreign.owner_id, str(foreign.pk))
    made(User.make_guest())
    assert (ids(client.get(GALLERY)), ids(client.get(GALLERY + "deleted/"))) == ([str(mine.pk)], [])
