"""No frame and no page of a list grows with the conversation: what does not fit goes by `next`, and nothing is lost."""

from typing import Any

import pytest
from bson.timestamp import Timestamp

from chat import bodies
from chat.store import COMPARED_AT_MOST
from gallery import errors
from pipeline.events import dump
from pipeline.store.mongo import database
from pipeline.worker.stages import MAX_LENGTHS
from tests.support.messages import new
from tests.support.studio import Client, Form, Socket, Studio

pytestmark = pytest.mark.usefixtures("prepared")

LIMIT = 768 * 1024  # bytes
LONG_AGO = Timestamp(1, 1)  # too old for the poller
WIDE = "🌅"  # four bytes, and twelve where it is escaped
MAX_SIDE: Form = {
    "client_id": WIDE * 60,  # and four characters that tell them apart
    "content": WIDE * bodies.CONTENT_LIMIT,
    "refined_prompt": WIDE * MAX_LENGTHS["prompt"],
    "reply": WIDE * (2 * MAX_LENGTHS["reply"] + 1),  # the reading's, and a note about the picture
    "options": {"style": WIDE * 40, "width": 2048, "height": 2048, "seed": 2**53 - 1, "intent": "remove_background"},
    "error": errors.ProviderDown(WIDE * 200).public(),
    "image": {
        **{"id": "x" * 36, "state": "shown", "rev": 1, "epoch": 1, "width": 4096, "height": 4096},
        "placeholder": "x" * 4096,
    },
}


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def fill(guest: Client, session_id: str, count: int, **values: Any) -> list[str]:
    """So many finished messages, straight in the database; their ids, oldest first."""
    docs = []
    for n in range(count):
        docs.append(
            new(session_id=session_id, user_id=guest.user["id"], content="a sea").stored()
            | {"status": "DONE", "version": 2, "changed_at": LONG_AGO}
            | values
            | {"client_id": values.get("client_id", "") + f"{n:04}"}
        )
    database()["messages"].insert_many(docs)
    return [str(doc["_id"]) for doc in docs]


def small(frame: Form) -> Form:
    assert len(dump(frame).encode()) < LIMIT
    return frame


def ids(messages: list[Form]) -> list[str]:
    return [message["id"] for message in messages]


def before(guest: Client, session_id: str, cursor: str | None) -> list[str]:
    """What REST gives of the messages older than the cursor, oldest first; each page is small too."""
    found: list[str] = []
    while cursor:
        path = f"/api/v1/chat/sessions/{session_id}/messages/?limit=100&cursor={cursor}"
        answer = guest.http.get(path).raise_for_status()
        assert len(answer.content) < LIMIT
        found = [*reversed(ids(answer.json()["items"])), *found]
        cursor = answer.json()["next"]
    return found


def test_a_session_of_the_largest_messages_can_be_opened(guest: Client) -> None:
    session_id = guest.session(WIDE * 120)
    said = fill(guest, session_id, 60, **MAX_SIDE)
    with guest.connect(session_id) as socket:
        ready = small(socket.ready())
    shown = ids(ready["messages"])
    assert 8 < len(shown) < 50
    assert before(guest, session_id, ready["next"]) + shown == said


def test_the_first_page_of_a_list_is_as_small(guest: Client) -> None:
    session_id = guest.session()
    said = fill(guest, session_id, 60, **MAX_SIDE)
    answer = guest.http.get(f"/api/v1/chat/sessions/{session_id}/messages/", params={"limit": 100}).raise_for_status()
    assert len(answer.content) < LIMIT
    shown = [*reversed(ids(answer.json()["items"]))]
    assert before(guest, session_id, answer.json()["next"]) + shown == said


def synced(socket: Socket, known: dict[str, int]) -> Form:
    return dict(small(socket.ask("session.sync", known=known))["ok"])


def test_a_sync_of_many_large_messages_goes_by_next(guest: Client) -> None:
    session_id = guest.session(WIDE * 120)
    said = fill(guest, session_id, 60, **MAX_SIDE)
    with guest.connect(session_id) as socket:
        socket.ready()
        answer = synced(socket, dict.fromkeys(said, 1))
    given = ids(answer["messages"])
    assert given == said[-len(given) :]
    assert answer["next"] == given[0]
    assert before(guest, session_id, answer["next"]) + given == said


def test_who_does_not_follow_next_is_told_the_rest_by_the_next_sync(guest: Client) -> None:
    session_id = guest.session()
    said = fill(guest, session_id, 60, **MAX_SIDE)
    known = dict.fromkeys(said, 1)
    with guest.connect(session_id) as socket:
        socket.ready()
        for _ in said:
            answer = synced(socket, known)
            known |= {message["id"]: message["version"] for message in answer["messages"]}
            if answer["next"] is None:
                break
    assert known == dict.fromkeys(said, 2)


def test_a_sync_reaches_back_so_far_and_no_further(guest: Client) -> None:
    session_id = guest.session()
    said = fill(guest, session_id, COMPARED_AT_MOST + 20)
    with guest.connect(session_id) as socket:
        socket.ready()
        answer = synced(socket, {"0": 0})
        assert ids(answer["messages"]) == said[20:]
        assert before(guest, session_id, answer["next"]) == said[:20]
        to_the_end = dict.fromkeys(said[20:], 2)
        for stale in ([], [said[30]]):
            answer = synced(socket, to_the_end | dict.fromkeys(stale, 1))
            assert (ids(answer["messages"]), answer["next"]) == (stale, None)


def test_a_sync_that_knows_nothing_is_the_first_frame_again(guest: Client) -> None:
    session_id = guest.session()
    fill(guest, session_id, 60)
    with guest.connect(session_id) as socket:
        ready, answer = socket.ready(), synced(socket, {})
    assert {name: answer[name] for name in ("session", "messages", "next")} == {
        name: ready[name] for name in ("session", "messages", "next")
    }


def test_the_largest_message_and_session_are_far_from_the_limit(guest: Client) -> None:
    session_id = guest.session(WIDE * 120)
    (id,) = fill(guest, session_id, 1, **MAX_SIDE)
    form = guest.message(session_id, id)
    for name in ("content", "refined_prompt", "reply", "options", "error"):
        assert form[name] == MAX_SIDE[name], name
    assert len(dump({"type": "message.changed", "message": form}).encode()) < 80 * 1024
    session = guest.http.get(f"/api/v1/chat/sessions/{session_id}/").json()
    assert len(dump({"type": "session.changed", "session": session}).encode()) < 2048
