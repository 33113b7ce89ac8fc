"""HTTP as people know it: methods, parameters, keys, limits and types, asked of a running studio."""

import http.client
import re
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client as Browser
from django.test import override_settings

from gallery import errors
from project.http import problems
from tests.support.settings import read_settings
from tests.support.studio import SMALL, Client, Studio

SESSIONS, GALLERY, GENERATE = "/api/v1/chat/sessions/", "/v1/gallery/", "/v1/image/generate/"
APP = "https://app.example.org"


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == problems.MEDIA_TYPE
    return answer.status_code, answer.json()["code"]


# Methods


def test_head_says_what_get_says_and_has_no_body(guest: Client) -> None:
    get, head = guest.http.get(SESSIONS), guest.http.head(SESSIONS)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert head.headers["ETag"] == get.headers["ETag"]


def test_head_where_nothing_can_be_read_is_refused(guest: Client) -> None:
    answer = guest.http.head(GENERATE)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_options_says_what_a_path_knows(guest: Client) -> None:
    answer = guest.http.options(GALLERY)
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (204, "GET, HEAD, OPTIONS, POST", b"")
    assert guest.http.options("/v1/nothing/").status_code == 404


def test_another_method_is_refused_with_a_code_of_its_own(guest: Client) -> None:
    answer = guest.http.put(GALLERY)
    assert code_of(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_an_answer_without_a_body_has_neither_length_nor_type(guest: Client) -> None:
    kept, image = guest.session(), guest.photo()["id"]
    for answer in (guest.http.delete(f"{SESSIONS}{kept}/"), guest.http.delete(f"{GALLERY}{image}/")):
        assert answer.status_code == 204
        assert not {"Content-Length", "Content-Type", "Transfer-Encoding"} & set(answer.headers)


def test_every_status_has_its_name(studio: Studio, guest: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", studio.port)
    connection.request("GET", f"{GALLERY}?limit=0", headers={"Authorization": f"Bearer {guest.token}"})
    answer = connection.getresponse()
    assert (answer.status, answer.reason) == (422, "Unprocessable Entity")
    connection.close()


# What is sent


def test_a_parameter_that_is_not_known_is_named(guest: Client) -> None:
    for path in (f"{GALLERY}?favourite=true", f"{SESSIONS}?favourite=true", f"{GALLERY}none/?favourite=true"):
        answer = guest.http.get(path)
        assert code_of(answer) == (422, "bad_input")
        said = "favourite: is not a known parameter."
        assert answer.json()["errors"] == [{"in": "query", "field": "favourite", "detail": said}]


def test_every_field_that_is_wrong_is_named(guest: Client) -> None:
    body = {"content": "", "options": {"width": 1, "colour": "blue"}}
    answer = guest.http.post(f"{SESSIONS}{guest.session()}/messages/", json=body)
    assert code_of(answer) == (422, "bad_input")
    wrong = {(each["in"], each["field"]) for each in answer.json()["errors"]}
    assert wrong == {("body", "content"), ("body", "options.width"), ("body", "options.colour")}
    assert answer.json()["detail"] == answer.json()["errors"][0]["detail"]


def test_no_more_than_twenty_wrong_fields_are_named(guest: Client) -> None:
    answer = guest.http.get(GALLERY, params={f"p{number}": "" for number in range(50)})
    assert len(answer.json()["errors"]) == problems.MAX_FIELDS


def test_a_form_is_no_json(guest: Client) -> None:
    answer = guest.http.post(SESSIONS, data={"title": "a"})
    assert code_of(answer) == (415, "unsupported_media_type")


def test_a_number_without_a_fraction_is_an_integer(guest: Client) -> None:
    body = {"content": "a sea", "options": {"width": 256.0, "height": 256, "seed": 7.0}}
    answer = guest.http.post(f"{SESSIONS}{guest.session()}/messages/", json=body)
    assert answer.status_code == 202
    assert answer.json()["options"] == {"width": 256, "height": 256, "seed": 7}
    body["options"] = {"width": 256.5}
    assert guest.http.post(f"{SESSIONS}{guest.session()}/messages/", json=body).status_code == 422


# Problems


def test_the_type_of_a_problem_leads_to_its_place_on_a_page(guest: Client) -> None:
    problem = guest.http.get(f"{GALLERY}none/").json()
    assert problem["type"] == "/problems/#not_found"
    path, _, place = problem["type"].partition("#")
    assert f'id="{place}"' in guest.http.get(path).text


def test_the_page_says_of_every_code_what_to_do(guest: Client) -> None:
    page = guest.http.get("/problems/").text
    assert set(re.findall(r'id="(\w+)"', page)) == {kind.code for kind in (*errors.ALL, errors.StudioError)}
    assert len({kind.advice for kind in errors.ALL}) >= len({kind.code for kind in errors.ALL}) - 1


def test_a_page_without_its_token_is_forbidden_not_unknown() -> None:
    answer = Browser(enforce_csrf_checks=True).post("/api/v1/auth/cookie/")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_one_second_is_not_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    from chat.rate_limits import too_fast

    assert too_fast(0.2).message == "That was too fast: try again in 1 second."
    assert too_fast(1.6).message == "That was too fast: try again in 2 seconds."


# The same request again


def test_an_idempotency_key_is_the_client_id(guest: Client) -> None:
    where, body = f"{SESSIONS}{guest.session()}/messages/", {"content": "a sea", "options": SMALL}
    first = guest.http.post(where, json=body, headers={"Idempotency-Key": "k1"}).json()
    quoted = guest.http.post(where, json=body, headers={"Idempotency-Key": '"k1"'}).json()
    inside = guest.http.post(where, json={**body, "client_id": "k1"}).json()
    assert first["client_id"] == "k1"
    assert first["id"] == quoted["id"] == inside["id"]
    other = guest.http.post(where, json={**body, "content": "a lake"}, headers={"Idempotency-Key": "k1"})
    assert code_of(other) == (409, "conflict")
    both = guest.http.post(where, json={**body, "client_id": "k2"}, headers={"Idempotency-Key": "k1"})
    assert code_of(both) == (409, "conflict")


def test_a_picture_that_is_asked_for_again_under_its_key_is_made_once(guest: Client) -> None:
    body = {"prompt": "a sea", **SMALL}
    first = guest.http.post(GENERATE, json=body, headers={"Idempotency-Key": "k1"})
    again = guest.http.post(GENERATE, json=body, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == f"{GALLERY}{first.json()['id']}/"
    details = guest.http.get(first.headers["Location"]).json()
    assert details | first.json() == details
    assert len(guest.http.get(GALLERY).json()["items"]) == 1


def test_who_repeats_a_request_is_answered_whatever_the_limit_says(limited: Studio) -> None:
    guest = limited.guest()
    where, body = f"{SESSIONS}{guest.session()}/messages/", {"content": "a sea"}
    sent = [guest.http.post(where, json=body, headers={"Idempotency-Key": str(n % 2)}) for n in range(8)]
    assert [answer.status_code for answer in sent] == [202] * 8
    assert len({answer.json()["id"] for answer in sent}) == 2
    refused = guest.http.post(where, json=body, headers={"Idempotency-Key": "3"})
    assert code_of(refused) == (429, "rate_limited")
    with guest.connect(where.split("/")[-3]) as socket:
        socket.ready()
        assert "ok" in socket.ask("message.send", client_id="0", content="a sea")
        assert socket.ask("message.send", client_id="4", content="a sea")["error"]["code"] == "rate_limited"


def test_a_repeated_picture_is_answered_whatever_the_limit_says(limited: Studio) -> None:
    guest = limited.guest()
    asked = {"headers": {"Idempotency-Key": "a", "Prefer": "respond-async"}, "json": {"prompt": "a sea"}}
    sent: list[Any] = [guest.http.post(GENERATE, **asked) for _ in range(5)]  # type: ignore[arg-type]
    assert [answer.status_code for answer in sent] == [202] * 5
    assert len({answer.json()["id"] for answer in sent}) == 1


# Limits


def test_an_answer_says_how_much_of_a_limit_is_left(limited: Studio) -> None:
    guest = limited.guest()
    where, left = f"{SESSIONS}{guest.session()}/messages/", []
    for number in range(3):
        answer = guest.http.post(where, json={"content": f"a sea, {number}"})
        assert answer.headers["RateLimit-Policy"] == '"send";q=2;w=60'
        left.append(re.fullmatch(r'"send";r=(\d+);t=(\d+)', answer.headers["RateLimit"]))
    assert [found and int(found[1]) for found in left] == [1, 0, 0]
    assert all(found and 0 <= int(found[2]) <= 60 for found in left)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_reading_counts_too_and_a_list_counts_twice(limited: Studio) -> None:
    answer = limited.guest().http.get(SESSIONS)
    assert re.fullmatch(r'"read";q=\d+;w=60, "list";q=300;w=60', answer.headers["RateLimit-Policy"])
    assert re.fullmatch(r'"read";r=\d+;t=\d+, "list";r=299;t=\d+', answer.headers["RateLimit"])


# Pages of other origins


@override_settings(CORS_ALLOWED_ORIGINS=[APP])
def test_a_page_of_a_known_origin_may_ask_without_a_cookie() -> None:
    asked = {"origin": APP, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    before = Browser().options(SESSIONS, headers=asked)
    assert before.headers["Access-Control-Allow-Origin"] == APP
    allowed = before.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"authorization", "idempotency-key", "if-none-match"} <= set(allowed)
    answer = Browser().get(SESSIONS, headers={"origin": APP})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "origin" in answer.headers["Vary"].lower()


@override_settings(CORS_ALLOWED_ORIGINS=[APP])
@pytest.mark.parametrize(
    ("path", "origin"), [(SESSIONS, "https://evil.example.org"), ("/healthz", APP), ("/gallery/", APP)]
)
def test_no_other_origin_and_no_other_path_is_let_in(path: str, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in Browser().get(path, headers={"origin": origin}).headers


@pytest.mark.parametrize(
    "origin", ["app.example.org", "https://app.example.org/", "https://app.example.org/page", "*", "null"]
)
def test_what_is_no_origin_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("STUDIO_API_ORIGINS", f"{APP},{origin}")
    with pytest.raises(ImproperlyConfigured, match="STUDIO_API_ORIGINS must name origins"):
        read_settings(monkeypatch)


# Which picture was meant


def test_an_edit_says_which_picture_it_meant(guest: Client) -> None:
    session = guest.session()
    first = guest.ended(guest.say(session, "a sea"))
    assert first["edited_image_id"] is None
    second = guest.ended(guest.say(session, "make it bluer", options={}))
    assert (second["intent"], second["source_image_id"]) == ("edit", None)
    assert second["edited_image_id"] == first["image"]["id"]
