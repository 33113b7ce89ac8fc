"""A whole studio whose reader and whose maker of pictures are servers that speak OpenAI's API: a message goes there and back,
and what is paid for is counted there."""

import signal
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fakes import openai_api as fake
from tests.support.fakes.openai_api import KEY, MODEL, OpenAI
from tests.support.studio import (
    HANGS_S,
    SMALL,
    Client,
    LoggedStudio,
    conversations,
    eventually,
    own_stores,
    started,
)

# One picture at a time, which is the default: whoever comes next shows that a call which was given up is over.
QUICK = {"STUDIO_RENEW_S": "0.3", "STUDIO_RESCUE_S": "0.5"}
DATABASE = "openai"
REFUSED = {"code": "refused", "message": "The picture service refused this request.", "retryable": False}


@pytest.fixture(scope="module")
def studio(openai: OpenAI, prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedStudio]:
    log = tmp_path_factory.mktemp("openai") / "log"
    of_servers = {
        f"STUDIO_{name}_{what}": value
        for name in ("IMAGES", "CHAT")
        for what, value in {"URL": openai.server.url, "MODEL": MODEL, "KEY": KEY, "TIMEOUT_S": "600"}.items()
    }
    with started(LoggedStudio(log, **own_stores(DATABASE, 8), **of_servers, **QUICK), workers=1) as studio:
        yield studio


@pytest.fixture
def person(studio: LoggedStudio, server: OpenAI) -> Client:
    return studio.guest()


@pytest.fixture(scope="module")
def documents(prepared: None) -> Iterator[Any]:
    with conversations(DATABASE) as found:
        yield found["messages"]


def paid(server: OpenAI) -> tuple[int, int]:
    """Calls: for words, for pictures."""
    return len(server.of("chat")), len(server.of("generations", "edits"))


def test_a_message_goes_there_and_back(person: Client, session: str, server: OpenAI, documents: Any) -> None:
    done = person.ended(person.say(session, "a lake at dawn"))
    assert (done["status"], done["intent"], done["provider"]) == ("DONE", "generate", "images")
    assert done["refined_prompt"] == "a lake at dawn, refined"
    assert (done["image"]["width"], done["image"]["height"]) == (128, 128)
    assert paid(server) == (1, 1)
    usage = documents.find_one({"_id": done["id"]})["usage"]
    assert usage == {"prompt_tokens": 20, "output_tokens": 40, "pictures": 1}


def test_a_change_sends_the_picture_that_it_is_about(person: Client, session: str, server: OpenAI) -> None:
    person.ended(person.say(session, "a lake"))
    after = person.ended(person.say(session, "make it bluer", options={}))
    assert (after["status"], after["intent"], after["image"]["width"]) == ("DONE", "edit", 128)
    assert server.of("chat")[-1].document["it"] == "last"
    assert server.of("edits")[-1].image is not None


def test_four_variations_pay_for_one_refinement(person: Client, session: str, server: OpenAI) -> None:
    first = uuid.uuid4().hex
    original = person.say(session, "a lake", client_id=first)
    others = [person.say(session, "a lake", variation_of=first) for _ in range(3)]
    assert {person.ended(message)["status"] for message in (original, *others)} == {"DONE"}
    assert paid(server) == (1, 4)
    assert len({call.fields["seed"] for call in server.of("generations")}) == 4


def test_progress_is_said_to_be_a_guess(person: Client, session: str, server: OpenAI) -> None:
    over = threading.Event()
    server.then("generations", fake.held(over))
    with person.connect(session) as socket:
        socket.ready()
        sent = socket.say("a lake")

        def guesses() -> list[bool]:
            return [event.get("estimated", False) for event in socket.events if event.get("fraction", 0) > 0]

        socket.until(lambda: len(guesses()) > 1)
        over.set()
        assert socket.until_ended(sent)["status"] == "DONE"
    # Storing it is told as it is.
    assert guesses()[0] is True and guesses() == sorted(guesses(), reverse=True)


def test_a_refusal_is_final_and_asked_for_once(person: Client, session: str, server: OpenAI) -> None:
    server.then("generations", fake.error(400, "Rejected by the safety system.", code="moderation_blocked"))
    assert person.ended(person.say(session, "a lake"))["error"] == REFUSED
    assert paid(server) == (1, 1)


def test_a_spent_quota_is_waited_for(person: Client, session: str, server: OpenAI) -> None:
    server.then("generations", fake.raw(b"{}", 429, retry_after="0.6"))
    with person.connect(session) as socket:
        done = socket.until_ended(socket.say("a lake", options=SMALL))
        told = [frame["message"]["delay"] for frame in socket.events if frame["type"] == "message.changed"]
    assert (done["status"], done["delay"]) == ("DONE", None)
    said = {"code": "quota", "message": "The picture service has no quota left for now.", "seconds": 1}
    assert said in told
    assert paid(server) == (1, 2)


def test_a_worker_that_is_told_to_stop_waits_for_the_picture_that_is_paid_for(
    studio: LoggedStudio, person: Client, session: str, server: OpenAI, documents: Any
) -> None:
    go_on = threading.Event()
    server.then("generations", fake.held(go_on))
    message = person.say(session, "a lake")
    eventually(lambda: server.of("generations"))
    worker = studio.workers.pop()
    worker.send_signal(signal.SIGTERM)
    eventually(lambda: "action=worker_stopping" in studio.log.read_text())
    go_on.set()
    worker.wait(HANGS_S)
    assert documents.find_one({"_id": message["id"]})["stage"] == "uploading"
    studio.start_worker()
    assert person.ended(message)["status"] == "DONE"
    assert paid(server) == (1, 1)


def test_the_page_says_what_paints(person: Client) -> None:
    page = person.http.get("/").text
    assert "an image model and built-in tools" in page
    assert "This studio paints whatever you describe and changes photos as you say, with an image model for" in page


def test_a_prompt_is_read_for_whoever_waits(person: Client) -> None:
    read = person.http.post("/v1/prompt/refine/", json={"prompt": "a lake"}).json()
    assert (read["provider"], read["refined_prompt"]) == ("chat", "a lake, refined")


def test_the_keys_are_nowhere(
    studio: LoggedStudio, person: Client, session: str, server: OpenAI, documents: Any
) -> None:
    """After all that has happened above, and two failures whose answers quote the key; the log is at DEBUG."""
    server.then("generations", fake.error(401, "Wrong."))
    person.ended(person.say(session, "a lake"))
    server.then("chat", fake.error(401, "Wrong."))
    person.ended(person.say(session, "a lake"))
    log = studio.log.read_text()
    assert "action=server_failed server=images status=401" in log and "server=chat status=401" in log
    kept = [*documents.database["sessions"].find(), *documents.find()]
    for place in (log, repr(kept), person.http.get("/").text, repr(person.messages(session))):
        assert len(place) > 50
        assert KEY not in place
