"""(j) HTTP requests compared with an asynchronous Django view that does nothing, under unmodified Daphne."""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from gallery.models import Image
from tests.programs.bench.load import Job
from tests.programs.bench.measures import keep_images, keep_message
from tests.programs.bench.testbed import BenchStudio, Numbers, Person, load, resident, running_studio, seen
from tests.support.serving import free_port, listens
from tests.support.studio import eventually

TURNS = 3  # alternately, so that other load affects all alike
POLLING = 20  # connections
PICTURES = 50


def beside_a_bare_view(seconds: float) -> Numbers:
    person = Person()
    message = keep_message(person)
    keep_images(person, PICTURES)
    poll = (f"/api/v1/chat/sessions/{person.sessions[0]}/messages/{message}/", person.token)
    found: dict[str, list[float]] = {}
    with running_studio() as studio, _bare() as bare:
        asked = {
            "bare view": (bare, ("/bare", "")),
            "healthz": (studio.port, ("/healthz", "")),
            "poll": (studio.port, poll),
            f"gallery page of {PICTURES}": (studio.port, ("/v1/gallery/", person.token)),
        }
        for _ in range(TURNS):
            for name, (port, door) in asked.items():
                one = seen(load(Job(port, [door], "get", seconds / TURNS)))
                many = seen(load(Job(port, [door] * POLLING, "get", seconds / TURNS)))
                found.setdefault(f"{name}, 1 connection: p50", []).append(one["p50_ms"])
                found.setdefault(f"{name}, {POLLING} connections: a second", []).append(many["per_s"])
    Image.objects.all().delete()
    return {name: median(numbers) for name, numbers in found.items()}


def memory(seconds: float) -> Numbers:
    """Memory of the web process after this long with 20 connections that poll, and as long with 100."""
    person = Person()
    poll = (f"/api/v1/chat/sessions/{person.sessions[0]}/messages/{keep_message(person)}/", person.token)
    with running_studio() as studio:
        assert studio.web
        for connections in (POLLING, 100):
            seen(load(Job(studio.port, [poll] * connections, "get", seconds / 2)))
        return {"web process after polling": resident(studio.web) / 1000}


@contextmanager
def _bare() -> Iterator[int]:
    """Its port."""
    port = free_port()
    server = BenchStudio().run("-m", "daphne", "-v", "0", "-p", str(port), "tests.programs.bench.bare:application")
    try:
        eventually(lambda: listens(port))
        yield port
    finally:
        server.terminate()
        server.wait()
