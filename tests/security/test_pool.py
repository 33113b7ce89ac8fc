"""The pool of connections to PostgreSQL, while pictures come in and nobody reads what goes out: others are served."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.security.attacks import HEAD, MIB, asking, held, noise
from tests.security.target import Target, attacked
from tests.support import postgresql
from tests.support.studio import eventually

POOL = 5  # connections that requests share: STUDIO_WORKER_THREADS + 4

# In a process of its own, which has a pool. Everybody has been looked up, as a request's sender is, when the picture comes in.
BEGINNING = """
import asyncio, json, threading, time
import django
django.setup()
from django.db import connection, connections
from chat.db_pool import handshake_pool, run_in_db_pool
from gallery import pictures, services
from gallery.errors import RateLimited
from gallery.models import Image
from project.http import monitoring
from project.models import Token, User

people = [User.make_guest() for _ in range(4)]
connection.close()

def lent(expected=0):
    # When it is as it should be, or after a long time.
    for _ in range(600):
        stats = connection.pool.get_stats()
        found = stats["pool_size"] - stats["pool_available"]
        if found == expected:
            break
        time.sleep(0.05)
    return found
"""
UPLOADS = """
import io, PIL.Image
out = io.BytesIO()
PIL.Image.new("RGB", (64, 64)).save(out, "PNG")
decoding, refused, go_on, done = threading.Semaphore(0), threading.Semaphore(0), threading.Event(), threading.Semaphore(0)
real, put = pictures.rendition, services.store

def decode(data):
    decoding.release()
    assert go_on.wait(60)
    return real(data)

storing, stored = threading.Semaphore(0), threading.Event()

def store(image, rendition):
    storing.release()
    assert stored.wait(60)
    put(image, rendition)

pictures.rendition, services.store = decode, store
errors = []

def upload(number):
    person = User.objects.get(pk=people[number % 4].pk)
    try:
        different = out.getvalue() + bytes([number])  # the same photo again would be the same picture
        services.import_picture(person.pk, different, "photo", "a.png")
    except RateLimited as error:
        errors.append(error.retry_after)
        refused.release()
    except Exception as error:
        errors.append(repr(error))
        refused.release()
    finally:
        connections.close_all()
        done.release()

threads = [threading.Thread(target=upload, args=(number,)) for number in range(30)]
for thread in threads: thread.start()
assert decoding.acquire(timeout=60)
for _ in range(18): assert refused.acquire(timeout=60)
said = {"while decoding": lent(), "others": User.objects.count()}
connection.close()
go_on.set()
for _ in range(12): assert storing.acquire(timeout=60)
said["while storing"] = lent()
stored.set()
for thread in threads: thread.join(60)
said |= {"in the end": lent(), "refused": errors}
said |= {"shown": Image.objects.filter(stage="shown").count(), "rows": Image.objects.count()}
print(json.dumps(said))
"""
USED_UP = """
secret = Token.issue(people[0])
connection.close()
go_on, taken = threading.Event(), threading.Semaphore(0)

def take():
    User.objects.count()
    taken.release()
    go_on.wait(60)
    connections.close_all()

threads = [threading.Thread(target=take) for _ in range(5)]
for thread in threads: thread.start()
for _ in threads: assert taken.acquire(timeout=60)

async def ask():
    ready = await monitoring.readyz(None)
    owner = (await handshake_pool(Token.find, secret)).user
    mine = await run_in_db_pool(Image.objects.filter(owner=owner).count)
    return {"lent": lent(5), "known": owner == people[0], "pictures": mine, "ready": json.loads(ready.content)["parts"]["sql"]}

said = asyncio.run(ask())
go_on.set()
for thread in threads: thread.join(60)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def tables(postgres: str) -> str:
    """A database of its own."""
    return postgresql.database(postgres, "pool")


def ran(script: str, tables: str) -> Any:
    environment = {"DATABASE_URL": tables, "STUDIO_WORKER_THREADS": "1", "DJANGO_SETTINGS_MODULE": "project.settings"}
    command = [sys.executable, "-c", BEGINNING + script]
    environment = {**os.environ, **environment}
    result = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_no_picture_that_comes_in_holds_a_connection_while_it_waits(tables: str) -> None:
    """30 at once, of four people: twelve wait, for their turn at the decoder and then for a storage; eighteen are refused."""
    said = ran(UPLOADS, tables)
    assert [said[when] for when in ("while decoding", "while storing", "in the end")] == [0, 0, 0]
    assert said["others"] >= 4
    assert said["refused"] == [5.0] * 18
    assert said["shown"] == said["rows"] == 12


def test_who_comes_and_whether_we_are_well_is_asked_beside_the_pool(stores: None, tables: str) -> None:
    assert ran(USED_UP, tables) == {"lent": POOL, "known": True, "pictures": 0, "ready": "ok"}


@pytest.fixture(scope="module")
def pooled(prepared: None, tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    settings = {"STUDIO_WORKER_THREADS": "1", "DATABASE_URL": tables, "STUDIO_IMAGE_WAIT_S": "25"}
    with attacked(tmp_path_factory.mktemp("pooled"), **settings) as target:
        yield target
        assert not target.complaints(), target.log.read_text(errors="replace")[-5000:]


def everybody_is_served(target: Target) -> None:
    guest = target.guest()
    assert guest.http.get("/readyz").json()["parts"]["sql"] == "ok"
    assert guest.http.get("/v1/gallery/").status_code == 200
    with guest.connect(guest.session()) as socket:
        socket.ready()


def test_an_answer_that_nobody_reads_holds_no_connection(pooled: Target) -> None:
    guest = pooled.guest()
    files = {"file": ("a.png", noise(1000, 500), "image/png")}
    path = guest.http.post("/v1/gallery/", files=files).raise_for_status().json()["url"]
    with held(pooled.port, 3 * POOL, asking(path)) as connections:
        for connection in connections:
            connection.settimeout(30)
            assert connection.recv(20).startswith(b"HTTP/1.1 200 ")
        everybody_is_served(pooled)
    assert len(guest.http.get(path).content) > MIB


def test_a_call_that_waits_for_a_picture_holds_no_connection(pooled: Target) -> None:
    """`/v1/image/generate/` waits for a worker, and here is none."""
    guest, body = pooled.guest(), b'{"prompt": "a sea"}'
    asked = HEAD.format(method="POST", path="/v1/image/generate/", token=guest.token)
    asked += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with pooled.documents() as documents, held(pooled.port, 3 * POOL, asked.encode() + body):
        eventually(lambda: documents["messages"].count_documents({"user_id": guest.user["id"]}) == 3 * POOL)
        everybody_is_served(pooled)
