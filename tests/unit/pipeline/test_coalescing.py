"""What is asked for meanwhile is done together."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pipeline.coalescing import Batches, Breaker, Coalescer, PerLoop, Shared
from tests.support.serving import HANGS_S


class Rounds:
    """What the rounds of a coalescer were given. The first one hangs until the rest is there."""

    def __init__(self, **how: Any) -> None:
        self.taken: list[dict[str, int]] = []
        self._begun, self._released = threading.Event(), threading.Event()
        self.coalescer = Coalescer[str, int]("rounds", self._act, **{"drops": (OSError,), **how})
        self.coalescer.add("first", 0)
        assert self._begun.wait(HANGS_S)

    def _act(self, taken: dict[str, int]) -> None:
        self.taken.append(taken)
        self._begun.set()
        assert self._released.wait(HANGS_S)

    def rest(self) -> list[dict[str, int]]:
        self._released.set()
        self.coalescer.wait(HANGS_S)
        return self.taken[1:]


def test_what_comes_during_a_round_is_one_round_with_the_newest_of_each_key_last() -> None:
    rounds = Rounds()
    for key, value in (("a", 1), ("b", 2), ("a", 3)):
        rounds.coalescer.add(key, value)
    (taken,) = rounds.rest()
    assert list(taken.items()) == [("b", 2), ("a", 3)]


def test_values_of_a_key_can_be_merged() -> None:
    rounds = Rounds(merge=max)
    for value in (2, 5, 3):
        rounds.coalescer.add("a", value)
    assert rounds.rest() == [{"a": 5}]


def test_no_more_keys_wait_than_may_and_those_that_do_are_renewed() -> None:
    rounds = Rounds(at_most=2)
    for key, value in (("a", 1), ("b", 2), ("c", 3), ("a", 4)):
        rounds.coalescer.add(key, value)
    assert rounds.rest() == [{"b": 2, "a": 4}]


@pytest.mark.parametrize(("error", "level"), [(ConnectionError, logging.WARNING), (ZeroDivisionError, logging.ERROR)])
def test_a_round_that_fails_is_logged_and_does_not_end_the_rounds(
    error: type[Exception], level: int, caplog: pytest.LogCaptureFixture
) -> None:
    taken = list[list[int]]()

    def fail_at_first(waiting: dict[int, int]) -> None:
        taken.append(list(waiting))
        if len(taken) == 1:
            raise error

    coalescer = Coalescer("trying", fail_at_first, drops=(OSError,))
    for number in (1, 2):
        coalescer.add(number, number)
        coalescer.wait(HANGS_S)
    assert taken == [[1], [2]]
    assert [record.levelno for record in caplog.records] == [level]
    assert "action=trying" in caplog.text


def test_a_round_is_held_until_something_is_wanted_at_once() -> None:
    taken = list[list[str]]()
    coalescer = Coalescer[str, int]("held", lambda waiting: taken.append(list(waiting)), drops=(), hold_s=2 * HANGS_S)
    coalescer.add("a", 1)
    coalescer.add("b", 1)
    coalescer.add("urgent", 1, at_once=True)
    coalescer.wait(HANGS_S)
    assert taken == [["a", "b", "urgent"]]


def test_no_thread_is_there_before_there_is_something_to_do() -> None:
    coalescer = Coalescer[str, int]("unborn", lambda waiting: None, drops=())
    assert "unborn" not in {thread.name for thread in threading.enumerate()}
    coalescer.add("a", 1)
    assert "unborn" in {thread.name for thread in threading.enumerate()}


async def test_who_comes_alone_is_acted_on_at_once_and_what_comes_meanwhile_is_one_batch() -> None:
    taken, first, last = list[list[int]](), asyncio.Event(), asyncio.Event()

    async def act(batch: list[int]) -> None:
        taken.append(batch)
        await first.wait()
        if batch[-1] == 4:
            last.set()

    batches = Batches("batches", act, at_most=2)
    batches.add(0)
    await asyncio.sleep(0)
    assert taken == [[0]]
    for number in range(1, 5):
        batches.add(number)
    first.set()
    async with asyncio.timeout(HANGS_S):
        await last.wait()
    assert taken == [[0], [1, 2], [3, 4]]


def shared(call: Callable[[], int], **how: float) -> Shared[int]:
    return Shared(ThreadPoolExecutor(1), call, **how)


async def test_who_asks_gets_the_result_of_a_call_that_begins_after_that() -> None:
    calls, begun, released = list[None](), threading.Event(), threading.Event()

    def call() -> int:
        calls.append(None)
        number = len(calls)
        begun.set()
        released.wait(HANGS_S)
        return number

    one = shared(call)
    first = asyncio.create_task(one.ask())
    await asyncio.to_thread(begun.wait, HANGS_S)
    others = [asyncio.create_task(one.ask()) for _ in range(20)]
    await asyncio.sleep(0)
    others[0].cancel()  # takes nobody along
    released.set()
    assert await first == 1
    assert await asyncio.gather(*others[1:]) == [2] * 19


async def test_a_call_that_fails_fails_for_all_who_asked_and_for_nobody_else() -> None:
    results = iter((OSError("gone"), 7))

    def call() -> int:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    one = shared(call)
    failed = await asyncio.gather(one.ask(), one.ask(), return_exceptions=True)
    assert [type(each) for each in failed] == [OSError, OSError]
    assert await one.ask() == 7


def test_each_event_loop_has_its_own_and_it_goes_with_the_loop() -> None:
    things = PerLoop(object)

    async def twice() -> tuple[object, object]:
        return things(), things()

    one, same = asyncio.run(twice())
    other, _ = asyncio.run(twice())
    assert one is same
    assert other is not one
    gc.collect()
    assert len(things._made) == 0


def test_a_breaker_is_open_for_a_while_after_a_failure() -> None:
    breaker, spent = Breaker(1000.0), Breaker(0.0)
    assert not breaker.is_open
    breaker.trip()
    spent.trip()
    assert (breaker.is_open, spent.is_open) == (True, False)
