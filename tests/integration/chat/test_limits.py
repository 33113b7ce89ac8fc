"""How many newcomers one address may send, by cookie and by token."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings
from limits import RateLimitItemPerMinute
from redis import Redis

from chat import rate_limits, services
from gallery.errors import RateLimited
from pipeline.coalescing import Breaker
from pipeline.store.mongo import async_database
from tests.conftest import Documents
from tests.support.messages import followed_up, insert_session
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Studio, running


class BehindAProxy(Studio):
    web_options = ("--proxy-headers",)


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
        base_url=studio.url, limits=NO_KEEPALIVE, verify=False, timeout=HANGS_S, headers=headers, cookies=cookies
    ) as client:
        return client.request(method, path)


def by_cookie(studio: Studio, address: str, cookies: httpx.Cookies | None = None) -> httpx.Response:
    """Somebody at a page, who does the first thing there."""
    headers = {"X-Forwarded-For": address}
    with httpx.Client(
        base_url=studio.url, limits=NO_KEEPALIVE, verify=False, timeout=HANGS_S, headers=headers, cookies=cookies
    ) as browser:
        token = browser.get("/").raise_for_status().text.split('name="csrf-token" content="')[1].split('"')[0]
        answer = browser.post("/api/v1/auth/cookie/", headers={"X-CSRFToken": token, "Origin": studio.url})
        answer.cookies.update(browser.cookies)
        return answer


def by_token(studio: Studio, address: str) -> httpx.Response:
    return asked(studio, "POST", "/api/v1/auth/guest/", address)


def test_a_crowd_from_one_address_has_to_wait_and_nobody_else(valkey: Redis, strict: Studio) -> None:
    known = by_cookie(strict, "203.0.113.7")
    others = [by_token(strict, "203.0.113.7"), by_cookie(strict, "203.0.113.7")]
    assert {answer.status_code for answer in (known, *others)} == {201}
    for way in (by_cookie, by_token):
        problem = way(strict, "203.0.113.7")
        assert (problem.status_code, problem.json()["code"]) == (429, "rate_limited")
        assert problem.headers["Content-Type"] == "application/problem+json"
        sentence = "Many newcomers have come from your network just now: try again in "
        assert problem.json()["detail"].startswith(sentence)
        assert 1 <= int(problem.headers["Retry-After"]) <= 60
        assert settings.SESSION_COOKIE_NAME not in problem.cookies
    assert asked(strict, "GET", "/", "203.0.113.7").status_code == 200  # looking is free
    assert by_cookie(strict, "203.0.113.7", known.cookies).status_code == 200
    assert by_cookie(strict, "203.0.113.8").status_code == 201


def test_a_household_with_ipv6_counts_as_one(valkey: Redis, strict: Studio) -> None:
    household = [by_token(strict, f"2001:db8:1:2::{n}").status_code for n in range(1, 5)]
    assert household == [201, 201, 201, 429]
    assert by_token(strict, "2001:db8:1:3::1").status_code == 201


def test_a_word_that_is_no_address_is_not_nobodys(valkey: Redis, strict: Studio) -> None:
    """Nobody has no limits. Whoever makes one up counts as the proxy."""
    made_up = ["unknown", "x", "_hidden", "203.0.113", "1e9", "203.0.113.50, unknown"]
    assert [by_token(strict, word).status_code for word in made_up] == [201] * 3 + [429] * 3
    assert by_token(strict, "203.0.113.50").status_code == 201


def test_what_a_client_says_before_the_proxy_does_not_count(valkey: Redis, strict: Studio) -> None:
    said = [by_token(strict, f"192.0.2.{n}, 203.0.113.51").status_code for n in range(4)]
    assert said == [201] * 3 + [429]


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
    assert rate_limits.network(address) == network


@pytest.fixture
async def few(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Three a minute, in a process that has just begun: the tests themselves are let in by the thousand. Redis may take its
    time, as it does on a busy machine."""
    monkeypatch.setattr(rate_limits, "ANSWER_WITHIN_S", HANGS_S)
    for kind in rate_limits.LIMITS:
        monkeypatch.setitem(rate_limits.LIMITS, kind, RateLimitItemPerMinute(3))
    monkeypatch.setattr(rate_limits, "_breaker", Breaker(rate_limits.QUIET_S))
    monkeypatch.setattr(rate_limits, "_own", rate_limits._Own())
    yield
    await forget_redis()


async def forget_redis() -> None:
    """The next one who asks connects anew, to where the settings say by then."""
    limiter: Any = rate_limits._limiter._made.pop(asyncio.get_running_loop(), None)
    if limiter:
        await limiter.storage.bridge.storage.aclose()


async def let_in(times: int, kind: str = "guest", key: str = "203.0.113.7") -> int:
    """How many of so many tries."""
    tries = [rate_limits.hit(kind, key) for _ in range(times)]
    return sum(refusal is None for refusal in await asyncio.gather(*tries, return_exceptions=True))


async def test_while_redis_is_down_each_process_counts_by_itself(few: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9"
    with pytest.raises(RateLimited) as refused:
        for _ in range(4):
            await rate_limits.newcomer("203.0.113.7")
    assert refused.value.retry_after
    assert 50 < refused.value.retry_after <= 60
    assert await let_in(10) == 0
    assert await let_in(10, key="203.0.113.8") == 3


async def test_one_slow_answer_lifts_nothing(few: None, valkey: Redis) -> None:
    assert await let_in(2) == 2
    valkey.client_pause(1500)  # longer than anybody waits for it
    assert await let_in(10) == 1
    assert rate_limits._breaker.is_open
    assert await let_in(10) == 0


async def test_when_redis_is_back_it_counts_for_all(
    few: None, valkey: Redis, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL, url = "redis://127.0.0.1:9", settings.REDIS_URL
    assert await let_in(1) == 1
    settings.REDIS_URL = url
    monkeypatch.setattr(rate_limits, "_breaker", Breaker(rate_limits.QUIET_S))
    await forget_redis()
    assert await let_in(10) == 2
    monkeypatch.setattr(rate_limits, "_own", rate_limits._Own())  # another process, which has seen nobody
    assert await let_in(10) == 1


async def test_who_was_refused_is_not_counted(few: None, valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a person who tries too often would be kept out for longer than the others' sends last."""
    assert await let_in(3) == 3
    monkeypatch.setattr(rate_limits, "_own", rate_limits._Own())
    assert await let_in(10) == 0
    valkey.flushall()
    assert await let_in(10) == 3


async def test_a_process_remembers_so_many_and_no_more(
    few: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9"
    monkeypatch.setattr(rate_limits, "REMEMBERED", 50)
    for n in range(200):
        await rate_limits.hit("send", f"stranger {n}")
        await let_in(1, "send", "regular")
    assert len(rate_limits._own._times) == 50
    assert max(len(times) for times in rate_limits._own._times.values()) == 3
    assert await let_in(1, "send", "regular") == 0


def test_sends_are_limited_while_redis_is_slow(valkey: Redis, prepared: None) -> None:
    with running(STUDIO_LIMITS="on", STUDIO_SENDS_PER_MINUTE="3") as limited:
        guest = limited.guest()
        with guest.connect(guest.session()) as socket:
            socket.ready()
            answers = []
            for n in range(6):
                valkey.client_pause(300)
                answers.append(socket.ask("message.send", content="a sea", client_id=str(n)))
        assert ["ok" in answer for answer in answers] == [True] * 3 + [False] * 3
        assert {answer["error"]["code"] for answer in answers[3:]} == {"rate_limited"}


async def test_nobody_is_counted_without_an_address(few: None, valkey: Redis) -> None:
    """Of a server on a unix socket, or behind a proxy that hides it: one limit for everybody would keep everybody out."""
    for _ in range(100):
        await rate_limits.newcomer("")


@pytest.mark.parametrize("what", ["rename", "list sessions", "list messages", "sync"])
async def test_what_costs_something_is_limited(few: None, mongo: Documents, valkey: Redis, what: str) -> None:
    session_id = insert_session()["_id"]
    ask: Callable[[], Awaitable[object]] = {
        "rename": lambda: services.rename_session("u", session_id, "Another"),
        "list sessions": lambda: services.list_sessions("u", None, 50),
        "list messages": lambda: services.list_messages("u", session_id, None, 50),
        "sync": lambda: services.sync("u", session_id, {}),
    }[what]
    for _ in range(3):
        await ask()
    with pytest.raises(RateLimited):
        await ask()
    await followed_up()
    await async_database().client.close()
