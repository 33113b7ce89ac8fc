"""A guest signs in to an account that is there already, and is asked once whether their things shall come along."""

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pymongo.errors import AutoReconnect

from gallery import services as gallery
from gallery.errors import Interrupted, NotFound
from gallery.models import Image
from pipeline.message import Stage
from pipeline.store import sessions
from pipeline.store.mongo import database
from pipeline.worker import maintenance
from project.accounts import bringing
from project.accounts.models import Move
from project.accounts.removal import Removal
from project.models import Token, User
from tests.integration.gallery.rows import png, stored_files
from tests.integration.pipeline.test_pipeline import say, step, work_through
from tests.integration.project.accounts.people import ADA, guest, sign_in, sign_up, who
from tests.integration.project.test_removal import NOTHING, a_whole_life, left_of
from tests.support.mailbox import Mailbox
from tests.support.messages import insert, insert_session, reload
from tests.support.serving import HANGS_S

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
BRING = "/api/v1/auth/bring/"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.PICTURES_DIR = tmp_path


def people() -> tuple[User, User]:
    """A guest with everything, and an account with something of each kind."""
    before, account = User.make_guest(), User.objects.create_user("ada", email=ADA)
    a_whole_life(before)
    insert_session(str(account.pk), kind="images")
    insert(session_id=insert_session(str(account.pk))["_id"], user_id=str(account.pk))
    gallery.import_picture(account.pk, png("red"), "photo", "mine.png")
    return before, account


def things(*people: User) -> dict[str, int]:
    """How many of each kind they have together; tokens and rows of people are no things."""
    counts = [left_of(person) for person in people]
    kinds = ("pictures", "sessions", "messages", "artifacts", "photos")
    return {kind: sum(count[kind] for count in counts) for kind in kinds}


def lets_go_by() -> None:
    """As if what had begun before the moves had had its time to end."""
    long_ago = timezone.now() - timedelta(hours=1)
    Move.objects.update(begun_at=long_ago)
    User.objects.filter(removal_began_at__isnull=False).update(removal_began_at=long_ago)


def answer(browser: Client, bring: bool) -> int:
    return browser.post(BRING, {"bring": bring}, content_type="application/json").status_code


def offered(browser: Client) -> bool:
    page = browser.get("/you/").content.decode()
    config = page.partition('<script id="studio" type="application/json">')[2].partition("</script>")[0]
    return bool(json.loads(config)["bring"])


def test_who_signs_in_is_asked_once_and_everything_comes_along(mailbox: Mailbox) -> None:
    account = sign_up(Client(), mailbox)
    browser = Client()
    before = guest(browser)
    conversation = a_whole_life(before)
    all_of_it = things(before)
    assert sign_in(browser).status_code == 200
    assert who(browser) == str(account.pk)
    assert browser.get("/v1/gallery/").json()["items"] == []
    assert offered(browser)
    assert answer(browser, bring=True) == 204
    assert things(account) == all_of_it
    found = database()["sessions"].find_one({"_id": conversation["_id"]})
    assert found
    assert found["user_id"] == str(account.pk)
    assert len(browser.get("/v1/gallery/").json()["items"]) == 1  # beside the mask and the photo, which is in the trash
    assert not offered(browser)
    assert answer(browser, bring=True) == 404


def test_what_stays_behind_stays_the_guests(mailbox: Mailbox) -> None:
    account = sign_up(Client(), mailbox)
    browser = Client()
    before = guest(browser)
    token = Token.issue(before)
    insert_session(str(before.pk))
    sign_in(browser)
    assert answer(browser, bring=False) == 204
    assert not offered(browser)
    assert (things(account)["sessions"], things(before)["sessions"]) == (0, 1)
    assert Client().get("/v1/gallery/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


def test_a_guest_who_has_nothing_is_not_asked(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    browser = Client()
    guest(browser)
    sign_in(browser)
    assert not offered(browser)
    assert answer(browser, bring=True) == 404


def test_the_guests_keys_end(mailbox: Mailbox) -> None:
    before, account = people()
    token = Token.issue(before)
    assert bringing.begin(before.pk, account)
    assert Client().get("/v1/gallery/", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 401
    assert not bringing.begin(before.pk, account)


def test_nobody_elses_guest_can_be_brought(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    other, browser = User.make_guest(), Client()
    insert_session(str(other.pk))
    sign_in(browser)
    body = {"bring": True, "guest": str(other.pk), "bring_from": str(other.pk)}
    assert browser.post(BRING, body, content_type="application/json").status_code == 404
    assert things(other)["sessions"] == 1


def test_running_messages_go_on_and_keep_one_place_in_the_queue() -> None:
    before, account = User.make_guest(), User.objects.create_user("ada")
    theirs, mine = insert_session(str(before.pk)), insert_session(str(account.pk))
    docs = [say(theirs, "a sea at sunset"), say(theirs, "a forest"), say(mine, "a city at night")]
    bringing.begin(before.pk, account)
    bringing.move_rest(before.pk, account.pk)
    work_through()
    assert [reload(doc)["status"] for doc in docs] == ["DONE"] * 3
    assert Image.objects.filter(owner=account).count() == 3


def test_a_change_of_a_picture_that_has_moved_waits_for_its_message() -> None:
    before, account = User.make_guest(), User.objects.create_user("ada")
    conversation = insert_session(str(before.pk))
    photo = gallery.import_picture(before.pk, png(), "photo", "x.png")
    doc = say(conversation, "make it brighter", source_image_id=str(photo.pk))
    step(Stage.REFINING)
    bringing.begin(before.pk, account)  # and nothing has followed yet
    step(Stage.GENERATING)
    assert reload(doc)["status"] == "PROCESSING"
    bringing.move_rest(before.pk, account.pk)
    database()["messages"].update_one(
        {"_id": doc["_id"]}, {"$unset": {"released_at": "", "delay_ms": ""}}
    )  # it has passed
    work_through()
    done = reload(doc)
    assert (done["status"], done["error"]) == ("DONE", None)
    assert Image.objects.get(message_id=doc["_id"]).parent_id == photo.pk


def test_a_picture_that_never_was_theirs_is_not_found() -> None:
    somebody, other = User.make_guest(), User.make_guest()
    photo = gallery.import_picture(other.pk, png(), "photo", "x.png")
    with pytest.raises(NotFound):
        gallery.source(somebody.pk, str(photo.pk))
    User.objects.filter(pk=somebody.pk).update(is_active=False)
    with pytest.raises(Interrupted):
        gallery.source(somebody.pk, str(photo.pk))


def test_what_comes_late_follows_and_then_the_guest_goes() -> None:
    before, account = people()
    expected = things(before, account)
    bringing.begin(before.pk, account)
    bringing.move_rest(before.pk, account.pk)
    insert_session(str(before.pk))  # of a request that had begun before
    maintenance.clean_above()
    expected["sessions"] += 1
    assert things(account) == expected
    assert left_of(before)["rows"] == 1
    lets_go_by()
    for _ in range(2):
        maintenance.clean_above()
    assert left_of(before) == NOTHING
    assert things(account) == expected
    assert not Move.objects.exists()


def test_nobody_removes_who_is_on_their_way() -> None:
    before, account = people()
    expected = things(before, account)
    bringing.begin(before.pk, account)
    lets_go_by()
    Removal().remove_marked()
    bringing.finish()
    assert things(account) == expected


def test_a_mongodb_that_is_away_delays_the_move(monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> None:
    account = sign_up(Client(), mailbox)
    browser = Client()
    before = guest(browser)
    insert_session(str(before.pk))
    sign_in(browser)
    with monkeypatch.context() as away:
        away.setattr(sessions, "give", _raise)
        assert answer(browser, bring=True) == 204
        bringing.finish()
    assert things(account)["sessions"] == 0
    bringing.finish()
    assert things(account)["sessions"] == 1


def test_a_mongodb_that_is_away_keeps_nobody_from_signing_in(monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> None:
    account = sign_up(Client(), mailbox)
    browser = Client()
    guest(browser)
    monkeypatch.setattr(sessions, "owners_among", _raise)
    assert sign_in(browser).status_code == 200
    assert who(browser) == str(account.pk)
    assert offered(browser)


def _raise(*_: Any) -> None:
    raise AutoReconnect("away")


# A crash in the middle

PLACES = [
    ("project.accounts.bringing", "move_rest"),
    ("pipeline.store.sessions", "apply_to_all"),
    ("pipeline.store.artifacts", "give"),
    ("pipeline.store.photos", "give"),
    ("pipeline.session", "give"),
    ("pipeline.store.sessions", "_publish"),
    ("pipeline.store.turns", "give_soon"),
]
CHILD = """
import importlib, json, os, signal, sys, uuid
os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
from django.conf import settings
given = json.loads(sys.argv[1])
settings.DATABASES["default"]["NAME"] = given["database"]
settings.MONGO_URI = given["mongo"]
import django
django.setup()
from project.accounts import bringing
from project.models import User
where = importlib.import_module(given["module"])
assert callable(getattr(where, given["name"]))
setattr(where, given["name"], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
guest, account = uuid.UUID(given["guest"]), User.objects.get(pk=given["account"])
bringing.begin(guest, account)
bringing.move_rest(guest, account.pk)
"""


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_wherever_it_is_cut_short_maintenance_finishes_it(module: str, name: str) -> None:
    before, account = people()
    expected, files = things(before, account), stored_files()
    given = {
        "database": str(connection.settings_dict["NAME"]),
        "mongo": settings.MONGO_URI,
        "module": module,
        "name": name,
        "guest": str(before.pk),
        "account": str(account.pk),
    }
    child = subprocess.run([sys.executable, "-c", CHILD, json.dumps(given)], cwd=settings.BASE_DIR, timeout=HANGS_S)
    assert child.returncode == -signal.SIGKILL
    assert things(before, account) == expected  # nothing is lost, nothing is there twice
    lets_go_by()
    for _ in range(2):
        maintenance.clean_above()
    assert left_of(before) == NOTHING
    assert things(account) == expected
    assert stored_files() == files
