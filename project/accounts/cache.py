from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


class SharedCache(RedisCache):
    """In Redis, for all processes; while that is down, each process knows only its own entries."""

    def __init__(self, server: Any, params: dict[str, object]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("accounts", {})

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().add(*args, **kwargs)
        except RedisError:
            return self._own.add(*args, **kwargs)
