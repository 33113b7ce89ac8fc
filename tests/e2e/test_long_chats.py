"""A chat that is longer than one frame of the socket holds."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from bson.timestamp import Timestamp
from playwright.sync_api import expect
from pymongo import MongoClient
from pymongo.collection import Collection

from project.data_folder import run_dir
from tests.e2e.outages import AWAY, away
from tests.e2e.person import Person
from tests.support.messages import new
from tests.support.serving import Serving
from tests.support.studio import eventually

COUNT = 60
LARGE = {"padding": "x" * 40_000}  # a frame holds some twenty of these
LONG_AGO = Timestamp(1, 1)  # too old for the poller


@pytest.fixture
def messages(server: Serving) -> Iterator[Collection[dict[str, Any]]]:
    """Of the running studio."""
    socket = run_dir(server.folder.resolve()) / "m.sock"
    with MongoClient[dict[str, Any]](f"mongodb://{quote(str(socket), safe='')}/studio") as client:
        yield client.get_default_database()["messages"]


def test_what_changed_far_back_while_the_studio_was_away_is_shown(
    server: Serving, person: Person, messages: Collection[dict[str, Any]]
) -> None:
    tab = person.opens()
    tab.paints()
    (first,) = person.messages(tab)
    answered = {"status": "DONE", "stage": "refining", "intent": "reply", "options": LARGE, "changed_at": LONG_AGO}
    about = {"session_id": first["session_id"], "user_id": messages.find_one({"_id": first["id"]})["user_id"]}  # type: ignore[index]
    docs = [new(**about, content="a sea").stored() for _ in range(COUNT)]
    messages.insert_many([doc | answered | {"reply": f"before {n}."} for n, doc in enumerate(docs)])

    tab.page.reload()
    replies = tab.page.get_by_text(re.compile(r"^before \d+\.$"))
    expect(tab.page.get_by_text(f"before {COUNT - 1}.", exact=True)).to_be_visible()
    while (shown := replies.count()) < COUNT:
        tab.button("Load earlier").click()
        eventually(lambda shown=shown: replies.count() > shown)  # type: ignore[misc]

    person.excused = AWAY
    with away(server, "daphne"):
        for n, doc in enumerate(docs):
            messages.update_one({"_id": doc["_id"]}, {"$set": {"reply": f"after {n}."}, "$inc": {"version": 1}})
    tab.is_linked()
    for n in (COUNT - 1, COUNT // 2, 0):
        expect(tab.page.get_by_text(f"after {n}.", exact=True)).to_have_count(1)
    expect(replies).to_have_count(0)
    tab.shows(1)
