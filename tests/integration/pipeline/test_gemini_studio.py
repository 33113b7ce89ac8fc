"""A whole studio whose Gemini is the fake: a message goes there and back, and what is paid for is counted there."""

import signal
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings

from tests.support.fakes import gemini as fake
from tests.support.fakes.gemini import KEY, Gemini
from tests.support.studio import (
    HANGS_S,
    Client,
    Form,
    LoggedStudio,
    conversations,
    end_leases,
    eventually,
    own_stores,
    started,
)

# One call at a time: whoever comes next shows that a call which was given up is over.
QUICK = {"STUDIO_RENEW_S": "0.3", "STUDIO_RESCUE_S": "0.5", "GEMINI_CALLS": "1"}
DATABASE = "gemini"


@pytest.fixture(scope="module")
def studio(gemini: Gemini, prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedStudio]:
    log = tmp_path_factory.mktemp("gemini") / "log"
    with started(LoggedStudio(log, **own_stores(DATABASE, 7), **gemini.environment, **QUICK), workers=1) as studio:
        yield studio


@pytest.fixture
def person(studio: LoggedStudio, gemini: Gemini) -> Client:
    gemini.forget()
    return studio.guest()


@pytest.fixture(scope="module")
def documents(prepared: None) -> Iterator[Any]:
    with conversations(DATABASE) as found:
        yield found["messages"]


def paid(gemini: Gemini) -> tuple[int, int]:
    """Calls: for words, for pictures."""
    return len(gemini.of("refine")), len(gemini.of("make"))


def test_a_message_goes_there_and_back(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    done = person.ended(person.say(session, "a lake at dawn"))
    assert (done["status"], done["intent"], done["provider"]) == ("DONE", "generate", "gemini")
    assert done["refined_prompt"] == "a lake at dawn, refined"
    assert (done["image"]["width"], done["image"]["height"]) == (128, 128)
    assert person.http.get(done["image_url"]).content.startswith(b"\xff\xd8")
    assert paid(gemini) == (1, 1)
    kept = documents.find_one({"_id": done["id"]})
    assert kept["usage"] == {"prompt_tokens": 20, "output_tokens": 50, "pictures": 1, "pictures_1k": 1}
    assert "usage" not in done
    answer = person.http.get(f"/api/v1/chat/sessions/{session}/").json()
    assert answer["title"] == "About a lake at dawn"


def test_four_variations_pay_for_one_refinement(person: Client, session: str, gemini: Gemini) -> None:
    first = uuid.uuid4().hex
    original = person.say(session, "a lake", client_id=first)
    others = [person.say(session, "a lake", variation_of=first) for _ in range(3)]
    assert {person.ended(message)["status"] for message in (original, *others)} == {"DONE"}
    assert paid(gemini) == (1, 4)
    assert len({call.seed for call in gemini.of("make")}) == 4


def test_a_change_sends_the_picture_that_it_is_about(person: Client, session: str, gemini: Gemini) -> None:
    before = person.ended(person.say(session, "a lake"))
    after = person.ended(person.say(session, "make it bluer", options={}))
    assert (after["status"], after["intent"]) == ("DONE", "edit")
    reading, picture = gemini.of("refine")[-1].document, gemini.of("make")[-1]
    assert reading is not None
    assert (reading.it, [turn["person"] for turn in reading.earlier]) == ("last", ["a lake"])
    assert picture.pictures == (person.http.get(before["image_url"]).content,)


def test_a_change_by_hand_asks_and_pays_nobody(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    before = person.ended(person.say(session, "a lake"))
    gemini.forget()
    options = {"intent": "edit", "adjust": {"rotate": 90, "exposure": 20}}
    after = person.ended(person.say(session, "brighter, rotate 90", options=options))
    assert (after["status"], after["provider"]) == ("DONE", "offline")
    assert (after["image"]["width"], after["image"]["height"]) == (before["image"]["height"], before["image"]["width"])
    assert paid(gemini) == (0, 0)
    assert "usage" not in documents.find_one({"_id": after["id"]})


def test_a_question_is_answered_in_words(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    done = person.ended(person.say(session, "what are you?"))
    assert (done["status"], done["intent"], done["reply"]) == ("DONE", "reply", "Ask me for a picture.")
    assert paid(gemini) == (1, 0)
    assert documents.find_one({"_id": done["id"]})["usage"] == {"prompt_tokens": 10, "output_tokens": 25}


def test_a_question_about_a_picture_is_answered_with_a_look_at_it(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    lake = person.ended(person.say(session, "a lake"))
    done = person.ended(person.say(session, "what do you see?", options={}))
    assert (done["status"], done["intent"], done["reply"], done["image"]) == ("DONE", "reply", "I see 1.", None)
    assert done["edited_image_id"] is None
    (call,) = gemini.of("answer")
    assert call.pictures == (person.http.get(lake["image_url"]).content,)
    assert documents.find_one({"_id": done["id"]})["usage"] == {"prompt_tokens": 20, "output_tokens": 50}
    bluer = person.ended(person.say(session, "make it bluer", options={}))
    assert bluer["edited_image_id"] == lake["image"]["id"]


def test_a_question_about_a_picture_that_is_still_being_made_waits_for_it(
    person: Client, session: str, gemini: Gemini
) -> None:
    go_on = threading.Event()
    gemini.then("make", fake.held(go_on))
    lake = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    asked = person.say(session, "what do you see?", options={})
    go_on.set()
    assert person.ended(asked)["reply"] == "I see 1."
    assert person.ended(lake)["status"] == "DONE"
    assert [call.kind for call in gemini.calls].count("refine") == 2


def test_several_pictures_make_one_that_keeps_them_all(person: Client, session: str, gemini: Gemini) -> None:
    dog, hat, beach = (person.photo(width=160 + 10 * n)["id"] for n in range(3))
    done = person.ended(person.say(session, "make it wear picture 2", source_image_ids=[dog, hat, beach], options={}))
    assert (done["status"], done["intent"], done["edited_image_id"]) == ("DONE", "edit", dog)
    document, picture = gemini.of("refine")[-1].document, gemini.of("make")[-1]
    assert document and document.pictures == 3
    assert picture.labels == ("Picture 1:", "Picture 2:", "Picture 3:")
    lineage = person.http.get(f"/v1/gallery/{done['image']['id']}/lineage/").json()
    assert [parent["id"] for parent in lineage["parents"]] == [dog, hat, beach]
    new = person.ended(person.say(session, "a poster of both", source_image_ids=[hat, beach]))
    assert (new["intent"], new["edited_image_id"], len(gemini.of("make")[-1].pictures)) == ("generate", None, 2)
    parents = person.http.get(f"/v1/gallery/{new['image']['id']}/lineage/").json()["parents"]
    assert [parent["id"] for parent in parents] == [hat, beach]


def test_variations_of_several_pictures_are_made_from_all_of_them(person: Client, session: str, gemini: Gemini) -> None:
    ids = [person.photo(width=160 + 10 * n)["id"] for n in range(2)]
    first = person.ended(person.say(session, "a poster of both", source_image_ids=ids))
    other = person.ended(person.say(session, "a poster of both", variation_of=first["id"]))
    assert other["source_image_ids"] == ids
    assert [len(call.pictures) for call in gemini.of("make")] == [2, 2]


def test_a_resolution_is_asked_for_and_said_as_it_was_made(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    options = {"resolution": "4K", "width": 1000, "height": 800}
    done = person.ended(person.say(session, "a lake", options=options))
    shape = gemini.of("make")[0].shape
    assert shape and (shape.ratio, shape.size) == ("5:4", "4K")
    assert (done["image"]["width"], done["options"]["width"], done["options"]["resolution"]) == (384, 384, "4K")
    assert "less than 4K" in done["reply"]
    assert documents.find_one({"_id": done["id"]})["usage"]["pictures_4k"] == 1
    refused = person.ended(person.say(session, "cut it out", options={"resolution": "4K", "intent": "enhance"}))
    assert (refused["intent"], "4K" in refused["reply"]) == ("reply", True)


def test_a_draft_is_shown_as_a_placeholder_and_nowhere_kept(
    person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    go_on = threading.Event()
    gemini.then("make", fake.draft_first(go_on, fake.well))

    def drafts() -> list[Form]:
        return [event for event in socket.events if event.get("placeholder")]

    with person.connect(session) as socket:
        message = socket.say("a lake")
        socket.until(lambda: bool(drafts()))
        (draft,) = drafts()
        assert (draft["type"], draft["message_id"], draft["stage"]) == ("message.progress", message["id"], "generating")
        assert draft["placeholder"].startswith("data:image/webp;base64,")
        assert len(draft["placeholder"]) < 10_000
        go_on.set()
        done = socket.until_ended(message)
    assert done["status"] == "DONE"
    kept = documents.database.client[DATABASE]
    assert draft["placeholder"] not in repr([*documents.find(), *kept["sessions"].find()])
    assert person.http.get("/v1/gallery/").json()["items"][0]["id"] == done["image"]["id"]
    assert len(person.http.get("/v1/gallery/").json()["items"]) == 1


def test_a_refusal_is_final_and_paid_for_once(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    gemini.then("make", fake.blocked_prompt)
    failed = person.ended(person.say(session, "a lake"))
    sentence = "The picture service refused this request."
    assert failed["error"] == {"code": "refused", "message": sentence, "retryable": False}
    assert paid(gemini) == (1, 1)
    assert documents.find_one({"_id": failed["id"]})["usage"] == {"prompt_tokens": 20, "output_tokens": 25}


def test_a_used_up_quota_is_waited_for(person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    gemini.then("make", fake.quota("500s"))
    message = person.say(session, "a lake")
    eventually(lambda: documents.find_one({"_id": message["id"], "delay_ms": 500_000}))
    assert paid(gemini) == (1, 1)
    documents.update_one({"_id": message["id"]}, {"$set": {"delay_ms": 0}})
    assert person.ended(message)["status"] == "DONE"
    assert paid(gemini) == (1, 2)


def test_a_message_that_is_cancelled_while_gemini_works_leaves_its_turn_to_the_next(
    person: Client, session: str, gemini: Gemini
) -> None:
    over = threading.Event()
    gemini.then("make", fake.held(over))
    message = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    person.http.post(f"/api/v1/chat/sessions/{session}/messages/{message['id']}/cancel/").raise_for_status()
    assert person.ended(person.say(session, "a forest"))["status"] == "DONE"  # and the first call is not over yet
    over.set()
    ended = person.message(session, message["id"])
    assert (ended["status"], ended["image"]) == ("CANCELLED", None)


def test_a_worker_that_dies_after_the_picture_was_made_pays_for_no_second_one(
    studio: LoggedStudio, person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    """Before it is in the gallery, whose table is held meanwhile."""
    message = person.say(session, "a lake")
    with closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3", isolation_level=None)) as rows:
        rows.execute("BEGIN IMMEDIATE")
        eventually(lambda: documents.find_one({"_id": message["id"]})["stage"] == "uploading")
        worker = studio.workers.pop()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    end_leases(documents)
    assert documents.find_one({"_id": message["id"]})["status"] == "PROCESSING"
    studio.start_worker()
    assert person.ended(message)["status"] == "DONE"
    assert paid(gemini) == (1, 1)


def test_a_worker_that_is_told_to_stop_waits_for_the_picture_that_is_paid_for(
    studio: LoggedStudio, person: Client, session: str, gemini: Gemini, documents: Any
) -> None:
    go_on = threading.Event()
    gemini.then("make", fake.held(go_on))
    message = person.say(session, "a lake")
    eventually(lambda: gemini.of("make"))
    worker = studio.workers.pop()
    worker.send_signal(signal.SIGTERM)
    eventually(lambda: "action=worker_stopping" in studio.log.read_text())
    go_on.set()
    worker.wait(HANGS_S)
    assert documents.find_one({"_id": message["id"]})["stage"] == "uploading"
    studio.start_worker()
    assert person.ended(message)["status"] == "DONE"
    assert paid(gemini) == (1, 1)
    assert documents.find_one({"_id": message["id"]})["usage"]["pictures"] == 1


def test_a_wrong_key_is_said_once_and_never_shown(person: Client, session: str, gemini: Gemini) -> None:
    gemini.then("refine", fake.bad_key, fake.bad_key)
    failed = person.ended(person.say(session, "a lake"))
    sentence = "The picture service does not accept this studio's key."
    assert failed["error"] == {"code": "provider_down", "message": sentence, "retryable": False}
    problem: Form = person.http.post("/v1/prompt/refine/", json={"prompt": "a lake"}).json()
    assert (problem["code"], problem["detail"], problem["retryable"]) == ("provider_down", sentence, False)
    assert paid(gemini) == (2, 0)


def test_the_page_says_who_paints(person: Client) -> None:
    assert "Gemini and built-in tools" in person.http.get("/").text


def test_the_key_is_nowhere(studio: LoggedStudio, person: Client, session: str, gemini: Gemini, documents: Any) -> None:
    """After all that has happened above, and one failure whose answer quotes the key; the log is at DEBUG."""
    gemini.then("make", fake.status(403, "PERMISSION_DENIED"))
    person.ended(person.say(session, "a lake"))
    assert "action=gemini_failed model=gemini-picture-of-the-tests" in studio.log.read_text()
    kept = [*documents.database["sessions"].find(), *documents.find()]
    for place in (studio.log.read_text(), repr(kept), person.http.get("/").text, repr(person.messages(session))):
        assert len(place) > 50
        assert KEY not in place
