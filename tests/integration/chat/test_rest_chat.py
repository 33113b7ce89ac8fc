"""REST for the conversation as other people's clients see it: a real server, real stores, a worker."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from redis import Redis
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.conftest import Documents
from tests.support.studio import HANGS_S, NO_KEEPALIVE, SMALL, Client, Studio, running

SESSIONS = "/api/v1/chat/sessions/"


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


# Guests


def test_a_guest_gets_a_name_and_a_token_and_no_cookie(studio: Studio) -> None:
    answer = httpx.post(f"{studio.url}/api/v1/auth/guest/", verify=False, timeout=HANGS_S)
    form = answer.json()
    assert (answer.status_code, set(form), set(form["user"])) == (201, {"user", "token"}, {"id", "name"})
    assert form["user"]["name"].startswith("guest-")
    assert "Set-Cookie" not in answer.headers


def test_the_page_makes_a_guest_whose_cookie_opens_rest_and_the_socket(studio: Studio) -> None:
    with httpx.Client(base_url=studio.url, limits=NO_KEEPALIVE, verify=False, timeout=HANGS_S) as browser:
        page = browser.get("/").text
        token = re.search(r'name="csrf-token" content="(\w+)"', page)
        assert token
        assert refused(browser.post(SESSIONS, json={}, headers={"X-CSRFToken": token[1]})) == (401, "unauthorized")
        assert refused(browser.post("/api/v1/auth/cookie/")) == (403, "forbidden")
        browser.post("/api/v1/auth/cookie/", headers={"X-CSRFToken": token[1]}).raise_for_status()
        assert refused(browser.post(SESSIONS, json={})) == (403, "forbidden")
        session = browser.post(SESSIONS, json={}, headers={"X-CSRFToken": token[1]}).json()
        url = f"ws://127.0.0.1:{studio.port}/ws/sessions/{session['id']}/"
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with connect(url, additional_headers={"Origin": studio.url, "Cookie": cookie}) as socket:
            assert '"session.ready"' in socket.recv(HANGS_S)


def test_a_socket_that_leads_nowhere_closes_with_4404(studio: Studio) -> None:
    with (
        connect(f"ws://127.0.0.1:{studio.port}/ws/elsewhere/") as socket,
        pytest.raises(ConnectionClosed, match="4404"),
    ):
        socket.recv(HANGS_S)


# Sessions


def test_a_session_is_made_listed_renamed_and_deleted(guest: Client) -> None:
    made = guest.http.post(SESSIONS, json={"title": "Hills"})
    session = made.json()
    where = f"{SESSIONS}{session['id']}/"
    assert (made.status_code, made.headers["Location"], session["title"]) == (201, where, "Hills")
    assert guest.http.get(where).json() == session
    assert guest.http.get(SESSIONS).json() == {"items": [session], "next": None}
    renamed = guest.http.patch(where, json={"title": "Sea"}).json()
    assert (renamed["title"], renamed["version"]) == ("Sea", session["version"] + 1)
    deleted = guest.http.delete(where)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert refused(guest.http.get(where)) == (404, "not_found")
    assert guest.http.get(SESSIONS).json()["items"] == []


def test_a_session_needs_no_body(guest: Client) -> None:
    assert guest.http.post(SESSIONS).json()["title"] == ""


def test_lists_are_newest_first_in_pages(guest: Client) -> None:
    made = [guest.session() for _ in range(5)]
    first = guest.http.get(SESSIONS, params={"limit": 3}).json()
    rest = guest.http.get(SESSIONS, params={"limit": 3, "cursor": first["next"]}).json()
    assert [session["id"] for session in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize("cursor", ["x", "\x00", "../..", "x" * 201, "$gt", ""])
def test_a_cursor_that_is_none_of_ours(guest: Client, cursor: str) -> None:
    assert refused(guest.http.get(SESSIONS, params={"cursor": cursor})) == (422, "bad_input")


def test_deleting_knows_two_ways_with_the_pictures(guest: Client) -> None:
    session = f"{SESSIONS}{guest.session()}/"
    assert refused(guest.http.delete(session, params={"pictures": "burn"})) == (422, "bad_input")
    assert guest.http.delete(session, params={"pictures": "trash"}).status_code == 204


def test_its_pictures_are_in_the_trash_at_once_and_may_be_taken_out_again(guest: Client, database: Documents) -> None:
    message = guest.ended(guest.say(guest.session(), "a sea at sunset"))
    guest.http.delete(f"{SESSIONS}{message['session_id']}/", params={"pictures": "trash"}).raise_for_status()
    deleted = guest.http.get("/v1/gallery/deleted/").json()["items"]
    assert [image["id"] for image in deleted] == [message["image"]["id"]]
    # Maintenance, which removes the session later, has nothing more to do with them.
    found = database["sessions"].find_one({"_id": message["session_id"]})
    assert found
    assert found["tombstone"] == "keep"


# Messages


def test_several_pictures_go_with_one_message(guest: Client, studio: Any) -> None:
    messages, (dog, hat) = f"{SESSIONS}{guest.session()}/messages/", (guest.photo()["id"], guest.photo(width=170)["id"])
    body = {"content": "hello", "client_id": "both", "source_image_ids": [dog, hat]}
    sent = guest.http.post(messages, json=body).json()
    assert (sent["source_image_id"], sent["source_image_ids"]) == (dog, [dog, hat])
    again = guest.http.post(messages, json={**body, "source_image_id": dog})
    assert (again.status_code, again.json()["id"]) == (202, sent["id"])
    for other in ({"source_image_ids": [hat, dog]}, {"source_image_ids": [dog]}, {"source_image_ids": None}):
        assert refused(guest.http.post(messages, json={**body, **other})) == (409, "conflict")
    alone = {"content": "hello", "client_id": "one", "source_image_id": dog}
    one = guest.http.post(messages, json=alone).json()
    the_same = guest.http.post(messages, json={**alone, "source_image_id": None, "source_image_ids": [dog]})
    assert (the_same.status_code, the_same.json()["id"]) == (202, one["id"])


def test_each_of_several_pictures_has_to_be_ones_own(guest: Client, studio: Any) -> None:
    mine, theirs = guest.photo()["id"], studio.guest().photo()["id"]
    named = {"source_image_ids": [mine, theirs]}
    messages = f"{SESSIONS}{guest.session()}/messages/"
    assert refused(guest.http.post(messages, json={"content": "both", **named})) == (404, "not_found")
    assert refused(guest.http.post("/v1/image/generate/", json={"prompt": "both", **named})) == (404, "not_found")


def test_a_message_is_accepted_and_polled_until_its_picture_is_there(guest: Client) -> None:
    messages = f"{SESSIONS}{guest.session()}/messages/"
    sent = guest.http.post(messages, json={"content": "Create a sunset landscape", "options": SMALL})
    message = sent.json()
    assert (sent.status_code, message["status"]) == (202, "PROCESSING")
    assert sent.headers["Location"] == f"{messages}{message['id']}/"
    done = guest.ended(message)
    assert (done["status"], done["error"]) == ("DONE", None)
    assert guest.http.get(done["image_url"]).headers["Content-Type"] == "image/jpeg"
    assert guest.http.get(messages).json() == {"items": [done], "next": None}


def test_a_message_sent_twice_is_one_and_another_one_under_its_name_a_conflict(guest: Client) -> None:
    messages = f"{SESSIONS}{guest.session()}/messages/"
    body = {"content": "Create a sunset landscape", "client_id": "mine", "options": SMALL}
    first, second = guest.http.post(messages, json=body), guest.http.post(messages, json=body)
    assert first.json()["id"] == second.json()["id"]
    assert refused(guest.http.post(messages, json={**body, "content": "A hill"})) == (409, "conflict")
    assert len(guest.http.get(messages).json()["items"]) == 1


def test_what_is_done_is_neither_retried_nor_cancelled(guest: Client) -> None:
    done = guest.ended(guest.say(guest.session(), "Create a sunset landscape"))
    message = f"{SESSIONS}{done['session_id']}/messages/{done['id']}/"
    assert refused(guest.http.post(f"{message}retry/")) == (409, "conflict")
    guest.http.post(f"{message}cancel/")
    assert guest.http.get(message).json() == done


BAD_BODIES: list[bytes] = [
    b'{"content": ""}',
    b'{"content": "' + b"x" * 2001 + b'"}',
    b'{"content": "a\\u0000b"}',
    b'{"content": "\\ud800"}',
    b'{"content": "x", "$where": "1"}',
    b'{"content": "x", "status": "DONE"}',
    b'{"content": "x", "options": {"seed": 9007199254740992}}',
    b'{"content": "x", "options": {"width": 127}}',
    b'{"content": "x", "options": {"width": NaN}}',
    b'{"content": "x", "options": {"$set": 1}}',
    b'{"content": {"$gt": ""}}',
    b'{"content": "x", "client_id": 7}',
    b'{"content": "x", "source_image_id": "none"}',
    b'{"content": "x", "variation_of": "none"}',
    b"[" * 50_000,
    b"not json",
    b"\xff",
    b"",
]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_bad_input_gets_a_problem_and_nothing_is_stored(guest: Client, body: bytes) -> None:
    messages = f"{SESSIONS}{guest.session()}/messages/"
    status, code = refused(guest.http.post(messages, content=body, headers={"Content-Type": "application/json"}))
    assert (status in (400, 404, 422), code in ("bad_input", "not_found")) == (True, True)
    assert guest.http.get(messages).json()["items"] == []


def test_text_that_looks_like_a_query_is_only_text(guest: Client) -> None:
    content = '$where: {"a.b": "$token"} \u202e 🌄'
    assert guest.say(guest.session(), content)["content"] == content


def test_a_body_that_is_too_large_with_and_without_a_length(guest: Client) -> None:
    messages = f"{SESSIONS}{guest.session()}/messages/"
    large = b'{"content": "' + b"x" * (1024 * 1024) + b'"}'
    assert refused(guest.http.post(messages, content=large)) == (413, "too_large")
    assert refused(guest.http.post(messages, content=iter([large]))) == (413, "too_large")


def test_a_body_in_chunks_is_read(guest: Client) -> None:
    messages = f"{SESSIONS}{guest.session()}/messages/"
    assert guest.http.post(messages, content=iter([b'{"content": ', b'"A hill"}'])).status_code == 202


def test_paths_work_without_their_final_slash(guest: Client) -> None:
    session = guest.http.post(SESSIONS.rstrip("/"), json={}).json()
    assert guest.http.delete(f"{SESSIONS}{session['id']}").status_code == 204


# Whose


def routes(session: str, message: str) -> Iterator[tuple[str, str, Any]]:
    """Every route of the chat with an id in it."""
    yield "GET", f"{SESSIONS}{session}/", None
    yield "PATCH", f"{SESSIONS}{session}/", {"title": "Mine now"}
    yield "DELETE", f"{SESSIONS}{session}/", None
    yield "GET", f"{SESSIONS}{session}/messages/", None
    yield "POST", f"{SESSIONS}{session}/messages/", {"content": "A hill"}
    yield "GET", f"{SESSIONS}{session}/messages/{message}/", None
    yield "POST", f"{SESSIONS}{session}/messages/{message}/cancel/", None
    yield "POST", f"{SESSIONS}{session}/messages/{message}/retry/", None


def test_somebody_elses_session_is_not_found_on_any_route(studio: Studio, guest: Client) -> None:
    owner = studio.guest()
    session = owner.session("Private")
    done = owner.ended(owner.say(session, "Create a sunset landscape"))
    for method, path, body in routes(session, done["id"]):
        assert refused(guest.http.request(method, path, json=body)) == (404, "not_found"), (method, path)
    assert owner.messages(session) == [done]
    assert owner.http.get(f"{SESSIONS}{session}/").json()["title"] == "Private"


def test_a_message_is_not_found_through_another_session(guest: Client) -> None:
    session, message = guest.session(), guest.say(guest.session(), "A hill")
    for method, path, _ in routes(session, message["id"]):
        if message["id"] in path:
            assert refused(guest.http.request(method, path)) == (404, "not_found"), (method, path)


@pytest.mark.parametrize("id", ["x", "%00", "%ff", "$ne", "..%2f..", "x" * 3000, "%F0%9F%8C%84"])
def test_an_id_that_is_none(guest: Client, id: str) -> None:
    for method, path, body in routes(id, id):
        assert refused(guest.http.request(method, path, json=body)) == (404, "not_found"), (method, path)


def test_nobody_gets_nowhere(studio: Studio) -> None:
    others = [("GET", SESSIONS, None), ("POST", SESSIONS, {}), ("POST", "/v1/prompt/refine/", {"prompt": "A hill"})]
    others += [("POST", "/v1/image/generate/", {"prompt": "A hill"}), ("GET", "/v1/gallery/", None)]
    for method, path, body in (*others, *routes("x", "x")):
        answer = httpx.request(method, studio.url + path, json=body, verify=False, timeout=HANGS_S)
        assert refused(answer) == (401, "unauthorized"), (method, path)


# Without a session of one's own


def test_a_prompt_is_refined_and_nothing_kept(guest: Client) -> None:
    answer = guest.http.post("/v1/prompt/refine/", json={"prompt": "Create a sunset landscape"})
    form = answer.json()
    assert answer.status_code == 200
    assert set(form) == {"intent", "refined_prompt", "title", "reply", "options", "provider"}
    assert (form["intent"], bool(form["refined_prompt"])) == ("generate", True)
    assert guest.http.get("/v1/gallery/").json()["items"] == []


def test_an_image_is_generated_in_one_request(guest: Client) -> None:
    answer = guest.http.post("/v1/image/generate/", json={"prompt": "Create a sunset landscape", **SMALL})
    image = answer.json()
    assert answer.status_code == 201, image
    assert (image["width"], image["height"], image["state"]) == (128, 128, "shown")
    details = guest.http.get(f"/v1/gallery/{image['id']}/").json()
    assert details | image == details
    assert details["request"] == "Create a sunset landscape"
    assert guest.http.get(image["url"]).is_success
    assert guest.http.get(SESSIONS).json()["items"] == []


def test_an_image_that_takes_longer_is_polled_for(stores: None, studio: Studio) -> None:
    with running(STUDIO_IMAGE_WAIT_S="0") as impatient:
        guest = impatient.guest()
        answer = guest.http.post("/v1/image/generate/", json={"prompt": "Create a sunset landscape", **SMALL})
        message = answer.json()
        assert (answer.status_code, message["status"]) == (202, "PROCESSING")
        assert guest.http.get(answer.headers["Location"]).json()["id"] == message["id"]
        assert guest.ended(message)["status"] == "DONE"


def test_words_that_ask_for_no_picture_are_no_image(guest: Client) -> None:
    answer = guest.http.post("/v1/image/generate/", json={"prompt": "hello"})
    assert refused(answer) == (422, "no_image")


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "x", "width": 5000}, {"prompt": "x", "content": "y"}])
def test_a_bad_request_for_an_image(guest: Client, body: dict[str, Any]) -> None:
    assert refused(guest.http.post("/v1/image/generate/", json=body)) == (422, "bad_input")


# Limits


def test_guests_and_imports_are_limited(valkey: Redis, prepared: None) -> None:
    with running(0, STUDIO_LIMITS="on", STUDIO_GUESTS_PER_MINUTE="30") as studio:
        guest = studio.guest()
        imports = [guest.http.post("/v1/gallery/", files={"file": b"no picture"}) for _ in range(31)]
        guests = [guest.http.post("/api/v1/auth/guest/") for _ in range(30)]
    for answers, before in ((imports, 422), (guests, 201)):
        assert {answer.status_code for answer in answers[:-1]} == {before}
        assert refused(answers[-1]) == (429, "rate_limited")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
