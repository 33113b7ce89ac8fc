"""What somebody else puts into the queue in Redis: it is dropped, whatever it is, and nothing of it runs."""

import logging
import os
import pickle
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huey.registry import Message
from redis import Redis

from pipeline import queue as tasks
from pipeline.message import Stage
from pipeline.queue import HUEY, PRIORITY
from tests.support.studio import Studio, eventually, own_stores, running


class Attack:
    """Unpickling it makes a folder, as it could do anything else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


def entries(folder: Path) -> list[bytes]:
    """As Huey would have them: eight bytes for the order, then what is to be read."""
    huey_s_own = pickle.dumps(Message("1", "pipeline.queue.refine", args=(Attack(folder / "args"),), kwargs={}))
    read = [pickle.dumps(Attack(folder / "alone")), huey_s_own, b"", b'{"name": "refine"}', b"pipeline.queue.nothing"]
    return [b"", b"short", *(n.to_bytes(8) + data for n, data in enumerate([*read, b"\xff" * 100_000]))]


@pytest.fixture(scope="module")
def attacked(prepared: None) -> Iterator[tuple[Studio, Redis]]:
    """A studio with one worker, and its Redis."""
    own = own_stores("attacked", 3)
    with Redis.from_url(own["REDIS_URL"]) as redis, running(workers=1, **own) as studio:
        redis.flushdb()
        yield studio, redis


def test_a_worker_drops_what_is_no_wake_up_and_goes_on(attacked: tuple[Studio, Redis], tmp_path: Path) -> None:
    studio, redis = attacked
    for entry in entries(tmp_path):
        redis.zadd(HUEY.storage.queue_key, {entry: -max(PRIORITY.values())})  # before every wake-up
        redis.zadd(HUEY.storage.schedule_key, {entry[8:]: time.time() - 60})
    guest = studio.guest()
    assert guest.ended(guest.say(guest.session(), "a sea"))["status"] == "DONE"
    eventually(lambda: redis.zcard(HUEY.storage.queue_key) == 0)
    assert list(tmp_path.iterdir()) == []
    assert studio.workers[0].poll() is None


@pytest.fixture
def queue(valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """Where no worker listens."""
    monkeypatch.setattr(HUEY.storage, "queue_key", "nobody.listens")
    return valkey


def test_a_flood_of_strange_entries_is_logged_once(
    queue: Redis, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    queue.zadd("nobody.listens", {n.to_bytes(8) + b"x" * 10_000: 0 for n in range(500)})
    with caplog.at_level(logging.WARNING):
        while queue.zcard("nobody.listens"):
            assert HUEY.dequeue() is None
    assert len(caplog.records) == 1
    assert len(caplog.text) < 300


def test_a_wake_up_that_was_sent_arrives(queue: Redis) -> None:
    for stage in (Stage.REFINING, Stage.UPLOADING):
        tasks._TASKS[stage]()
    taken = [HUEY.dequeue(), HUEY.dequeue()]
    assert [type(task) for task in taken] == [tasks.upload.task_class, tasks.refine.task_class]
    assert HUEY.dequeue() is None


def test_a_wake_up_carries_nothing(queue: Redis) -> None:
    with pytest.raises(ValueError, match="carries nothing"):
        HUEY.enqueue(tasks.refine.s("a word"))
    assert queue.zcard("nobody.listens") == 0


def test_nothing_else_of_huey_unpickles(queue: Redis, tmp_path: Path) -> None:
    attack = pickle.dumps(Attack(tmp_path / "made"))
    queue.zadd(HUEY.storage.schedule_key, {attack: time.time() - 60})
    assert HUEY.read_schedule() == []
    HUEY.storage.put_data("key", attack)
    with pytest.raises(NotImplementedError):
        HUEY.get("key")
    assert list(tmp_path.iterdir()) == []
