"""The threads in which requests do what is not asynchronous: who has one, who waits, and for whom nobody waits."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async

from project.http import threads
from project.http.threads import RequestThread, Threads
from tests.support.serving import HANGS_S, until


@pytest.fixture
async def ours() -> AsyncIterator[Threads]:
    ours = Threads()
    yield ours
    for idle in ours._idle:
        idle.shutdown()
    assert not ours._live and not ours._waiting and not ours._running


class Work:
    """Which goes on until it is told to end."""

    def __init__(self) -> None:
        self.begun, self._end = threading.Event(), threading.Event()

    def __call__(self) -> int:
        self.begun.set()
        assert self._end.wait(HANGS_S)
        return threading.get_ident()

    def end(self) -> None:
        self._end.set()


async def done(request: RequestThread, work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(request, work)


async def test_a_request_has_one_thread_and_django_uses_it(ours: Threads) -> None:
    request = ours.enter("a")
    async with ThreadSensitiveContext(executor=request):
        seen = {await sync_to_async(threading.get_ident)() for _ in range(5)}
    request.leave()
    assert len(seen) == 1 and threading.get_ident() not in seen


async def test_the_next_request_gets_the_thread_of_one_that_has_ended(ours: Threads) -> None:
    seen = set()
    for _ in range(5):
        request = ours.enter("a")
        seen.add(await done(request, threading.get_ident))
        request.leave()
    assert len(seen) == 1


async def test_a_request_has_no_thread_while_nothing_is_done_for_it(ours: Threads) -> None:
    requests = [ours.enter("a") for _ in range(threads.IDLE * 3)]
    seen = [await done(request, threading.get_ident) for request in requests for _ in range(2)]
    for request in requests:
        request.leave()
    assert len(set(seen)) == 1


async def test_the_connection_to_the_database_is_looked_after_before_and_after(
    ours: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the result finds it back in its pool, even where the work has failed."""
    order: list[str] = []
    monkeypatch.setattr(threads, "close_old_connections", lambda: order.append("looked after"))

    def work() -> None:
        order.append("worked")
        raise KeyError("no")

    request = ours.enter("a")
    with pytest.raises(KeyError):
        await done(request, work)
    request.leave()
    assert order == ["looked after", "worked", "looked after"]


async def test_a_few_work_at_a_time_and_the_oldest_request_is_next(
    ours: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "LONG_S", HANGS_S)
    requests = [ours.enter(str(number)) for number in range(threads.AT_A_TIME + 3)]
    work = [Work() for _ in requests]
    order = [*range(threads.AT_A_TIME), *reversed(range(threads.AT_A_TIME, len(requests)))]  # the youngest asks first
    doing = [asyncio.create_task(done(requests[number], work[number])) for number in order]
    assert await until(lambda: sum(one.begun.is_set() for one in work) == threads.AT_A_TIME)
    assert await until(lambda: len(ours._waiting) == 3)
    assert [one.begun.is_set() for one in work] == [True] * threads.AT_A_TIME + [False] * 3
    for number in range(threads.AT_A_TIME, len(requests)):
        work[number - threads.AT_A_TIME].end()
        assert await until(work[number].begun.is_set)
        assert not any(one.begun.is_set() for one in work[number + 1 :])
    for one in work:
        one.end()
    await asyncio.gather(*doing)
    for request in requests:
        request.leave()


async def test_before_an_addresss_second_request_comes_everybodys_first(
    ours: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "LONG_S", HANGS_S)
    crowd = [ours.enter("crowd") for _ in range(threads.AT_A_TIME + 10)]
    work = [Work() for _ in crowd]
    doing = [asyncio.create_task(done(request, one)) for request, one in zip(crowd, work, strict=True)]
    assert await until(lambda: sum(one.begun.is_set() for one in work) == threads.AT_A_TIME)
    other, own = ours.enter("other"), Work()
    doing.append(asyncio.create_task(done(other, own)))
    await asyncio.sleep(0)
    work[0].end()
    assert await until(own.begun.is_set)
    assert sum(one.begun.is_set() for one in work) == threads.AT_A_TIME
    for one in (*work, own):
        one.end()
    await asyncio.gather(*doing)
    for request in (*crowd, other):
        request.leave()


async def test_nobody_waits_for_what_takes_long(ours: Threads) -> None:
    slow = [ours.enter("a") for _ in range(threads.AT_A_TIME * 3)]
    work = [Work() for _ in slow]
    doing = [asyncio.create_task(done(request, one)) for request, one in zip(slow, work, strict=True)]
    quick = ours.enter("a")
    async with asyncio.timeout(HANGS_S):
        assert await done(quick, lambda: "done") == "done"
    for one in work:
        one.end()
    await asyncio.gather(*doing)
    for request in (*slow, quick):
        request.leave()


async def test_what_is_raised_arrives_and_what_was_cancelled_is_not_begun(
    ours: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "LONG_S", HANGS_S)
    requests = [ours.enter("a") for _ in range(threads.AT_A_TIME + 1)]
    work = [Work() for _ in requests]
    doing = [asyncio.create_task(done(request, one)) for request, one in zip(requests, work, strict=True)]
    assert await until(lambda: sum(one.begun.is_set() for one in work) == threads.AT_A_TIME)
    doing[-1].cancel()
    await asyncio.wait(doing[-1:])
    for one in work:
        one.end()
    await asyncio.gather(*doing, return_exceptions=True)

    def fails() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        await done(requests[0], fails)
    assert not work[-1].begun.is_set()
    for request in requests:
        request.leave()


async def test_no_more_threads_are_kept_than_are_of_use(ours: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "LONG_S", 0.0)  # all of them begin
    requests = [ours.enter("a") for _ in range(threads.IDLE + 5)]
    work = [Work() for _ in requests]
    doing = [asyncio.create_task(done(request, one)) for request, one in zip(requests, work, strict=True)]
    assert await until(lambda: all(one.begun.is_set() for one in work))
    for one in work:
        one.end()
    assert len(set(await asyncio.gather(*doing))) == len(requests)
    for request in requests:
        request.leave()
    assert len(ours._idle) == threads.IDLE
