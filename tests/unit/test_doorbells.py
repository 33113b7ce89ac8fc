"""Doorbells that are asked for while another is being rung become one: a burst does not queue up behind a slow Redis."""

import threading

import pytest
from redis.exceptions import ConnectionError

from pipeline import tasks
from pipeline.message import Stage
from tests.studio import eventually


class Bell:
    """In a task's place: it counts, and hangs until it is released."""

    def __init__(self) -> None:
        self.rung = 0
        self.released = threading.Event()

    def __call__(self) -> None:
        self.rung += 1
        self.released.wait(10)


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> dict[Stage, Bell]:
    bells = {stage: Bell() for stage in tasks._TASKS}
    for stage, bell in bells.items():
        monkeypatch.setitem(tasks._TASKS, stage, bell)
    return bells


def release(bells: dict[Stage, Bell]) -> None:
    for bell in bells.values():
        bell.released.set()


def test_a_burst_is_one_doorbell_of_each_stage(bells: dict[Stage, Bell]) -> None:
    ringer = tasks._Ringer()
    ringer.ask(Stage.REFINING, 1)
    eventually(lambda: bells[Stage.REFINING].rung == 1)
    for _ in range(100):
        ringer.ask(Stage.REFINING, 1)
        ringer.ask(Stage.UPLOADING, 1)
    release(bells)
    eventually(lambda: bells[Stage.UPLOADING].rung == 1)
    ringer.ask(Stage.GENERATING, 1)  # what it has before it is done by then
    eventually(lambda: bells[Stage.GENERATING].rung == 1)
    assert [bells[stage].rung for stage in (Stage.REFINING, Stage.UPLOADING)] == [2, 1]


def test_of_several_wishes_the_largest_counts(bells: dict[Stage, Bell]) -> None:
    ringer = tasks._Ringer()
    ringer.ask(Stage.REFINING, 1)
    eventually(lambda: bells[Stage.REFINING].rung == 1)
    for times in (2, 5, 3):
        ringer.ask(Stage.GENERATING, times)
    release(bells)
    ringer.ask(Stage.UPLOADING, 1)
    eventually(lambda: bells[Stage.UPLOADING].rung == 1)
    assert bells[Stage.GENERATING].rung == 5


def test_a_redis_that_is_gone_does_not_end_the_ringing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[None] = []

    def gone_at_first() -> None:
        calls.append(None)
        if len(calls) == 1:
            raise ConnectionError("gone")

    monkeypatch.setitem(tasks._TASKS, Stage.REFINING, gone_at_first)
    ringer = tasks._Ringer()
    ringer.ask(Stage.REFINING, 1)
    eventually(lambda: len(calls) == 1)
    ringer.ask(Stage.REFINING, 1)
    eventually(lambda: len(calls) == 2)
