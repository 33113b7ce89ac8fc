"""Everywhere a secret could turn up, as text."""

import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient
from redis import Redis

from tests.cluster.servers import Servers
from tests.support import postgresql
from tests.support.serving import HANGS_S

CANARY = "canary"  # a part of every secret that is planted
PLANTED = {"SECRET_KEY": f"{CANARY}-key-{'0123456789' * 5}", "STUDIO_METRICS_TOKEN": f"{CANARY}-metrics"}
PAGES = (
    "/",
    "/gallery/",
    "/swagger/",
    "/redoc/",
    "/openapi.json",
    "/asyncapi.json",
    "/admin/login/",
    "/admin/",
    "/nothing/",
)
OPEN = ("/healthz", "/readyz", "/static/studio/chat/main.js", "/p/0/full/x", "/ws/sessions/x/")
REST = ("/v1/gallery/", "/api/v1/chat/sessions/", "/api/v1/chat/sessions/x/", "/v1/nothing/", "/v1/image/generate/")
WRONG = ({"Authorization": f"Bearer {CANARY}-of-nobody"}, {"Authorization": "Basic Og=="}, {"Host": "evil.example.org"})


def answers(url: str, token: str) -> list[tuple[int, str]]:
    """Status, headers and body of every kind of page and of every kind of error, asked all at once."""
    known, operator = (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {PLANTED['STUDIO_METRICS_TOKEN']}"},
    )
    asked: list[tuple[str, str, dict[str, Any]]] = [("GET", path, {}) for path in (*PAGES, *OPEN, *REST)]
    asked += [("GET", path, {"headers": known}) for path in REST]
    asked += [("GET", "/v1/gallery/", {"headers": headers}) for headers in WRONG]
    asked += [
        ("GET", "/metrics", {"headers": {"X-Forwarded-For": "192.0.2.1", **headers}}) for headers in (operator, known)
    ]
    asked += [("POST", path, {"headers": known, "content": b'{"prompt": '}) for path in REST]
    asked += [("POST", "/admin/login/", {"data": {"username": "ada"}})]
    asked += [("POST", "/v1/prompt/refine/", {"headers": known, "content": bytes(2 * 1024 * 1024)})]
    with httpx.Client(base_url=url, timeout=HANGS_S, verify=False) as http, ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda one: http.request(one[0], one[1], **one[2]), asked)
        return [(answer.status_code, f"{answer.url} {answer.headers} {answer.text}") for answer in found]


@contextmanager
def overheard(stores: Servers) -> Iterator[list[str]]:
    """Every command that Valkey is given meanwhile: queue payloads and events, which nobody finds there later."""
    heard: list[str] = []
    with Redis.from_url(stores.valkey.unix_url) as client, client.monitor() as monitor:
        begun = threading.Event()

        def listen() -> None:
            for command in monitor.listen():
                heard.append(str(command))
                begun.set()
                if "the end of it" in heard[-1]:
                    return

        thread = threading.Thread(target=listen)
        thread.start()
        yield heard
        client.echo("the end of it")
        thread.join(HANGS_S)


def keys(stores: Servers) -> str:
    """All that Valkey holds. A value of any kind is a list of short strings, which a dump does not compress."""
    with Redis.from_url(stores.valkey.unix_url) as client:
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter())


def documents(stores: Servers) -> str:
    with MongoClient[dict[str, Any]](stores.mongod.uri) as client:
        names = [name for name in client.list_database_names() if name not in ("admin", "config", "local")]
        return "\n".join(
            f"{name}.{collection} {doc!r}"
            for name in names
            for collection in client[name].list_collection_names()
            for doc in client[name][collection].find()
        )


def tables(stores: Servers) -> str:
    programs = postgresql.binaries()
    assert programs
    dump = subprocess.run([programs / "pg_dump", stores.postgres.url], capture_output=True, text=True, check=True)
    return dump.stdout


def commands(processes: list[int]) -> str:
    """Their command lines, which everybody on a machine can read."""
    return "\n".join(Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ") for process in processes)
