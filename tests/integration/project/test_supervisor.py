import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from project.serve import children
from project.serve.children import Child, Rank
from project.serve.supervisor import Stopped, Supervisor, next_delay
from tests.support.serving import eventually

# ends only by force, and says when that is so
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("stubborn", flush=True)
time.sleep(1000)
"""
Start = Callable[[Child], None]


class Clock:
    """In the place of `time`: it passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of the grace that children are given."""
    clock = Clock()
    monkeypatch.setattr(children, "time", clock)
    return clock


def stubborn(folder: Path, start: Start = Child.start) -> Child:
    """It runs, and has begun to be stubborn."""
    log = folder / "said"
    child = Child("Worker 1", Rank.WORKER, [sys.executable, "-c", STUBBORN], log=log)
    start(child)
    eventually(lambda: "stubborn" in log.read_text())
    return child


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    """Restores the signal handlers that it takes over."""
    taken = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    supervisor = Supervisor(said.append)
    supervisor.listen()
    yield supervisor
    for number, handler in taken.items():
        signal.signal(number, handler)
    for child in supervisor.children:
        child.send(signal.SIGKILL)
        if child.process:
            child.process.wait()


def test_a_child_that_keeps_ending_is_started_less_and_less_often() -> None:
    delays = [0.0]
    for _ in range(7):
        delays.append(next_delay(delays[-1], lived=0.1))
    assert delays[1:] == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_child_that_lived_long_is_started_again_soon() -> None:
    assert next_delay(8.0, lived=60) == 0.5


def test_every_ending_is_said_in_one_line(supervisor: Supervisor, said: list[str]) -> None:
    def say(text: str) -> None:
        said.append(text)
        if len(said) == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    supervisor.say = say
    supervisor.start([Child("Worker 1", Rank.WORKER, ["/bin/false"])])
    supervisor.run()
    assert said == [f"Worker 1 ended (exit status 1); starting it again in {delay} s." for delay in ("0.5", "1")]


def test_web_stops_before_workers_and_workers_before_stores(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(
        "project.serve.supervisor.stop", lambda batch, hurried: stopped.extend(child.name for child in batch)
    )
    sleep = ["/bin/sleep", "60"]
    supervisor.start(
        [Child("store", Rank.STORE, sleep), Child("web", Rank.WEB, sleep), Child("worker", Rank.WORKER, sleep)]
    )
    supervisor.stop()
    assert stopped == ["web", "worker", "store"]


def test_a_second_request_to_stop_does_not_wait_for_a_stubborn_child(
    supervisor: Supervisor, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("project.serve.supervisor.SAME_REQUEST_S", -1)  # however soon the second one comes
    child = stubborn(tmp_path, lambda child: supervisor.start([child]))
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
    supervisor.stop()
    assert clock.now == 0
    assert not child.running


def test_one_request_that_arrives_twice_is_still_polite(
    supervisor: Supervisor, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("project.serve.supervisor.SAME_REQUEST_S", 1000)  # however late the second one comes
    supervisor._requested_at = -1000
    stubborn(tmp_path, lambda child: supervisor.start([child]))
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
    supervisor.stop()
    assert clock.now >= children.GRACE_S[Rank.WORKER]


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(clock: Clock, tmp_path: Path) -> None:
    child = stubborn(tmp_path)
    children.stop([child])
    assert child.ending == "killed by SIGKILL"
    assert clock.now >= children.GRACE_S[Rank.WORKER]


def test_a_request_to_stop_ends_a_start_that_still_waits(supervisor: Supervisor) -> None:
    supervisor.pause(0)
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(Stopped):
        supervisor.pause(0)


def test_a_child_in_a_group_of_its_own_hears_no_ctrl_c_of_ours() -> None:
    child = Child("Worker 1", Rank.WORKER, ["/bin/sleep", "60"])
    child.start()
    try:
        assert child.process
        assert os.getpgid(child.process.pid) == child.process.pid
    finally:
        children.stop([child])
