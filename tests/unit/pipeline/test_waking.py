"""Wake-ups on their way to Redis, from one thread: a burst does not queue up behind one that is slow."""

import threading

import pytest
from redis.exceptions import ConnectionError

from pipeline import queue
from pipeline.message import Stage
from tests.support.studio import HANGS_S, eventually


def test_a_burst_is_the_largest_request_of_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, released = list[Stage](), threading.Event()

    def enqueue(stage: Stage) -> None:
        calls.append(stage)
        released.wait(2 * HANGS_S)

    for stage in queue._TASKS:
        monkeypatch.setitem(queue._TASKS, stage, lambda stage=stage: enqueue(stage))
    queue.wake(Stage.REFINING)
    eventually(lambda: calls == [Stage.REFINING])  # it hangs
    for times in (2, 5, 3, 0):
        queue.wake(Stage.GENERATING, times)
    queue.wake(Stage.UPLOADING)
    released.set()
    queue._wake_ups.wait(HANGS_S)
    assert calls == [Stage.REFINING, *[Stage.GENERATING] * 5, Stage.UPLOADING]


def test_a_redis_that_is_gone_does_not_end_the_waking(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = list[None]()

    def gone_at_first() -> None:
        calls.append(None)
        if len(calls) == 1:
            raise ConnectionError("gone")

    monkeypatch.setitem(queue._TASKS, Stage.REFINING, gone_at_first)
    for count in (1, 2):
        queue.wake(Stage.REFINING)
        queue._wake_ups.wait(HANGS_S)
        assert len(calls) == count
