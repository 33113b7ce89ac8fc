"""What the operator asks a web process."""

import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import connections
from django.http import Http404
from django.test import AsyncClient, AsyncRequestFactory

from chat.db_pool import Pool
from gallery import space
from pipeline.store.mongo import async_database
from project.http import monitoring
from tests.conftest import Documents
from tests.support.messages import insert

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def closed_client() -> AsyncIterator[None]:
    yield
    await async_database().client.close()


@pytest.fixture
def no_mongodb(settings: Any) -> None:
    settings.MONGO_URI = "mongodb://127.0.0.1:9/studio"


@pytest.fixture
def no_redis(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9"


async def test_healthz_answers_with_every_store_down(no_mongodb: None, no_redis: None) -> None:
    answer = await AsyncClient().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_probe_may_ask_by_address_and_nobody_else(stores: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["studio.example.org"]
    client = AsyncClient(headers={"host": "10.0.0.11:9999"})
    paths = ("/healthz", "/readyz", "/healthz/", "/metrics", "/v1/gallery/")
    assert [(await client.get(path)).status_code for path in paths] == [200, 200, 400, 400, 400]


async def test_readyz_with_every_store_up(stores: None) -> None:
    answer = await AsyncClient().get("/readyz")
    assert answer.json() == {"status": "ok", "parts": {"mongodb": "ok", "sql": "ok", "redis": "ok", "disk": "ok"}}
    assert answer.status_code == 200


async def test_readyz_without_redis_is_ready_and_says_what_is_missing(stores: None, no_redis: None) -> None:
    answer = await AsyncClient().get("/readyz")
    assert answer.json() == {
        "status": "degraded",
        "parts": {"mongodb": "ok", "sql": "ok", "redis": "down", "disk": "ok"},
    }
    assert answer.status_code == 200


async def test_readyz_without_mongodb_is_not_ready(stores: None, no_mongodb: None) -> None:
    answer = await AsyncClient().get("/readyz")
    assert answer.json() == {"status": "down", "parts": {"mongodb": "down", "sql": "ok", "redis": "ok", "disk": "ok"}}
    assert answer.status_code == 503


async def test_readyz_without_the_sql_database_is_not_ready(stores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = {**connections["default"].settings_dict, "NAME": "/nowhere/at/all.sqlite3"}
    monkeypatch.setitem(connections.settings, "default", nowhere)
    monkeypatch.setattr(monitoring, "_pool", Pool(1, "nowhere"))  # a new thread makes its connection from there
    answer = await AsyncClient().get("/readyz")
    assert answer.json() == {"status": "down", "parts": {"mongodb": "ok", "sql": "down", "redis": "ok", "disk": "ok"}}
    assert answer.status_code == 503


async def test_readyz_on_a_disk_that_is_nearly_full_is_ready_and_says_so(
    stores: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People can still look, and make room."""
    monkeypatch.setattr(space, "_disk", space._Disk())
    settings.FREE_BYTES = 10**18
    answer = await AsyncClient().get("/readyz")
    parts = {"mongodb": "ok", "sql": "ok", "redis": "ok", "disk": "full"}
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "parts": parts})


async def test_readyz_does_not_wait_for_a_disk_that_hangs(stores: None, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(space, "disk_is_full", over.wait)
    monkeypatch.setattr(monitoring, "CHECK_S", 0.2)
    try:
        answer = await AsyncClient().get("/readyz")
    finally:
        over.set()
    assert answer.json()["parts"]["disk"] == "ok"


async def metrics(address: str = "127.0.0.1", **headers: str) -> str | None:
    """What a client at this address sees; None where it is told that there is nothing."""
    request = AsyncRequestFactory().get("/metrics", headers=headers)
    request.META["REMOTE_ADDR"] = address
    try:
        return (await monitoring.metrics(request)).content.decode()
    except Http404:
        return None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.8.8"])
async def test_metrics_are_shown_to_this_machine(mongo: Documents, address: str) -> None:
    assert "\nstudio_sockets 0.0\n" in (await metrics(address) or "")


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "nonsense", ""])
async def test_metrics_are_hidden_from_other_machines(address: str) -> None:
    assert await metrics(address) is None


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_metrics_are_hidden_behind_a_proxy_on_this_machine(header: str) -> None:
    assert await metrics(**{header: "for=192.0.2.7"}) is None


@pytest.mark.parametrize(
    ("token", "sent", "shown"),
    [("key", "Bearer key", True), ("key", "Bearer no", False), ("", "Bearer ", False), ("key", "Basic key", False)],
)
async def test_metrics_with_a_token(mongo: Documents, settings: Any, token: str, sent: str, shown: bool) -> None:
    settings.METRICS_TOKEN = token
    assert (await metrics("192.0.2.7", Authorization=sent) is not None) == shown


async def test_metrics_count_the_running_messages_by_stage(mongo: Documents) -> None:
    for stage, status in [
        ("queued", "PROCESSING"),
        ("queued", "PROCESSING"),
        ("generating", "PROCESSING"),
        ("queued", "DONE"),
    ]:
        insert(stage=stage, status=status)
    lines = (await metrics() or "").splitlines()
    assert 'studio_messages_running{stage="queued"} 2.0' in lines
    assert 'studio_messages_running{stage="generating"} 1.0' in lines
    assert 'studio_messages_running{stage="uploading"} 0.0' in lines


async def test_metrics_are_in_the_form_that_prometheus_reads(mongo: Documents) -> None:
    answer = await AsyncClient().get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


async def test_metrics_leave_out_what_mongodb_cannot_count(mongo: Documents, no_mongodb: None) -> None:
    text = await metrics() or ""
    assert "studio_sockets" in text
    assert "studio_messages_running{" not in text
