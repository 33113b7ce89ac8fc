"""The written corpus: every frame and request that is no good gets its clear error, and leaves nothing behind."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.security.frames import FRAMES
from tests.security.requests import CASES, Case
from tests.security.target import Kept, Target
from tests.support.studio import HANGS_S, Client, Socket


@pytest.fixture(scope="module")
def person(target: Target) -> Client:
    return target.guest()


@pytest.fixture(scope="module")
def own(person: Client) -> dict[str, str]:
    """What is the person's own, and stays."""
    session = person.session("Mine")
    message = person.say(session, "a sea")
    person.http.post(f"/api/v1/chat/sessions/{session}/messages/{message['id']}/cancel/").raise_for_status()
    return {"session": session, "message": message["id"], "image": person.photo()["id"]}


@pytest.fixture(scope="module")
def socket(person: Client, own: dict[str, str]) -> Iterator[Socket]:
    """One for all frames: it stays open."""
    with person.connect(own["session"]) as socket:
        socket.ready()
        yield socket


@pytest.fixture(scope="module")
def before(target: Target, own: dict[str, str]) -> Kept:
    return target.kept()


def test_the_corpus_is_large_and_without_repetition() -> None:
    assert len(FRAMES) >= 200
    assert len(CASES) >= 200
    assert len({(frame.sent, type(frame.sent)) for frame in FRAMES}) == len(FRAMES)


def test_every_bad_frame_gets_its_error_and_the_socket_stays_open(target: Target, socket: Socket, before: Kept) -> None:
    slips = []
    for frame in FRAMES:
        socket.connection.send(frame.sent)
        while "type" in (reply := socket.receive()):  # an event, of what was made before
            pass
        error = reply.get("error", {})
        expected = {"id": frame.id, "code": frame.code, "retryable": False, "a sentence": True, "short": True}
        got = {
            "id": reply.get("id"),
            "code": error.get("code"),
            "retryable": error.get("retryable"),
            "a sentence": error.get("message", "").endswith("."),
            "short": len(json.dumps(reply)) < 500,  # what was sent does not come back
        }
        if got != expected:
            slips.append(f"{frame.sent[:100]!r} of {len(frame.sent)}, {frame.id!r}: {reply!s:.200}")
    assert not slips, "\n".join(slips)
    assert socket.ask("ping")["ok"] == {}
    assert target.kept() == before


def test_every_bad_request_gets_its_problem(target: Target, person: Client, own: dict[str, str], before: Kept) -> None:
    slips = []
    for case in CASES:
        status, code, text = ask(person, own, case)
        if (status, code if case.code else None) != case[2:4] or (code and len(text) > 500):
            where = f"{case.method} {case.path[:80]} {case.body[:60]!r} {dict(case.headers)!s:.80}"
            slips.append(f"{where}: {case.status} {case.code}, not {status} {code} {text[:150]!r}")
    assert not slips, "\n".join(slips)
    assert target.kept() == before


def ask(person: Client, own: dict[str, str], case: Case) -> tuple[int, str | None, str]:
    """Status, the problem's code, and the text. By the standard library's client: others refuse to send such things."""
    path = case.path
    for name, value in own.items():
        path = path.replace(f"{{{name}}}", value)
    connection = HTTPConnection("127.0.0.1", person.studio.port, timeout=HANGS_S)
    headers = {"Authorization": f"Bearer {person.token}", "Content-Length": str(len(case.body)), **case.headers}
    with closing(connection):
        connection.putrequest(case.method, path)
        for name, value in headers.items():
            connection.putheader(name, value.encode())
        connection.endheaders(case.body)
        answer = connection.getresponse()
        text = answer.read().decode()
    is_problem = answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, json.loads(text)["code"] if is_problem else None, text


def test_the_same_client_id_with_another_request_is_a_conflict_wherever_it_comes_from(
    person: Client, socket: Socket, own: dict[str, str]
) -> None:
    body = {"content": "a sea", "client_id": "once", "options": {}}
    where = f"/api/v1/chat/sessions/{own['session']}/messages/"
    assert person.http.post(where, json=body).status_code == 202
    for other in (
        {**body, "content": "a forest"},
        {**body, "options": {"seed": 1}},
        {**body, "variation_of": own["message"]},
    ):
        assert person.http.post(where, json=other).json()["code"] == "conflict", other
        assert socket.ask("message.send", **other)["error"]["code"] == "conflict", other
