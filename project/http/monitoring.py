import asyncio
from collections.abc import Awaitable
from ipaddress import ip_address
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.db_pool import Pool
from gallery import leftovers, space
from gallery.errors import StorageDown
from gallery.stores import configured
from pipeline.message import Stage, Status
from pipeline.store.mongo import async_database

CHECK_S = 1.0
_pool = Pool(1, "health")
LEFTOVERS = Gauge(
    "studio_leftovers",
    "What the last look through a storage found: files without a row (deleted, or left), rows without a file",
    ["storage", "what"],
)
RUNNING = Gauge("studio_messages_running", "Messages in work, in all processes", ["stage"])


async def healthz(request: HttpRequest) -> HttpResponse:
    """Asks no store: a restart of this process would not help."""
    return JsonResponse({"status": "ok"})


async def readyz(request: HttpRequest) -> HttpResponse:
    """503 without MongoDB or the SQL database. Without Redis, or on a nearly full disk, "degraded". Without Cloudinary
    uploads wait and conversations go on."""
    names = ("mongodb", "sql", "redis")
    answers = await asyncio.gather(*(_answers(check) for check in (_mongodb(), _sql(), _redis())))
    up = dict(zip(names, answers, strict=True))
    parts = {name: "ok" if is_up else "down" for name, is_up in up.items()}
    parts["disk"] = "full" if await _disk_is_full() else "ok"
    is_well = up["redis"] and parts["disk"] == "ok"
    status = "down" if not (up["mongodb"] and up["sql"]) else "ok" if is_well else "degraded"
    return JsonResponse({"status": status, "parts": parts}, status=503 if status == "down" else 200)


async def _disk_is_full() -> bool:
    try:
        return await asyncio.wait_for(asyncio.to_thread(space.disk_is_full), CHECK_S)
    except TimeoutError:
        return False


async def _answers(check: Awaitable[Any]) -> bool:
    try:
        await asyncio.wait_for(check, CHECK_S)
    except (TimeoutError, OSError, PyMongoError, DatabaseError, StorageDown, RedisError):
        return False
    return True


async def _mongodb() -> None:
    await async_database().command("ping")


async def _sql() -> None:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    await _pool(ask)


async def _redis() -> None:
    async with Redis.from_url(settings.REDIS_URL, socket_timeout=CHECK_S, socket_connect_timeout=CHECK_S) as client:
        await client.ping()


async def metrics(request: HttpRequest) -> HttpResponse:
    """From this machine, or with the settings' token; else 404."""
    if not (_is_local(request) or _has_token(request)):
        raise Http404
    await _answers(_count_running())
    await _answers(_show_leftovers())
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine is local; its clients are not."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "").removeprefix("::ffff:")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    method, _, token = request.headers.get("Authorization", "").partition(" ")
    known = settings.METRICS_TOKEN
    return bool(known) and method.lower() == "bearer" and constant_time_compare(token.strip(), known)


async def _count_running() -> None:
    """The same in every web process. Missing while MongoDB is down."""
    RUNNING.clear()
    counting: list[dict[str, Any]] = [
        {"$match": {"status": Status.PROCESSING.value}},
        {"$group": {"_id": "$stage", "count": {"$sum": 1}}},
    ]
    found = {row["_id"]: row["count"] async for row in await async_database()["messages"].aggregate(counting)}
    for stage in Stage:
        RUNNING.labels(stage.value).set(found.get(stage.value, 0))


async def _show_leftovers() -> None:
    """The latest of any worker."""
    LEFTOVERS.clear()
    for name in configured():
        found = await sync_to_async(cache.get)(f"{leftovers.FOUND}.{name}")
        for what, count in (found or {}).items():
            LEFTOVERS.labels(name, what).set(count)
