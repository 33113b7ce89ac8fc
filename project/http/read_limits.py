"""How often a person, or an address, may read over HTTP. Counted in each process: no round trip to Redis."""

import threading
import time

from django.conf import settings
from django.http import HttpRequest

from chat import rate_limits

MINUTE = 60.0
METHODS = ("GET", "HEAD")
UNCOUNTED = ("/healthz", "/readyz", "/metrics")  # for the operator
# Times READS_PER_MINUTE. An address may be an office, and a page shows many pictures.
PERSON, ADDRESS, PICTURES, SHARED = 1, 3, 10, 2
OF_PATHS = {"/p/": PICTURES, "/s/": SHARED}

_used_up: dict[tuple[int, str], float] = {}  # until when, by key
_tidy_above = 1000
_lock = threading.Lock()


def by_address(request: HttpRequest) -> None:
    """Before any look-up. Raises `RateLimited`."""
    if request.method in METHODS and request.path_info not in UNCOUNTED:
        times = next((times for start, times in OF_PATHS.items() if request.path_info.startswith(start)), ADDRESS)
        _count(times, rate_limits.network(request.META.get("REMOTE_ADDR", "")))


def by_person(request: HttpRequest, user_id: object) -> None:
    """Raises `RateLimited`."""
    if request.method in METHODS:
        _count(PERSON, str(user_id), recorded=True)


def _count(times: int, key: str, *, recorded: bool = False) -> None:
    if not (settings.STUDIO_LIMITS and key):
        return
    quota = times * settings.READS_PER_MINUTE
    wait = take((times, key), quota)
    if recorded:
        used_up = max(0.0, _used_up.get((times, key), 0.0) - time.monotonic())  # seconds until it is whole again
        remaining = int((MINUTE - used_up) * quota / MINUTE + 0.5)
        rate_limits.record_limit(rate_limits.LimitState("read", quota, int(MINUTE), max(0, remaining), used_up))
    if wait:
        raise rate_limits.too_fast(wait)


def take(key: tuple[int, str], per_minute: int) -> float:
    """Counts one and returns 0, or returns the seconds to wait: `per_minute` at once, and as many in every minute. The
    generic cell rate algorithm."""
    each = MINUTE / per_minute
    with _lock:
        now = time.monotonic()
        until = max(now, _used_up.get(key, now)) + each
        if until - now > MINUTE + each / 2:  # beyond rounding errors
            return until - now - MINUTE
        _used_up[key] = until
        if len(_used_up) > _tidy_above:
            _forget(now)
    return 0.0


def _forget(now: float) -> None:
    """Removes unused keys; again when there are twice as many as remain."""
    global _tidy_above
    for key in [key for key, until in _used_up.items() if until <= now]:
        del _used_up[key]
    _tidy_above = max(1000, 2 * len(_used_up))
