"""How many newcomers one address may send, at a page and over REST."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerMinute
from redis import Redis

from chat import limits
from tests.studio import NOT_KEPT, Studio, eventually


class BehindAProxy(Studio):
    def start_web(self) -> None:
        self.web = self.run(
            *("-m", "daphne", "-v", "0", "--proxy-headers", "-p", str(self.port), "project.asgi:application")
        )
        eventually(lambda: httpx.get(f"{self.url}/healthz", verify=False).is_success, but=httpx.TransportError)


@pytest.fixture(scope="module")
def strict(prepared: None) -> Iterator[Studio]:
    studio = BehindAProxy(STUDIO_LIMITS="on", STUDIO_GUESTS_PER_MINUTE="3")
    try:
        studio.start_web()
        yield studio
    finally:
        studio.stop()


def asked(studio: Studio, method: str, path: str, address: str, cookies: httpx.Cookies | None = None) -> httpx.Response:
    headers = {"X-Forwarded-For": address}
    with httpx.Client(
        base_url=studio.url, limits=NOT_KEPT, verify=False, timeout=30, headers=headers, cookies=cookies
    ) as client:
        return client.request(method, path)


def statuses(studio: Studio, addresses: list[str]) -> list[int]:
    return [asked(studio, "GET", "/", address).status_code for address in addresses]


def test_a_crowd_from_one_address_has_to_wait_and_nobody_else(valkey: Redis, strict: Studio) -> None:
    known = asked(strict, "GET", "/", "203.0.113.7")
    assert asked(strict, "POST", "/api/v1/auth/guest/", "203.0.113.7").status_code == 201
    assert asked(strict, "GET", "/gallery/", "203.0.113.7").status_code == 200

    page = asked(strict, "GET", "/", "203.0.113.7")
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/plain; charset=utf-8")
    assert page.text.startswith("Many newcomers have come from your network just now: try again in ")
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert not page.cookies

    problem = asked(strict, "POST", "/api/v1/auth/guest/", "203.0.113.7")
    assert (problem.status_code, problem.json()["code"]) == (429, "rate_limited")
    assert problem.headers["Content-Type"] == "application/problem+json"

    assert asked(strict, "GET", "/", "203.0.113.7", known.cookies).status_code == 200
    assert statuses(strict, ["203.0.113.8"]) == [200]


def test_a_household_with_ipv6_counts_as_one(valkey: Redis, strict: Studio) -> None:
    assert statuses(strict, [f"2001:db8:1:2::{n}" for n in range(1, 5)]) == [200, 200, 200, 429]
    assert statuses(strict, ["2001:db8:1:3::1"]) == [200]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_whom_an_address_counts_for(address: str, network: str) -> None:
    assert limits.network(address) == network


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit that people have; the tests themselves are let in by the thousand."""
    monkeypatch.setitem(limits.LIMITS, "guest", RateLimitItemPerMinute(30))


async def test_newcomers_get_in_while_redis_is_down(
    usual: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_quiet_until", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:9"
    for _ in range(100):
        await limits.newcomer("203.0.113.7")


async def test_nobody_is_counted_without_an_address(
    usual: None, valkey: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server on a unix socket, or behind a proxy that hides it: one limit for everybody would keep everybody out."""
    monkeypatch.setattr(limits, "_quiet_until", 0.0)
    for _ in range(100):
        await limits.newcomer("")
