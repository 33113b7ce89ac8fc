"""How guests go: who is marked, what a mark ends, and that nothing of them is left, wherever a removal is cut short."""

import asyncio
import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asgiref.typing import ASGIReceiveEvent, WebSocketReceiveEvent
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from gallery import albums
from gallery import services as gallery
from gallery.errors import StorageDown
from gallery.models import Album, Image
from pipeline.ceilings import Ceilings
from pipeline.message import Stage
from pipeline.store import ledger
from pipeline.store.ledger import Spent
from pipeline.store.mongo import database
from pipeline.worker import maintenance
from project import socket_auth
from project.accounts import removal
from project.accounts.removal import Removal
from project.models import Token, User, today
from tests.integration.gallery.rows import png, stored_files
from tests.integration.pipeline.test_pipeline import kept, say, step, work_through
from tests.integration.project.test_auth import whom_the_socket_knows
from tests.support.messages import Doc, insert, insert_session
from tests.support.studio import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PICTURES_DIR = tmp_path


def guest(days_ago: int | None = 0) -> User:
    """Who was last seen so many days ago; None: an older release did not say."""
    user = User.make_guest()
    user.last_seen = None if days_ago is None else today() - timedelta(days=days_ago)
    user.save()
    return user


def marked() -> set[User]:
    return set(User.objects.filter(removal_began_at__isnull=False))


def lets_go_by(user: User) -> User:
    """Of somebody who is marked: as if what they had begun before had had its time to end."""
    User.objects.filter(pk=user.pk).update(removal_began_at=timezone.now() - timedelta(hours=1))
    return user


def a_whole_life(user: User) -> Doc:
    """Pictures, a mask, trash, a conversation, a message that runs and one whose picture is not stored yet; a token."""
    Token.issue(user)
    spent = ledger.new_reservation(str(user.pk))
    ledger.reserve(spent, 100, Ceilings())
    ledger.post(spent, Spent({"gemini": 60}))
    conversation = insert_session(str(user.pk))
    insert_session(str(user.pk), kind="images")
    say(conversation, "a sea at sunset")
    work_through()
    for purpose in ("photo", "mask", "photo"):
        image = gallery.import_picture(user.pk, png(), purpose, "x.png")
    albums.add(albums.create(user.pk, "Sea"), [image])
    gallery.trash(user.pk, str(image.pk))
    say(conversation, "a forest at noon")
    step(Stage.REFINING)
    step(Stage.GENERATING)
    insert(session_id=conversation["_id"], user_id=str(user.pk))
    return conversation


def left_of(user: User) -> dict[str, int]:
    db, of = database(), {"user_id": str(user.pk)}
    return {
        "rows": User.objects.filter(pk=user.pk).count(),
        "tokens": Token.objects.filter(user=user.pk).count(),
        "albums": Album.objects.filter(owner=user.pk).count(),
        "pictures": Image.objects.filter(owner=user.pk).count(),
        "sessions": db["sessions"].count_documents(of),
        "messages": db["messages"].count_documents(of),
        "artifacts": db["artifacts"].count_documents(of),
        "photos": db["photos"].count_documents(of),
        "books": db["books"].count_documents({"owner": str(user.pk)}),
    }


NOTHING = dict.fromkeys(
    ("rows", "tokens", "albums", "pictures", "sessions", "messages", "artifacts", "photos", "books"), 0
)


# Who goes


@pytest.mark.parametrize(
    ("days_ago", "has", "goes"),
    [
        (0, None, False),
        (1, None, False),  # perhaps an hour ago
        (2, None, True),
        (2, "a picture", False),
        (2, "a mask", False),
        (2, "a session", False),
        (90, "a picture", False),
        (91, "a picture", True),
        (91, "a session", True),
    ],
)
def test_who_did_nothing_goes_after_a_day_and_who_did_something_after_ninety(
    days_ago: int, has: str | None, goes: bool
) -> None:
    user = guest(days_ago)
    if has == "a session":
        insert_session(str(user.pk))
    elif has:
        gallery.import_picture(user.pk, png(), "mask" if has == "a mask" else "photo", "x.png")
    Removal().mark_absent()
    assert marked() == ({user} if goes else set())


def test_one_of_whom_an_older_release_knew_no_day_was_last_seen_when_they_came(settings: Any) -> None:
    new, old = guest(None), guest(None)
    User.objects.filter(pk=old.pk).update(date_joined=timezone.now() - timedelta(days=3))
    Removal().mark_absent()
    assert marked() == {old}
    assert new not in marked()


def test_who_is_no_guest_stays() -> None:
    User.objects.create_user("mo", last_seen=today() - timedelta(days=1000))
    Removal().mark_absent()
    assert marked() == set()


def test_how_long_a_guest_is_waited_for_is_a_setting(settings: Any) -> None:
    settings.GUEST_DAYS = 10
    user = guest(11)
    insert_session(str(user.pk))
    Removal().mark_absent()
    assert marked() == {user}


def test_a_round_looks_at_so_many_and_the_next_one_at_those_behind_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "ROWS", 2)
    users, round = [guest(5) for _ in range(5)], Removal()
    for expected in (2, 4, 5):
        round.mark_absent()
        assert marked() == set(users[:expected])
    late = guest(5)
    round.mark_absent()
    assert late not in marked()  # it rests before it begins anew
    round._guests._rests_until = 0
    round.mark_absent()
    assert late in marked()


def test_who_comes_while_they_are_looked_at_is_not_marked() -> None:
    as_read = guest(91)
    assert User.objects.get(pk=as_read.pk).note_seen()
    assert not removal.mark(as_read)
    assert marked() == set()
    assert User.objects.get(pk=as_read.pk).is_active


# What a mark ends


def test_a_mark_ends_every_key(settings: Any) -> None:
    user, browser = guest(5), Client()
    browser.force_login(user)
    headers = {"Authorization": f"Bearer {Token.issue(user)}"}
    assert removal.mark(user)
    assert Client().get("/v1/gallery/", headers=headers).status_code == 401
    assert browser.get("/v1/gallery/").status_code == 401
    assert not removal.mark(user)


def test_who_was_looked_up_just_before_the_mark_is_nobody_after_it() -> None:
    as_read = guest(5)
    removal.mark(User.objects.get(pk=as_read.pk))
    assert not as_read.note_seen()
    assert User.objects.get(pk=as_read.pk).last_seen == today() - timedelta(days=5)


# Seen


def test_a_day_is_written_once(django_assert_num_queries: Any) -> None:
    user = guest(1)
    with django_assert_num_queries(1):
        assert all(user.note_seen() for _ in range(3))
    assert User.objects.get(pk=user.pk).last_seen == today()


def test_a_token_and_a_cookie_show_that_somebody_came() -> None:
    by_token, by_cookie = guest(3), guest(3)
    Client().get("/v1/gallery/", headers={"Authorization": f"Bearer {Token.issue(by_token)}"})
    browser = Client()
    browser.force_login(by_cookie)
    browser.get("/v1/gallery/")
    assert {user.last_seen for user in User.objects.all()} == {today()}


async def test_what_is_said_on_a_socket_that_was_opened_on_another_day_shows_it_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = await asyncio.to_thread(guest, 3)
    hello = WebSocketReceiveEvent(type="websocket.receive", bytes=None, text="hello")
    frames: asyncio.Queue[ASGIReceiveEvent] = asyncio.Queue()
    monkeypatch.setattr(socket_auth, "_next_day", lambda: 0.0)  # it has begun
    heard = socket_auth._noting_visits(user, frames.get)
    frames.put_nowait(hello)
    assert await heard() == hello
    monkeypatch.undo()
    await asyncio.to_thread(eventually, lambda: User.objects.get(pk=user.pk).last_seen == today())


async def test_a_handshake_shows_it() -> None:
    user = await asyncio.to_thread(guest, 3)
    token = await asyncio.to_thread(Token.issue, user)
    assert await whom_the_socket_knows({b"authorization": f"Bearer {token}".encode()}) == user
    assert (await User.objects.aget(pk=user.pk)).last_seen == today()


# What is removed


def test_nothing_of_a_removed_guest_is_left_and_everything_of_others(mongo: Any) -> None:
    user, other = guest(91), guest()
    a_whole_life(other)
    a_whole_life(user)
    assert min(left_of(user).values()) >= 1
    before = left_of(other)
    files = sorted(key for image in Image.objects.filter(owner=other) for key in (image.key, image.thumbnail_key))
    Removal().mark_absent()
    lets_go_by(user)
    Removal().remove_marked()
    assert left_of(user) == NOTHING
    assert (left_of(other), stored_files()) == (before, files)


def test_maintenance_does_it() -> None:
    user = lets_go_by(guest(91))
    maintenance.clean()
    assert left_of(user) == NOTHING


def test_what_was_begun_before_the_mark_has_its_time_to_end() -> None:
    user = guest(91)
    removal.mark(user)
    Removal().remove_marked()
    assert left_of(user)["rows"] == 1


def test_what_came_in_between_two_rounds_goes_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "SESSIONS", 1)
    monkeypatch.setattr(removal, "PICTURES", 2)
    user = lets_go_by(guest(91))
    a_whole_life(user)
    rounds = 0
    while left_of(user) != NOTHING:
        Removal().remove_marked()
        rounds += 1
        assert rounds < 20
    assert rounds > 2
    assert stored_files() == []


def test_a_storage_that_is_away_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PEOPLE", 1)
    stuck, other = lets_go_by(guest(91)), guest(91)
    image = gallery.import_picture(stuck.pk, png(), "photo", "x.png")
    Image.objects.filter(pk=image.pk).update(storage="cloudinary")  # which the settings do not name (any more)
    Removal().remove_marked()
    lets_go_by(other)
    Removal().remove_marked()
    assert left_of(other) == NOTHING
    assert left_of(stuck)["rows"] == 1
    Image.objects.filter(pk=image.pk).update(storage="local")
    lets_go_by(stuck)
    Removal().remove_marked()
    assert left_of(stuck) == NOTHING


def test_a_step_that_fails_keeps_the_others_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaning, done = Removal(), []

    def fails() -> None:
        raise StorageDown

    monkeypatch.setattr(cleaning, "mark_absent", fails)
    fails.__name__ = "mark_absent"
    monkeypatch.setattr(cleaning, "clear_cookies", lambda: done.append("cleared"))
    cleaning.clean()
    assert done == ["cleared"]


# A crash in the middle

PLACES = [  # of one removal after another, each killed before this is done
    "pipeline.store.sessions.artifacts.drop",
    "pipeline.store.sessions._remove_what_is_left",
    "project.accounts.evidence.keep_all_of",
    "project.accounts.removal.maintenance.erase",
    "gallery.maintenance.purge",
    "gallery.drafts._delete_files",
    "project.accounts.removal._remove_row",
]
CHILD = """
import importlib, json, os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
from django.conf import settings
from pathlib import Path
given = json.loads(sys.argv[1])
settings.DATABASES["default"]["NAME"] = given["database"]
settings.MONGO_URI, settings.PICTURES_DIR = given["mongo"], Path(given["pictures"])
import django
django.setup()
from project.accounts.removal import Removal
path = given["place"].split(".")
where = importlib.import_module(".".join(path[: given["depth"]]))
for name in path[given["depth"] : -1]:
    where = getattr(where, name)
assert callable(getattr(where, path[-1]))
setattr(where, path[-1], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
Removal().remove_marked()
"""


def killed_before(place: str) -> int:
    """How the process ended that removed people until it came there."""
    depth = next(n for n in range(len(place.split(".")) - 1, 0, -1) if is_module(".".join(place.split(".")[:n])))
    given = {
        "place": place,
        "depth": depth,
        "database": str(connection.settings_dict["NAME"]),
        "mongo": settings.MONGO_URI,
        "pictures": str(settings.PICTURES_DIR),
    }
    return subprocess.run([sys.executable, "-c", CHILD, json.dumps(given)], cwd=settings.BASE_DIR).returncode


def is_module(name: str) -> bool:
    base = Path(settings.BASE_DIR, *name.split("."))
    return base.is_dir() or base.with_suffix(".py").is_file()


def test_a_removal_that_is_killed_anywhere_is_finished_by_the_next(mongo: Any) -> None:
    user, other = lets_go_by(guest(91)), guest()
    gallery.import_picture(other.pk, png(), "photo", "x.png")
    a_whole_life(user)
    for place in PLACES:
        assert killed_before(place) == -signal.SIGKILL, place
        assert User.objects.get(pk=user.pk).removal_began_at
    Removal().remove_marked()
    assert left_of(user) == NOTHING
    assert kept() == []
    assert len(stored_files()) == 2


# Cookies


def cookie_of(user: User | None, expires_in: timedelta = timedelta(days=1)) -> str:
    store = SessionStore()
    if user:
        store["_auth_user_id"] = str(user.pk)
    store.set_expiry(timezone.now() + expires_in)
    store.create()
    return str(store.session_key)


def cookies() -> set[str]:
    return set(Session.objects.values_list("pk", flat=True))


def test_rows_of_cookies_that_expired_are_cleared() -> None:
    user = guest()
    good, _ = cookie_of(user), cookie_of(user, -timedelta(seconds=1))
    Removal().clear_cookies()
    assert cookies() == {good}


def test_rows_of_the_cookies_of_people_who_are_gone_are_cleared() -> None:
    user, gone = guest(), lets_go_by(guest(91))
    good, _, nobodys = cookie_of(user), cookie_of(gone), cookie_of(None)
    Removal().remove_marked()
    Removal().clear_cookies()
    assert cookies() == {good, nobodys}


def test_a_row_that_cannot_be_read_with_todays_keys_stays(settings: Any) -> None:
    unreadable = cookie_of(guest())
    settings.SECRET_KEY = "another"
    Removal().clear_cookies()
    assert cookies() == {unreadable}


def test_a_round_clears_so_many_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "ROWS", 2)
    for _ in range(3):
        cookie_of(None, -timedelta(days=1))
    clearing = Removal()
    clearing.clear_cookies()
    assert len(cookies()) == 1
    clearing.clear_cookies()
    assert cookies() == set()
