"""How many connections one address may have, how much of bodies it may leave with us, and who may leave any."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.security.attacks import CHUNK, MIB, asking, head, heard, held
from tests.security.target import Target, attacked
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Client, eventually

LIMIT = 12
UPLOAD = "POST /v1/gallery/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
UNFINISHED = (
    "POST /api/v1/chat/sessions/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n"
    "X-Forwarded-For: {address}\r\n\r\n"
)


@pytest.fixture(scope="module")
def few(prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    settings = {"STUDIO_LIMITS": "on", "STUDIO_CONNECTIONS_PER_ADDRESS": str(LIMIT)}
    with attacked(tmp_path_factory.mktemp("few"), **settings) as target:
        yield target
        assert not target.complaints(), target.log.read_text(errors="replace")[-5000:]


@pytest.fixture(scope="module")
def fronted(prepared: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    settings = {"STUDIO_LIMITS": "on", "STUDIO_CONNECTIONS_PER_ADDRESS": str(LIMIT)}
    with attacked(tmp_path_factory.mktemp("fronted"), True, **settings) as target:
        yield target
        assert not target.complaints(), target.log.read_text(errors="replace")[-5000:]


def answers(target: Target, address: str = "") -> bool:
    with httpx.Client(base_url=target.url, limits=NO_KEEPALIVE, verify=False, timeout=HANGS_S) as client:
        return client.get("/healthz", headers={"X-Forwarded-For": address} if address else {}).status_code == 200


@pytest.fixture
def free(few: Target) -> Target:
    """Whoever was there before has gone."""
    eventually(partial(answers, few), but=httpx.TransportError)
    return few


def refused(answer: bytes) -> bool:
    return bool(
        answer.startswith(b"HTTP/1.1 429 ")
        and b'"code":"rate_limited"' in answer
        and re.search(rb"\r\nRetry-After: [1-9]", answer)
    )


def test_one_more_connection_is_told_so_and_those_that_are_there_go_on(free: Target) -> None:
    with held(free.port, LIMIT) as connections:
        assert refused(head(free.port, asking("/healthz")))
        for connection in connections:
            connection.sendall(asking("/healthz", "Connection: close"))
            assert heard(connection).startswith(b"HTTP/1.1 200 ")
    eventually(partial(answers, free), but=httpx.TransportError)


def test_a_crowd_of_them_is_ended_each(free: Target) -> None:
    with held(free.port, LIMIT), held(free.port, 100) as crowd:
        for connection in crowd:
            connection.settimeout(30)
            answer = b""
            with suppress(ConnectionResetError):
                while data := connection.recv(65_536):
                    answer += data
            assert answer == b"" or refused(answer)
    eventually(partial(answers, free), but=httpx.TransportError)


def test_sockets_are_connections_too_and_give_their_places_back(free: Target) -> None:
    guest = free.guest()
    session = guest.session()
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(LIMIT):
                stack.enter_context(guest.connect(session)).ready()
            assert refused(head(free.port, asking("/healthz")))
            with pytest.raises(InvalidStatus, match="429"):
                guest.connect(session)
        eventually(partial(answers, free), but=httpx.TransportError)


def test_a_proxy_is_not_capped_as_one_person(fronted: Target) -> None:
    with held(fronted.port, 3 * LIMIT) as connections:
        for number, connection in enumerate(connections):
            connection.sendall(UNFINISHED.format(address=f"203.0.113.{number}").encode())
        assert answers(fronted, "203.0.113.200")
        assert answers(fronted)


def test_behind_it_each_address_has_so_many_requests_and_sockets(fronted: Target) -> None:
    guest = fronted.guest()
    session, headers = guest.session(), {"Authorization": f"Bearer {guest.token}", "X-Forwarded-For": "198.51.100.7"}
    for _ in range(2):
        with ExitStack() as stack:
            for _ in range(LIMIT - 2):
                stack.enter_context(guest.connect(session, headers=headers)).ready()
            for connection in stack.enter_context(held(fronted.port, 2)):
                connection.sendall(UNFINISHED.format(address="198.51.100.7").encode())
            eventually(lambda: not answers(fronted, "198.51.100.7"))
            assert refused(head(fronted.port, asking("/healthz", "X-Forwarded-For: 198.51.100.7")))
            assert answers(fronted, "198.51.100.8")
        eventually(lambda: answers(fronted, "198.51.100.7"))


# Bodies: nobody's, one person's


def sent(connection: socket.socket, *headers: str, size: int | None = 20 * MIB) -> None:
    lines = (*headers, "Transfer-Encoding: chunked" if size is None else f"Content-Length: {size}")
    connection.sendall((UPLOAD + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode())


@pytest.mark.parametrize(
    "who", ["", "Authorization: Bearer wrong", "Authorization: Basic eDp5", "Cookie: studio_person=wrong"]
)
def test_nobodys_body_is_refused_before_it_comes(free: Target, who: str) -> None:
    with held(free.port, LIMIT) as connections:
        for connection in connections:
            sent(connection, *filter(None, [who]))
        for connection in connections:
            connection.settimeout(30)
            answer = heard(connection)
            assert answer.startswith(b"HTTP/1.1 401 ") and b'"code":"unauthorized"' in answer, answer
    assert free.temporary() == 0


def test_nor_is_it_taken_in_pieces(free: Target) -> None:
    with held(free.port, 1) as (connection,):
        sent(connection, size=None)
        for _ in range(3):
            connection.sendall(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
        connection.settimeout(30)
        assert heard(connection).startswith(b"HTTP/1.1 401 ")
        assert free.temporary() <= 3 * len(CHUNK)
    eventually(lambda: free.temporary() == 0)


def test_who_asks_whether_to_go_on_is_told_before_the_body(free: Target) -> None:
    guest = free.guest()
    with held(free.port, 2) as (nobody, somebody):
        sent(nobody, "Expect: 100-continue")
        nobody.settimeout(30)
        assert heard(nobody).startswith(b"HTTP/1.1 401 ")
        sent(somebody, "Expect: 100-continue", f"Authorization: Bearer {guest.token}", size=100_000)
        somebody.settimeout(30)
        assert somebody.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        somebody.sendall(b"x" * 100_000)
        assert heard(somebody).startswith(b"HTTP/1.1 415 ")


@pytest.mark.parametrize("how", ["token", "cookie"])
def test_a_known_persons_body_arrives(free: Target, how: str) -> None:
    client = free.guest().http if how == "token" else free.visitor()
    answer = client.post("/v1/gallery/", files={"file": ("a.png", b"x" * 20 * MIB, "image/png")})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")  # it is no picture, and was read
    eventually(lambda: free.temporary() == 0)


def test_nobody_is_asked_for_a_small_body(free: Target) -> None:
    answer = httpx.post(f"{free.url}/api/v1/auth/guest/", content=b"x" * 60_000, verify=False, timeout=HANGS_S)
    assert answer.status_code == 201


def test_one_person_leaves_only_so_much_with_us(free: Target) -> None:
    guest = free.guest()
    who = f"Authorization: Bearer {guest.token}"
    with held(free.port, 5) as connections:
        for connection in connections:
            sent(connection, who)
            connection.sendall(CHUNK)
        told = 0
        for connection in connections[3:]:
            connection.settimeout(30)
            told += refused(heard(connection))
        assert told == 2
        eventually(lambda: free.temporary() >= 3 * len(CHUNK))
    eventually(lambda: free.temporary() == 0)
    assert picture_is_read(guest)


def test_one_address_leaves_only_so_much_whoever_it_says_it_is(fronted: Target) -> None:
    """Four guests, and behind a proxy: by the address that it speaks for."""
    guests = [fronted.guest() for _ in range(4)]
    with held(fronted.port, 8) as connections:
        for number, connection in enumerate(connections):
            who = f"Authorization: Bearer {guests[number // 2].token}"
            sent(connection, who, "X-Forwarded-For: 198.51.100.9")
            connection.sendall(CHUNK)
        for connection in connections[6:]:
            connection.settimeout(30)
            assert refused(heard(connection))
        assert picture_is_read(guests[0], "198.51.100.10")
    eventually(lambda: picture_is_read(guests[0], "198.51.100.9"))


def picture_is_read(guest: Client, address: str = "") -> bool:
    headers = {"X-Forwarded-For": address} if address else {}
    answer = guest.http.post("/v1/gallery/", files={"file": ("a.png", b"x" * 19 * MIB, "image/png")}, headers=headers)
    return answer.status_code == 422
