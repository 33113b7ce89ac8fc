"""What a client has is not sent again; and what it has not, is."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from ninja import Schema
from pydantic import BaseModel, ConfigDict, TypeAdapter

from chat import forms
from gallery import answers, schemas, services
from gallery.errors import RateLimited
from gallery.models import Image
from gallery.moderation import verdicts
from pipeline import session
from pipeline.documents import changed
from pipeline.store.mongo import async_database, database
from project.models import Token, User
from tests.conftest import Documents
from tests.integration.gallery.rows import made
from tests.support.messages import Doc, insert, insert_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
SESSIONS, GALLERY = "/api/v1/chat/sessions/", "/v1/gallery/"


@pytest.fixture
def me() -> User:
    return User.make_guest()


@pytest.fixture
def client(me: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {Token.issue(me)}"})


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.PICTURES_DIR = tmp_path


def change(collection: str, doc: Doc, **values: Any) -> None:
    """As everything changes: with its version."""
    database()[collection].update_one({"_id": doc["_id"]}, changed(values))


class Kept:
    """A client that keeps what it got and asks whether it is still so."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        self.form, self.etag = self._got(client.get(path))

    def _got(self, answer: Any) -> tuple[Any, str]:
        assert answer.status_code == 200, answer.content
        assert answer.headers["Cache-Control"] == "private, no-cache"
        return answer.json(), answer.headers["ETag"]

    def is_still_so(self) -> bool:
        answer = self.client.get(self.path, headers={"If-None-Match": self.etag})
        if answer.status_code == 304:
            assert answer.content == b""
            assert not {"Content-Type", "Content-Length"} & set(answer.headers)
            assert answer.headers["Cache-Control"] == "private, no-cache"
            assert answer.headers["ETag"] == self.etag
            assert self.client.get(self.path).json() == self.form
            return True
        self.form, self.etag = self._got(answer)
        return False


def changes_of_a_session(me: User) -> tuple[str, list[Callable[[], None]]]:
    doc = insert_session(user_id=str(me.pk))
    return f"{SESSIONS}{doc['_id']}/", [lambda: change("sessions", doc, title="Hills"), lambda: change("sessions", doc)]


def changes_of_sessions(me: User) -> tuple[str, list[Callable[[], None]]]:
    doc = insert_session(user_id=str(me.pk))

    def one_more() -> None:
        insert_session(user_id=str(me.pk))

    def one_less() -> None:
        it = session.soft_delete(str(me.pk), doc["_id"], "keep")
        database()["sessions"].update_one(it.filter, it.update)

    return SESSIONS, [lambda: change("sessions", doc, title="Hills"), one_more, one_less]


def changes_of_a_message(me: User) -> tuple[str, list[Callable[[], None]]]:
    doc = insert_session(user_id=str(me.pk))
    said = insert(user_id=str(me.pk), session_id=doc["_id"], stage="generating")
    return f"{SESSIONS}{doc['_id']}/messages/{said['_id']}/", [lambda: change("messages", said, reply="Good day")]


def changes_of_a_place(me: User) -> tuple[str, list[Callable[[], None]]]:
    """The version of one that waits stays; its place in the queue does not."""
    first = insert(user_id="another")
    doc = insert_session(user_id=str(me.pk))
    said = insert(user_id=str(me.pk), session_id=doc["_id"])

    def goes() -> None:
        database()["messages"].delete_one({"_id": first["_id"]})

    return f"{SESSIONS}{doc['_id']}/messages/{said['_id']}/", [goes]


def changes_of_messages(me: User) -> tuple[str, list[Callable[[], None]]]:
    doc = insert_session(user_id=str(me.pk))
    said = insert(user_id=str(me.pk), session_id=doc["_id"], stage="generating")

    def one_more() -> None:
        insert(user_id=str(me.pk), session_id=doc["_id"], status="DONE")

    return f"{SESSIONS}{doc['_id']}/messages/", [lambda: change("messages", said, reply="Good day"), one_more]


def changes_of_a_picture(me: User) -> tuple[str, list[Callable[[], None]]]:
    image = made(me)
    return f"{GALLERY}{image.pk}/", changes_of(me, image)


def changes_of_pictures(me: User) -> tuple[str, list[Callable[[], None]]]:
    image = made(me)

    def one_more() -> None:
        made(me, message_id="another")

    return GALLERY, [one_more, *changes_of(me, image)]


def changes_of_the_trash(me: User) -> tuple[str, list[Callable[[], None]]]:
    image = made(me)
    services.trash(me.pk, str(image.pk))

    def comes_back() -> None:
        services.restore(me.pk, str(image.pk))

    return f"{GALLERY}deleted/", [comes_back, lambda: services.trash(me.pk, str(image.pk))]


def changes_of(me: User, image: Image) -> list[Callable[[], None]]:
    key = str(image.pk)

    def patched(**values: Any) -> Callable[[], None]:
        return lambda: void(services.patch(me.pk, key, **values))

    return [
        patched(title="Hills"),
        patched(favorite=True),
        lambda: void(verdicts.hide([image], "no", None)),
        lambda: void(verdicts.approve([image], None)),
        lambda: services.trash(me.pk, key),
        lambda: void(services.restore(me.pk, key)),
    ]


def void(_: object) -> None: ...


@pytest.mark.parametrize(
    "things",
    [
        changes_of_a_session,
        changes_of_sessions,
        changes_of_a_message,
        changes_of_a_place,
        changes_of_messages,
        changes_of_a_picture,
        changes_of_pictures,
        changes_of_the_trash,
    ],
)
def test_it_is_sent_again_when_it_has_changed_and_only_then(
    client: Client, me: User, things: Callable[[User], tuple[str, list[Callable[[], None]]]]
) -> None:
    path, changes = things(me)
    kept = Kept(client, path)
    for one in changes:
        assert kept.is_still_so()
        before = kept.form
        one()
        assert not kept.is_still_so(), one
        if things is not changes_of_a_place:  # where an estimate may come out the same
            assert kept.form != before
    assert kept.is_still_so()


def test_a_page_that_was_cut_short_is_known_again_the_second_time(
    client: Client, me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.store.MAX_MESSAGE_BYTES", 1500)
    monkeypatch.setattr("gallery.search.PROMPTS", 10)
    doc = insert_session(user_id=str(me.pk))
    for number in range(5):
        insert(user_id=str(me.pk), session_id=doc["_id"], status="DONE")
        made(me, message_id=str(number))
    for path in (f"{SESSIONS}{doc['_id']}/messages/", GALLERY):
        kept = Kept(client, path)
        assert 0 < len(kept.form["items"]) < 5
        kept.is_still_so()
        assert kept.is_still_so()


@pytest.mark.parametrize("sent", ['"another"', 'W/"another"', "nonsense", "", '"a", W/"b"'])
def test_another_etag_is_none_of_ours(client: Client, me: User, sent: str) -> None:
    path, _ = changes_of_a_message(me)
    assert client.get(path, headers={"If-None-Match": sent}).status_code == 200


def test_an_etag_among_others_made_weak_on_the_way_or_any(client: Client, me: User) -> None:
    for things in (changes_of_a_message, changes_of_pictures):
        path, _ = things(me)
        etag = client.get(path).headers["ETag"]
        for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            assert client.get(path, headers={"If-None-Match": sent}).status_code == 304, sent


def test_nobody_learns_by_an_etag_what_is_not_theirs(client: Client, me: User) -> None:
    path, _ = changes_of_a_message(me)
    listed = path.split("messages/")[0] + "messages/"
    session_path = path.split("messages/")[0]
    picture, _ = changes_of_a_picture(me)
    stranger = Client(headers={"Authorization": f"Bearer {Token.issue(User.make_guest())}"})
    for where in (path, listed, session_path, picture):
        etag = client.get(where).headers["ETag"]
        for sent in (etag, "*"):
            assert client.get(where, headers={"If-None-Match": sent}).status_code == 304
            assert stranger.get(where, headers={"If-None-Match": sent}).status_code == 404
            assert Client().get(where, headers={"If-None-Match": sent}).status_code == 401


def test_two_people_s_lists_have_two_etags_though_they_are_equal(client: Client) -> None:
    stranger = Client(headers={"Authorization": f"Bearer {Token.issue(User.make_guest())}"})
    for path in (SESSIONS, GALLERY):
        assert client.get(path).headers["ETag"] != stranger.get(path).headers["ETag"]


def test_another_release_and_another_key_for_addresses_answer_with_another_etag(settings: Any) -> None:
    etag = answers.etag_of("message", 1)
    settings.STUDIO_VERSION += ".1"
    other = answers.etag_of("message", 1)
    settings.SECRET_KEY += "1"
    assert len({etag, other, answers.etag_of("message", 1)}) == 3


async def test_what_is_known_is_decided_by_versions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No form is made, no session summed up, and a list counts for nothing in Redis."""
    me = await sync_to_async(User.make_guest)()
    token = await sync_to_async(Token.issue)(me)
    client, bearer = AsyncClient(), {"Authorization": f"Bearer {token}"}
    path, _ = await sync_to_async(changes_of_a_message)(me)
    paths = [path, path.split("messages/")[0] + "messages/", path.split("messages/")[0], SESSIONS, GALLERY]
    etags = [(await client.get(one, headers=bearer)).headers["ETag"] for one in paths]

    def refuse(*_: Any, **__: Any) -> None:
        raise RateLimited

    for name in (
        "chat.store.public",
        "chat.api.public",
        "chat.store.summarize",
        "chat.rate_limits.hit",
        "gallery.api.form",
    ):
        monkeypatch.setattr(name, refuse)
    got = [
        (await client.get(one, headers={**bearer, "If-None-Match": etag})).status_code
        for one, etag in zip(paths, etags, strict=True)
    ]
    await async_database().client.close()
    assert got == [304] * len(paths)


def test_what_is_asked_for_by_a_change_is_kept_by_nobody(client: Client) -> None:
    answer = client.post(SESSIONS, "{}", "application/json")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert "ETag" not in answer.headers
    assert Client().post("/api/v1/auth/guest/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [GALLERY, "/v1/no/such/path/", "/api/v1/chat/sessions/x/", GALLERY + "x/"])
def test_an_error_belongs_to_one_person_too(client: Client, path: str) -> None:
    for who in (client, Client()):
        assert who.get(path).headers["Cache-Control"] == "private, no-cache"


# What is sent as it is, is what the documents say


def exactly(form: type[BaseModel]) -> TypeAdapter[Any]:
    """The form with every field there and no other, of exactly its type."""
    closed = ConfigDict(extra="forbid", strict=True)
    return TypeAdapter(type(form.__name__, (form,), {"model_config": closed, "__module__": form.__module__}))


def test_the_forms_are_those_of_the_document(client: Client, me: User, mongo: Documents) -> None:
    path, (one_more, *_) = changes_of_pictures(me)
    one_more()
    services.trash(me.pk, client.get(path).json()["items"][0]["id"])
    of_a_message, _ = changes_of_a_message(me)
    of_a_session = of_a_message.split("messages/")[0]
    expected: list[tuple[str, type[BaseModel] | type[Schema]]] = [
        (of_a_message, forms.MessageForm),
        (of_a_session, forms.SessionForm),
        (of_a_session + "messages/", forms.MessagePage),
        (SESSIONS, forms.SessionPage),
        (GALLERY, schemas.ImagePage),
        (GALLERY + "deleted/", schemas.ImagePage),
        (GALLERY + "days/", schemas.DayList),
    ]
    for where, form in expected:
        answer = client.get(where)
        exactly(form).validate_json(answer.content)
        assert set(answer.json()) == set(form.model_fields), where
        for item in answer.json().get("items", []):
            (of_items,) = form.model_fields["items"].annotation.__args__  # type: ignore[union-attr]
            assert set(item) == set(of_items.model_fields), where
            exactly(of_items).validate_python(item, strict=False)
    image = client.get(GALLERY).json()["items"][0]
    assert image.items() <= client.get(f"{GALLERY}{image['id']}/").json().items()
    assert image["created_at"].endswith("Z")
