"""How much one may read: a person, and an address."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from django.urls import reverse

from gallery import links
from pipeline.store.mongo import async_database
from project.http import read_limits
from project.models import Token, User
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READS_PER_MINUTE = 5
    monkeypatch.setattr(read_limits, "_used_up", {})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the count, held by the test."""
    clock = Clock()
    monkeypatch.setattr(read_limits, "time", clock)
    return clock


def bearer(user: User | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {Token.issue(user or User.make_guest())}"}


def statuses(times: int, path: str = "/v1/gallery/", address: str = "192.0.2.1", **how: Any) -> list[int]:
    client = how.pop("client", None) or Client()
    return [client.get(path, REMOTE_ADDR=address, **how).status_code for _ in range(times)]


def test_one_person_reads_so_much_and_others_go_on(clock: Clock) -> None:
    one, other = bearer(), bearer()
    assert statuses(7, headers=one) == [200] * 5 + [429] * 2
    assert statuses(3, headers=other) == [200] * 3


def test_who_is_refused_is_told_when_to_come_again_and_may_then(clock: Clock) -> None:
    one = bearer()
    statuses(5, headers=one)
    refused = Client().get("/v1/gallery/", headers=one, REMOTE_ADDR="192.0.2.1")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["retryable"]
    assert refused.headers["Retry-After"] == "12"
    assert refused.json()["retry_after"] == 12.0
    clock.now += 12
    assert statuses(2, headers=one) == [200, 429]
    clock.now += 60
    assert statuses(6, headers=one) == [200] * 5 + [429]


def test_a_person_is_the_same_with_a_token_a_cookie_and_from_anywhere(clock: Clock) -> None:
    guest, client = User.make_guest(), Client()
    client.force_login(guest)
    assert statuses(3, headers=bearer(guest)) == [200] * 3
    assert statuses(1, client=client, address="192.0.2.2") == [200]
    assert statuses(2, headers=bearer(guest), address="192.0.2.3") == [200, 429]
    assert statuses(1, client=client, address="192.0.2.4") == [429]


async def test_an_operation_on_the_event_loop_is_counted_alike(clock: Clock, mongo: Any) -> None:
    one = await sync_to_async(bearer)()
    got = [(await AsyncClient().get("/api/v1/chat/sessions/", headers=one)).status_code for _ in range(7)]
    await async_database().client.close()
    assert got == [200] * 5 + [429] * 2


def test_one_address_reads_three_times_as_much_whoever_it_says_it_is(clock: Clock) -> None:
    got = [statuses(1, headers={"Authorization": f"Bearer {number}"})[0] for number in range(17)]
    assert got == [401] * 15 + [429] * 2
    assert statuses(1, address="192.0.2.2", headers=bearer()) == [200]


@pytest.mark.parametrize("path", ["/", "/swagger/", "/openapi.json", "/no/such/path", "/admin/login/"])
def test_pages_are_counted_by_address(clock: Clock, path: str) -> None:
    got = statuses(17, path)
    assert got[-2:] == [429] * 2
    assert 429 not in got[:-2]
    page = Client().get(path, REMOTE_ADDR="192.0.2.1")
    assert page.content.decode() == "That was too fast: try again in 4 seconds."
    assert page.headers["Retry-After"] == "4"


def test_nothing_is_looked_up_for_an_address_that_reads_too_much(clock: Clock, django_assert_num_queries: Any) -> None:
    one = bearer()
    statuses(15, "/no/such/path")
    with django_assert_num_queries(0):
        assert statuses(3, headers=one) == [429] * 3


def test_pictures_are_counted_apart_and_ten_times_as_many(clock: Clock) -> None:
    path = links.path(str(User.make_guest().pk), "full", 0)
    assert statuses(52, path) == [404] * 50 + [429] * 2
    assert statuses(1, headers=bearer()) == [200]


@pytest.mark.parametrize("path", ["/healthz", "/static/studio/chat/main.js"])
def test_some_are_not_counted(clock: Clock, path: str) -> None:
    assert len({*statuses(60, path)} - {200, 404}) == 0
    assert statuses(1, "/swagger/") == [200]


def test_what_is_no_reading_is_not_counted(clock: Clock) -> None:
    client = Client()
    assert {client.post("/v1/gallery/", REMOTE_ADDR="192.0.2.1").status_code for _ in range(20)} == {401}
    assert client.head(reverse("swagger"), REMOTE_ADDR="192.0.2.1").status_code == 200


def test_a_household_with_ipv6_counts_as_one_and_nobody_without_an_address(clock: Clock) -> None:
    got = [statuses(1, "/swagger/", f"2001:db8:1:2::{number}")[0] for number in range(16)]
    assert got == [200] * 15 + [429]
    assert statuses(1, "/swagger/", "2001:db8:1:3::1") == [200]
    assert statuses(20, "/swagger/", "") == [200] * 20


def test_without_limits_everybody_reads(clock: Clock, settings: Any) -> None:
    settings.STUDIO_LIMITS = False
    assert set(statuses(20, headers=bearer())) == {200}


def test_what_is_kept_of_the_many_who_come_once_is_soon_forgotten(clock: Clock) -> None:
    for number in range(50_000):
        assert read_limits.take((3, f"somebody {number}"), 1800) == 0
        clock.now += 0.001
    assert len(read_limits._used_up) <= 2000
    for _ in range(1799):
        assert read_limits.take((3, "busy"), 1800) == 0
    for number in range(5000):
        read_limits.take((3, f"another {number}"), 1800)
        clock.now += 0.001
    assert read_limits.take((3, "busy"), 1800) == 0  # five seconds later
    assert (3, "busy") in read_limits._used_up
