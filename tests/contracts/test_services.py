"""What a service that does badly means, whoever is asked: to the person, to the bill, and to the key."""

import logging
import socket
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from gallery.errors import Interrupted, ProviderDown, StudioError, TimedOut
from pipeline.providers.base import Usage
from pipeline.providers.metering import Call, metered
from pipeline.providers.openai_api import sd_cpp
from tests.contracts.services import FAULTS, SERVICES, Fault, Service, failing, said
from tests.support.fakes.server import NEVER, Answer, Server, dripping, serving
from tests.support.listener import Listener
from tests.support.studio import HANGS_S

EVERY = {name for faults in FAULTS.values() for name in faults}
CELLS = [
    pytest.param(service, fault, id=f"{service}: {name}")
    for service, faults in FAULTS.items()
    for name, fault in faults.items()
    if isinstance(fault, Fault)
]
FIRST = [name for name, service in SERVICES.items() if service.is_first]
GIVEN_UP = [name for name, service in SERVICES.items() if service.can_be_given_up]
CANCELLED = [name for name in FIRST if name not in ("Gemini reads", "chat")]  # a reading takes no control


@pytest.fixture
def service(name: str) -> Service:
    return SERVICES[name]


class Bill:
    """A meter, of the pictures alone."""

    def __init__(self) -> None:
        self.begun = 0
        self.ended: list[int] = []

    def begin(self, call: Call) -> str:
        self.begun += 1
        return "id"

    def end(self, id: str, usage: Usage) -> None:
        self.ended.append(usage.pictures)

    @property
    def is_unknown(self) -> bool:
        return self.begun > len(self.ended)


@contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """Somebody who speaks no HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}"


def asked(server: Server, service: Service) -> int:
    """How often, of what the fault is about."""
    return sum(map(service.is_concerned, server.asked))


def test_every_fault_of_every_service_is_tried_or_has_a_reason() -> None:
    assert set(FAULTS) == set(SERVICES)
    assert {name: EVERY - set(faults) for name, faults in FAULTS.items() if EVERY - set(faults)} == {}


@pytest.mark.parametrize(("name", "fault"), CELLS)
def test_a_fault_is_our_error_and_says_what_it_cost_and_never_the_key(
    service: Service, fault: Fault, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "google_genai", "httpx2", "httpcore2", "urllib3", "cloudinary"):  # the settings let those say less
        caplog.set_level(logging.DEBUG, name)
    for bound in ("gemini.client.MAX_ANSWER_BYTES", "transport.MAX_ANSWER_BYTES"):
        monkeypatch.setattr(f"pipeline.providers.{bound}", 100_000)
    monkeypatch.setattr("gallery.pictures.MAX_BYTES", 100_000)
    monkeypatch.setattr(sd_cpp, "POLL_S", 0.02)
    bill = Bill()
    enough_s = 0.5 if service.is_first else 3.0  # what comes before has to be answered
    timeout_s = enough_s if fault.error is TimedOut else HANGS_S
    with service.fake() as fake, service.asking(fake.server.url, timeout_s) as ask:
        failing(fake.server, service, fault)
        with metered(bill), pytest.raises(StudioError) as caught:
            ask(Listener())
    error = caught.value
    assert (type(error), error.retry_after) == (fault.error, fault.retry_after)
    assert (sum(bill.ended), bill.is_unknown) == (fault.pictures, fault.unknown)
    assert error.usage.get("pictures", 0) == fault.pictures
    told = repr(error) + repr(vars(error)) + "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert service.canary not in told + caplog.text


@pytest.mark.parametrize("name", SERVICES)
def test_a_redirect_is_not_followed_with_the_key_in_hand(service: Service) -> None:
    with serving(lambda asked: Answer()) as elsewhere, service.fake() as fake:
        onward = Answer(307, headers={"Location": f"{elsewhere.url}/v1/elsewhere"})
        with service.asking(fake.server.url, HANGS_S) as ask:
            failing(fake.server, service, said(onward, ProviderDown))
            with pytest.raises(ProviderDown):
                ask(Listener())
        assert elsewhere.asked == []


@pytest.mark.parametrize("name", FIRST)
def test_nothing_that_listens_is_an_outage_and_costs_nothing(service: Service) -> None:
    bill = Bill()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        with service.asking(nobody, HANGS_S) as ask, metered(bill), pytest.raises(ProviderDown):
            ask(Listener())
    assert (bill.ended, bill.begun) == ([0], 1)


@pytest.mark.parametrize("name", FIRST)
def test_a_service_that_sends_a_byte_now_and_then_is_a_timeout(service: Service) -> None:
    with dripping() as url, service.asking(url, 0.4) as ask, pytest.raises(TimedOut):
        ask(Listener())


@pytest.mark.parametrize("name", GIVEN_UP)
def test_what_is_given_up_may_have_been_paid_for_and_its_turn_is_free_at_once(service: Service) -> None:
    bill = Bill()
    with service.fake() as fake, service.asking(fake.server.url, HANGS_S) as ask:
        well = fake.server.respond
        failing(fake.server, service, said(NEVER, Interrupted))
        with metered(bill), pytest.raises(Interrupted):
            ask(Listener(stop_after=4))
        assert bill.is_unknown or sum(bill.ended) == 1
        fake.server.respond = well
        assert ask(Listener())


@pytest.mark.parametrize("name", [name for name in GIVEN_UP if name in FIRST])
def test_a_call_that_is_given_up_closes_its_connection(service: Service) -> None:
    """So that the server can stop working on it."""

    def until_closed(listening: socket.socket) -> bool:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(HANGS_S)
            while connection.recv(65536):
                pass
        return True

    with listening() as (server, url), ThreadPoolExecutor(1) as threads:
        closed = threads.submit(until_closed, server)
        with service.asking(url, HANGS_S) as ask:
            with pytest.raises(Interrupted):
                ask(Listener(stop_after=4))
            assert closed.result(HANGS_S)


@pytest.mark.parametrize("name", CANCELLED)
def test_what_was_cancelled_before_is_not_asked_for(service: Service) -> None:
    with service.fake() as fake, service.asking(fake.server.url, HANGS_S) as ask:
        with pytest.raises(Interrupted):
            ask(Listener(stop_at=0.0))
        assert asked(fake.server, service) == 0
