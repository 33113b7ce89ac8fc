"""Two machines on real stores with passwords: whatever is restarted, nothing is lost and everybody sees everything."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.many.crowd import Crowd, attempts, claimed
from tests.many.fleet import Fleet, running
from tests.many.servers import Servers
from tests.studio import eventually

LARGE = {"width": 1536, "height": 1536}  # painted for a second
UP = {"mongodb": "ok", "sql": "ok", "redis": "ok"}


@pytest.fixture(scope="module")
def fleet(stores: Servers) -> Iterator[Fleet]:
    with running(stores, STUDIO_LIMITS="on", STUDIO_LEASE_S="3", STUDIO_RENEW_S="1", STUDIO_WATCH_S="1") as found:
        yield found


@pytest.fixture(scope="module")
def crowd(fleet: Fleet) -> Iterator[Crowd]:
    found = Crowd(fleet)
    yield found
    found.leave()


def test_what_is_said_to_one_machine_is_seen_on_both(crowd: Crowd) -> None:
    crowd.say(by=0)
    crowd.say(by=1)
    crowd.see_everything()


def test_a_web_process_that_is_told_to_stop_closes_its_sockets_with_1012(fleet: Fleet, crowd: Crowd) -> None:
    first = fleet.machines[0]
    watching = crowd.people[0].clients[0].connect(crowd.people[0].session)
    first.stop_web()
    assert watching.close_code() == 1012
    crowd.say(by=1)
    first.start_web()
    crowd.see_everything()


def test_a_worker_that_is_told_to_stop_hands_back_what_it_paints(fleet: Fleet, crowd: Crowd) -> None:
    message = crowd.people[0].say("misty mountains", options=LARGE)
    machine = fleet.machines[claimed(fleet, "refining", message)]
    eventually(lambda: crowd.people[0].look_up(message)["stage"] == "generating")
    machine.worker.send_signal(signal.SIGTERM)
    assert machine.worker.wait(10) == 0
    crowd.see_everything()
    assert f"action=handed_back message={message}" in machine.log
    assert set(attempts(fleet.log, "generating", message)) == {"1"}  # an attempt that was handed back does not count
    machine.start_worker()


@pytest.mark.parametrize(("part", "store"), [("mongodb", "mongod"), ("sql", "postgres"), ("redis", "valkey")])
def test_a_store_that_goes_and_comes_back_loses_nothing(fleet: Fleet, crowd: Crowd, part: str, store: str) -> None:
    server = getattr(fleet.servers, store)
    sockets = [person.clients[1].connect(person.session) for person in crowd.people]
    for socket in sockets:
        socket.ready()
    crowd.say(by=0)
    server.stop()
    for machine in fleet.machines:
        assert machine.ready() == {**UP, part: "down"}
    if part != "mongodb":  # without it nothing is accepted
        for person, socket in zip(crowd.people, sockets, strict=True):
            person.said.append(socket.say("a lake")["id"])
    if part == "sql":
        eventually(lambda: "action=sql_down" in fleet.log)
    server.start()
    eventually(lambda: all(machine.ready() == UP for machine in fleet.machines))
    crowd.see_everything()
    for socket in sockets:
        socket.__exit__()
    if part == "sql":  # whoever held a message then has given it back, and that attempt does not count
        tried = [attempts(fleet.log, "uploading", id) for person in crowd.people for id in person.said]
        assert {attempt for again in tried for attempt in again} == {"1"}


def test_a_quick_restart_of_postgresql_is_noticed_by_nobody(fleet: Fleet, crowd: Crowd) -> None:
    """No process is handed a connection to the server that was."""
    asking = [client for person in crowd.people for client in person.clients] * 3
    with ThreadPoolExecutor(len(asking)) as pool:
        for restart in (False, True):
            if restart:
                fleet.servers.postgres.stop()
                fleet.servers.postgres.start()
            answers = pool.map(lambda client: client.http.get("/v1/gallery/").status_code, asking)
            assert set(answers) == {200}


def test_an_election_loses_nothing(fleet: Fleet, crowd: Crowd) -> None:
    crowd.say(by=0)
    fleet.servers.mongod.step_down()
    crowd.see_everything()
