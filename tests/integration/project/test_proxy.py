"""docs/nginx.conf as a real nginx reads it: what it lets through to the web processes, and what it keeps from them."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.support import proxy
from tests.support.fakes.server import NEVER, Answer, Request, Server, serving
from tests.support.page import Page
from tests.support.serving import HANGS_S, eventually, free_port
from tests.support.studio import Client, Studio

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def behind() -> Iterator[Server]:
    """In the place of a web process: it shows what comes through."""
    if not proxy.program():
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    with serving(lambda asked: Answer()) as server:
        yield server


@pytest.fixture
def http(behind: Server) -> Iterator[httpx.Client]:
    """A client of a fresh nginx: nobody has used up anything yet."""
    with (
        proxy.running([int(behind.url.rpartition(":")[2])]) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", verify=False, timeout=HANGS_S) as it,
    ):
        behind.asked.clear()
        yield it


def last(behind: Server) -> Request:
    return behind.asked[-1]


def test_what_a_client_says_of_the_way_it_came_does_not_count(http: httpx.Client, behind: Server) -> None:
    forged = {"Forwarded": "for=192.0.2.1", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    http.get("/v1/gallery/", headers={**forged, "X-Forwarded-Port": "1", "Daphne-Root-Path": "/elsewhere"})
    headers = last(behind).headers
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["host"] == http.base_url.netloc.decode()  # with the port: an Origin has it too
    assert not {"forwarded", "x-forwarded-port", "daphne-root-path"} & set(headers)


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/prompt/refine/", MIB, 200),
        ("/v1/prompt/refine/", MIB + 1, 413),
        ("/v1/gallery/", 20 * MIB, 200),
        ("/v1/gallery", 20 * MIB, 200),
        ("/v1/gallery/", 22 * MIB, 413),
    ],
)
def test_a_body_that_is_too_large_stays_outside(
    http: httpx.Client, behind: Server, path: str, size: int, status: int
) -> None:
    assert http.post(path, content=bytes(size)).status_code == status
    assert len(behind.asked) == (1 if status == 200 else 0)


def test_headers_that_are_too_large_stay_outside(http: httpx.Client, behind: Server) -> None:
    assert http.get("/healthz", headers={"Cookie": "x" * 7000}).status_code == 200
    assert http.get("/healthz", headers={"Cookie": "x" * 9000}).status_code == 400
    assert len(behind.asked) == 1


def test_metrics_stay_inside(http: httpx.Client, behind: Server) -> None:
    assert http.get("/metrics").status_code == 404
    assert behind.asked == []


@pytest.mark.parametrize("path", [f"/api/v1/auth/{way}" for way in ("guest/", "guest", "cookie/", "cookie")])
def test_one_address_becomes_only_so_many_guests(http: httpx.Client, path: str) -> None:
    answers = [http.post(path).status_code for _ in range(25)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    assert http.get("/v1/gallery/").status_code == 200  # who is known goes on


def test_looking_is_not_counted_and_both_ways_in_are_counted_together(http: httpx.Client) -> None:
    assert {http.get(path).status_code for path in ["/", "/chat/some/", "/gallery/"] * 15} == {200}
    assert [http.post("/api/v1/auth/guest/").status_code for _ in range(25)][-1] == 429
    assert http.post("/api/v1/auth/cookie/").status_code == 429
    assert http.get("/").status_code == 200


def test_behind_something_that_ends_tls_each_address_has_its_own_limits(behind: Server) -> None:
    web = int(behind.url.rpartition(":")[2])
    with (
        proxy.running([web], fronted=True) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=HANGS_S) as http,
    ):
        become, front = "/api/v1/auth/guest/", "X-Forwarded-For"
        one = [http.post(become, headers={front: "192.0.2.1"}).status_code for _ in range(25)]
        other = http.post(become, headers={front: "192.0.2.1, 192.0.2.2"}).status_code
    assert (one[0], one[-1], other) == (200, 429, 200)
    assert last(behind).headers["x-forwarded-for"] == "192.0.2.2"  # what the front has seen, not what it was told


def test_one_address_has_only_so_many_connections(http: httpx.Client, behind: Server) -> None:
    behind.respond = lambda asked: NEVER
    waiting = [socket.create_connection(("127.0.0.1", int(http.base_url.port or 0))) for _ in range(60)]
    try:
        for number, connection in enumerate(waiting):
            connection.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if number % 5 == 4:  # not faster than the few that may wait in line behind
                eventually(lambda sent=number + 1: len(behind.asked) == sent)  # type: ignore[misc]
        assert http.get("/slow").status_code == 429
    finally:
        behind.respond = lambda asked: Answer()
        for connection in waiting:
            connection.close()


def test_a_conversation_goes_through_it_past_a_process_that_is_down(studio: Studio) -> None:
    if not proxy.program():
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    with proxy.running([studio.port, free_port()]) as port:
        outside = Studio()
        outside.port = port
        person = Client(outside)
        session = person.session()
        page = Page(person, session)
        for _ in range(2):  # in turn, so that each of the two has its turn
            message = person.ended(person.say(session, "a sea"))
            assert message["status"] == "DONE"
            assert person.http.get(message["image_url"]).headers["Content-Type"].startswith("image/")
        page.listen()
        assert len(page.shows()["messages"]) == 2
        page.drop()
