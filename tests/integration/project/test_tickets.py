"""A page of another origin opens a socket with a ticket: once, soon, and for as long as its token lives."""

import asyncio
from typing import Any

import pytest
from pymongo.database import Database
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from pipeline.store.indexes import TICKET_S
from project import tickets
from project.access import by_digest
from project.models import Token
from tests.support.studio import HANGS_S, Studio

TICKETS = "/api/v1/auth/tickets/"


def protocols(ticket: dict[str, Any]) -> list[Subprotocol]:
    return [Subprotocol(each) for each in ticket["protocols"]]


def close_code(studio: Studio, session: str, offered: list[Subprotocol]) -> int | None:
    """None where it opened and was told the session."""
    url = f"ws://127.0.0.1:{studio.port}/ws/sessions/{session}/"
    with connect(url, subprotocols=offered, origin=Origin("https://app.example.org")) as socket:
        assert socket.subprotocol == tickets.PROTOCOL
        try:
            assert '"session.ready"' in str(socket.recv(HANGS_S))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    return None


def test_a_ticket_opens_one_socket(studio: Studio) -> None:
    guest = studio.guest()
    session = guest.session()
    answer = guest.http.post(TICKETS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    ticket = answer.json()
    assert ticket["protocols"] == ["studio", f"studio.ticket.{ticket['ticket']}"]
    assert close_code(studio, session, protocols(ticket)) is None
    assert close_code(studio, session, protocols(ticket)) == 4401


def test_a_ticket_opens_nothing_of_others(studio: Studio) -> None:
    session, other = studio.guest().session(), studio.guest()
    assert close_code(studio, session, protocols(other.http.post(TICKETS).json())) == 4404


@pytest.mark.parametrize("made_up", ["", "x", "x" * tickets.LENGTH, "x" * 1000])
def test_what_is_no_ticket_opens_nothing(studio: Studio, made_up: str) -> None:
    session = studio.guest().session()
    assert close_code(studio, session, [Subprotocol("studio"), Subprotocol(tickets.PREFIX + made_up)]) == 4401


def test_a_wrong_ticket_does_not_fall_back_to_the_token_beside_it(studio: Studio) -> None:
    guest = studio.guest()
    offered = [Subprotocol("studio"), Subprotocol(tickets.PREFIX + "x" * tickets.LENGTH)]
    with guest.connect(guest.session(), subprotocols=offered) as socket:
        assert socket.close_code() == 4401


def test_only_a_token_gets_a_ticket(studio: Studio) -> None:
    guest = studio.guest()
    del guest.http.headers["Authorization"]
    assert guest.http.post(TICKETS).status_code == 401


def test_tickets_are_counted(limited: Studio) -> None:
    answer = limited.guest().http.post(TICKETS)
    assert answer.headers["RateLimit-Policy"] == '"ticket";q=60;w=60'


async def test_an_old_ticket_is_none(mongo: Database[dict[str, Any]]) -> None:
    fresh, old = await tickets.issue("a token"), await tickets.issue("a token")
    before = mongo.command("isMaster")["localTime"]
    from datetime import timedelta

    mongo["tickets"].update_one(
        {"_id": Token.digest_of(old)}, {"$set": {"issued_at": before - timedelta(seconds=TICKET_S)}}
    )
    assert await tickets.redeem(old) is None
    assert await tickets.redeem(fresh) == "a token"
    assert await tickets.redeem(fresh) is None


async def test_of_many_who_show_one_ticket_one_gets_in(mongo: Database[dict[str, Any]]) -> None:
    ticket = await tickets.issue("a token")
    redeemed = await asyncio.gather(*(tickets.redeem(ticket) for _ in range(20)))
    assert sorted(redeemed, key=str) == [None] * 19 + ["a token"]


def test_the_database_forgets_what_nobody_showed(mongo: Database[dict[str, Any]]) -> None:
    assert mongo["tickets"].index_information()["expired"]["expireAfterSeconds"] == TICKET_S


@pytest.mark.django_db
def test_a_ticket_ends_with_its_token(django_user_model: Any) -> None:
    user = django_user_model.make_guest()
    digest = Token.digest_of(Token.issue(user))
    access = by_digest(digest, "")
    assert access and access.user == user
    Token.objects.filter(pk=digest).delete()
    assert by_digest(digest, "") is None
