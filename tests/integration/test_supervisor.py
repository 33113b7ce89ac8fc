import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from project import children
from project.children import Child, Rank
from project.supervisor import SAME_REQUEST_S, Stopped, Supervisor, next_delay

# prints nothing, and ends only by force
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]


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
    monkeypatch.setattr("project.supervisor.stop", lambda batch, hurried: stopped.extend(child.name for child in batch))
    sleep = ["/bin/sleep", "60"]
    supervisor.start(
        [Child("store", Rank.STORE, sleep), Child("web", Rank.WEB, sleep), Child("worker", Rank.WORKER, sleep)]
    )
    supervisor.stop()
    assert stopped == ["web", "worker", "store"]


def test_a_second_request_to_stop_does_not_wait_for_a_stubborn_child(supervisor: Supervisor) -> None:
    child = Child("Worker 1", Rank.WORKER, STUBBORN)
    supervisor.start([child])
    for _ in range(2):
        time.sleep(SAME_REQUEST_S + 0.1)
        os.kill(os.getpid(), signal.SIGTERM)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < children.GRACE_S[Rank.WORKER] / 3
    assert not child.running


def test_one_request_that_arrives_twice_is_still_polite(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(children.GRACE_S, Rank.WORKER, 0.5)
    supervisor.start([Child("Worker 1", Rank.WORKER, STUBBORN)])
    time.sleep(0.3)
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began > 0.4


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(children.GRACE_S, Rank.WORKER, 0.2)
    child = Child("Worker 1", Rank.WORKER, STUBBORN)
    child.start()
    time.sleep(0.3)
    children.stop([child])
    assert child.ending == "killed by SIGKILL"


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
