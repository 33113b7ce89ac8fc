"""`python -m tests.programs.faults.worker`: `manage.py run_huey` with fault injection and the fake provider."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.programs.faults import everywhere
from tests.programs.faults.breaking import after, before, replace, say_over, say_ready, switched

# Shorter than a day, for the harness: once everything has ended no artifact is in use, even by a clock that is ahead.
IMAGES = "STUDIO_FAULTS_IMAGES"  # set: the provider `images` makes the pictures, not the fake
ANY_AGE = timedelta(minutes=-2)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    everywhere.skew_clock()
    import django

    django.setup()
    install()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "run_huey", *sys.argv[1:]])


def install() -> None:
    from gallery import leftovers
    from gallery import services as gallery
    from pipeline import events
    from pipeline.providers import registry
    from pipeline.providers.openai_api.images import ImagesProvider
    from pipeline.providers.openai_api.server import Server
    from pipeline.store import ledger as books
    from pipeline.store import messages, reservations, turns
    from pipeline.worker import maintenance, runner, stages
    from pipeline.worker.paying import OfMessage
    from tests.programs.faults.provider import PATIENCE_S, FakeProvider

    everywhere.install()
    ledger = os.environ["STUDIO_FAULTS_LEDGER"]
    fake = FakeProvider(ledger)
    provider = ImagesProvider(Server(ledger, "", timeout_s=PATIENCE_S, calls=4)) if IMAGES in os.environ else fake
    replace(registry, "refiner", lambda _: lambda: fake)
    replace(registry, "provider_for", lambda _: lambda intent: provider)
    replace(maintenance, "repair_once", _rescue)
    replace(maintenance, "clean", _rescue)
    replace(maintenance, "start", _start)
    replace(runner, "_take_through", _take_through)
    leftovers.REST_S = 1.0  # a day otherwise
    maintenance.DRAFT_AGE = timedelta(seconds=3)  # a minute otherwise, for which the harness would wait

    before(reservations, "cover", lambda *_: "call listed | confirmed")
    after(reservations, "cover", lambda nothing: "confirmed | asked")
    before(OfMessage, "_end", lambda *_, **__: "answer | cost")
    before(books, "post", lambda *_: "end | posted")
    before(books, "_close", lambda owner, *_, **__: "posted | posted in both" if owner == books.STUDIO else None)
    after(books, "post", lambda nothing: "posted | settled")
    before(turns, "pass_on", lambda *_: "claim | next turn")
    after(messages, "claim", lambda job: f"claim | {job.stage.value}" if job else None)
    after(stages, "refine", lambda read: "refine | advance")
    before(messages, "_advanced", lambda message: f"advance to {message.stage} | event")
    before(events, "enqueue_change", lambda message: "finish | event" if message.status == "DONE" else None)
    after(messages, "advance_holding", lambda job: f"advance | {job.stage.value}" if job else None)
    after(stages, "generate", lambda made: "generate | artifact")
    before(messages, "advance_holding", lambda job, to, *_: "artifact | advance" if to.value == "uploading" else None)
    after(gallery, "draft", lambda image: "draft row | put")
    before(messages, "finish", lambda job, values, *_: "put | finish" if "image" in values else None)
    before(gallery, "publish", lambda image: "finish | publish")
    after(gallery, "publish", lambda nothing: "publish | end")


def _start(start: Callable[[], None]) -> Callable[[], None]:
    def wrapped() -> None:
        start()
        say_ready()

    return wrapped


def _take_through(take: Callable[[Any], None]) -> Callable[[Any], None]:
    def wrapped(job: Any) -> None:
        try:
            take(job)
        finally:
            say_over()

    return wrapped


def _rescue(rescue: Callable[[], None]) -> Callable[[], None]:
    from pipeline.worker import maintenance

    a_day = maintenance.ARTIFACT_AGE

    def wrapped() -> None:
        maintenance.ARTIFACT_AGE = ANY_AGE if switched("all ended") else a_day
        if not switched("maintenance off"):
            rescue()

    return wrapped


if __name__ == "__main__":
    main()
