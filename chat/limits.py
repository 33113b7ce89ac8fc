"""How often a person, or an address, may do a thing. Counted in Redis, for all processes together; when Redis is down,
everybody may."""

import asyncio
import logging
import time
from ipaddress import IPv6Address, ip_address
from weakref import WeakKeyDictionary

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from gallery.errors import RateLimited

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 0.1
QUIET_S = 2.0  # after a failure nobody asks, so that only the first sender waits for a Redis that hangs
LIMITS: dict[str, RateLimitItem] = {
    "send": RateLimitItemPerMinute(settings.SENDS_PER_MINUTE),
    "session": RateLimitItemPerMinute(30),
    "import": RateLimitItemPerMinute(30),
    "guest": RateLimitItemPerMinute(settings.GUESTS_PER_MINUTE),  # by `network`
}
TOO_FAST = "That was too fast: try again in {wait:.0f} seconds."
SENTENCES = {"guest": "Many newcomers have come from your network just now: try again in {wait:.0f} seconds."}

_limiters: "WeakKeyDictionary[asyncio.AbstractEventLoop, MovingWindowRateLimiter]" = WeakKeyDictionary()
_quiet_until = 0.0


async def hit(kind: str, key: str) -> None:
    """Count one. Raises `RateLimited` with the seconds to wait."""
    global _quiet_until
    if not settings.STUDIO_LIMITS or time.monotonic() < _quiet_until:
        return
    limit, limiter = LIMITS[kind], _limiter()
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            if await limiter.hit(limit, kind, key):
                return
            window = await limiter.get_window_stats(limit, kind, key)
    except (StorageError, TimeoutError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_S
        log.warning("action=limits_skipped error=%r", error)
        return
    wait = max(1.0, round(window.reset_time - time.time(), 1))
    raise RateLimited(SENTENCES.get(kind, TOO_FAST).format(wait=wait), retry_after=wait)


async def newcomer(address: str) -> None:
    """Count one who becomes a guest; `address` is the client's, empty where nobody knows it. Raises `RateLimited`."""
    if key := network(address):
        await hit("guest", key)


def network(address: str) -> str:
    """Whom an address counts for: itself, or with IPv6 its /64, of which one household has all; empty for no address."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def _limiter() -> MovingWindowRateLimiter:
    loop = asyncio.get_running_loop()
    if loop not in _limiters:
        storage = RedisStorage(
            _uri(),
            implementation="redispy",
            wrap_exceptions=True,
            key_prefix="studio.limits",
            socket_timeout=1,
            **settings.REDIS_TIMEOUTS,
        )
        _limiters[loop] = MovingWindowRateLimiter(storage)
    return _limiters[loop]


def _uri() -> str:
    """The library's own spelling of the addresses that Redis clients share."""
    return f"async+{settings.REDIS_URL.replace('unix://', 'redis+unix://', 1)}"
