"""Counted in Redis for all processes; while Redis is down or slow, each process counts for itself."""

import asyncio
import logging
import threading
import time
from collections import OrderedDict, deque
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.utils.translation import ngettext
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from gallery.errors import RateLimited
from gallery.translation import N_, _, number
from pipeline.coalescing import Breaker, PerLoop

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 0.1
QUIET_S = 2.0  # after a failure
REMEMBERED = 10_000  # keys that a process counts itself: some 10 MB
LIMITS: dict[str, RateLimitItem] = {
    "send": RateLimitItemPerMinute(settings.SENDS_PER_MINUTE),
    "session": RateLimitItemPerMinute(30),
    "rename": RateLimitItemPerMinute(60),
    "list": RateLimitItemPerMinute(300),
    "sync": RateLimitItemPerMinute(120),  # a page asks once for each connection
    "import": RateLimitItemPerMinute(30),
    "key": RateLimitItemPerMinute(20),
    "export": RateLimitItemPerMinute(5, 10),
    "ticket": RateLimitItemPerMinute(60),  # a client asks once for each connection
    "bulk": RateLimitItemPerMinute(60),
    "album": RateLimitItemPerMinute(60),
    "download": RateLimitItemPerMinute(20),
    "share": RateLimitItemPerMinute(60),
    "report": RateLimitItemPerMinute(5, 10),  # by `network`
    "report_share": RateLimitItemPerMinute(30, 10),  # by share
    "guest": RateLimitItemPerMinute(settings.GUESTS_PER_MINUTE),  # by `network`
    "login_address": RateLimitItemPerMinute(10),  # by `network`
    "login_name": RateLimitItemPerMinute(10, 10),
    "begin": RateLimitItemPerMinute(30),  # by `network`: logins and sign-ups that were begun
    "mail_address": RateLimitItemPerMinute(10),  # by `network`
    "mail_name": RateLimitItemPerMinute(5, 10),
}
TOO_FAST = N_("That was too fast: try again in {time}.")
TOO_MANY_MAILS = N_("There were too many e-mails just now: try again in {time}.")
TOO_MANY_LOGINS = N_("There were too many attempts to log in: try again in {time}.")
SENTENCES = {
    "guest": N_("Many newcomers have come from your network just now: try again in {time}."),
    "login_address": TOO_MANY_LOGINS,
    "login_name": TOO_MANY_LOGINS,
    "mail_address": TOO_MANY_MAILS,
    "mail_name": TOO_MANY_MAILS,
    "report": N_("There were too many reports from your network just now: try again in {time}."),
    "report_share": N_("There were many reports of this picture just now: try again in {time}."),
}


@dataclass(frozen=True)
class Count:
    """After one more request. Seconds: `wait` until another is allowed, `reset` until the oldest no longer counts."""

    wait: float
    remaining: int = 0
    reset: float = 0.0


@dataclass(frozen=True)
class LimitState:
    """One limit, as the response headers tell it."""

    kind: str
    quota: int
    window_s: int
    remaining: int
    reset_s: float


_recorded: ContextVar[dict[str, LimitState] | None] = ContextVar("recorded", default=None)


def record_limits() -> dict[str, LimitState]:
    """The limits that this request counts, as they will be when it is answered."""
    states: dict[str, LimitState] = {}
    _recorded.set(states)
    return states


def record_limit(state: LimitState) -> None:
    states = _recorded.get()
    if states is not None:
        states[state.kind] = state


def too_fast(wait: float, sentence: str = TOO_FAST) -> RateLimited:
    """`wait`: seconds."""
    wait = max(1.0, round(wait, 1))
    seconds = round(wait)
    time = ngettext("{count} second", "{count} seconds", seconds).format(count=number(seconds))
    return RateLimited(_(sentence).format(time=time), retry_after=wait)


class _Own:
    """Counted by this process alone."""

    def __init__(self) -> None:
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, kind: str, key: str) -> Count:
        """Counts the request, unless it has to wait."""
        limit, now = LIMITS[kind], time.monotonic()
        with self._lock:
            times = self._times.setdefault((kind, key), deque())
            self._times.move_to_end((kind, key))
            while len(self._times) > REMEMBERED:
                self._times.popitem(last=False)
            while times and times[0] <= now - limit.get_expiry():
                times.popleft()
            if len(times) >= limit.amount:
                wait = times[0] + limit.get_expiry() - now
                return Count(wait, 0, wait)
            times.append(now)
            return Count(0.0, limit.amount - len(times), times[0] + limit.get_expiry() - now)

    def give_back(self, kind: str, key: str) -> None:
        with self._lock:
            if times := self._times.get((kind, key)):
                times.pop()


_own = _Own()
_breaker = Breaker(QUIET_S)


async def hit(kind: str, key: str) -> None:
    """Raises `RateLimited`."""
    if not settings.STUDIO_LIMITS:
        return
    count = _own.take(kind, key)
    if not count.wait:
        count = await _of_all(kind, key, count)
        if count.wait:
            _own.give_back(kind, key)
    limit = LIMITS[kind]
    record_limit(LimitState(kind, limit.amount, limit.get_expiry(), count.remaining, count.reset))
    if count.wait:
        raise too_fast(count.wait, SENTENCES.get(kind, TOO_FAST))


async def _of_all(kind: str, key: str, own: Count) -> Count:
    """Counted for all processes; by `own` while Redis does not answer."""
    if _breaker.is_open:
        return own
    limit, limiter, count = LIMITS[kind], _limiter(), own
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            is_within = await limiter.hit(limit, kind, key)
            if not is_within:
                count = Count(1.0)
            if not is_within or _recorded.get() is not None:
                window = await limiter.get_window_stats(limit, kind, key)
                reset = max(0.0, window.reset_time - time.time())
                count = Count(0.0, window.remaining, reset) if is_within else Count(max(1.0, reset), 0, reset)
    except (StorageError, TimeoutError, OSError) as error:
        _breaker.trip()
        log.warning("action=limits_by_process error=%r", error)
    return count


async def newcomer(address: str) -> None:
    """`address` is empty where it is unknown. Raises `RateLimited`."""
    if key := network(address):
        await hit("guest", key)


def network(address: str) -> str:
    """Of IPv6 the /64 that one household has; "" for no address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def _connect() -> MovingWindowRateLimiter:
    storage = RedisStorage(
        _uri(),
        implementation="redispy",
        wrap_exceptions=True,
        key_prefix="studio.limits",
        socket_timeout=1,
        **settings.REDIS_TIMEOUTS,
    )
    return MovingWindowRateLimiter(storage)


_limiter = PerLoop(_connect)


def _uri() -> str:
    """As the library `limits` spells it."""
    return f"async+{settings.REDIS_URL.replace('unix://', 'redis+unix://', 1)}"
