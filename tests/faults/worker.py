"""`python -m tests.faults.worker`: `manage.py run_huey`, with places to break it at and the stand-in provider."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta

from tests.faults import everywhere
from tests.faults.breaking import after, before, replace, say_ready, switched

# Once everything has ended no artifact is in use, and the harness does not wait for a day; nor for a clock that is ahead.
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
    from gallery import services as gallery
    from pipeline import jobs, keeper, stages
    from pipeline.providers import registry
    from tests.faults.standin import StandIn

    everywhere.install()
    provider = StandIn(os.environ["STUDIO_FAULTS_LEDGER"])
    replace(registry, "language", lambda _: lambda: provider)
    replace(registry, "provider_for", lambda _: lambda intent: provider)
    replace(keeper, "rescue", _rescue)
    replace(keeper, "clean", _rescue)
    replace(keeper, "start", _start)
    keeper.DRAFT_AGE = timedelta(seconds=3)  # a minute otherwise: the harness waits for what follows

    after(jobs, "claim", lambda job: f"claim | {job.stage.value}" if job else None)
    after(stages, "refine", lambda read: "refine | advance")
    before(jobs, "_advanced", lambda doc: f"advance to {doc['stage']} | news")
    before(jobs, "announce", lambda doc: "finish | news" if doc["status"] == "DONE" else None)
    after(jobs, "go_on", lambda job: f"advance | {job.stage.value}" if job else None)
    after(stages, "generate", lambda made: "generate | artifact")
    before(jobs, "go_on", lambda job, to, *_: "artifact | advance" if to.value == "uploading" else None)
    after(gallery, "draft", lambda image: "draft row | put")
    before(jobs, "finish", lambda job, values, *_: "put | finish" if "image" in values else None)
    before(gallery, "publish", lambda image: "finish | publish")
    after(gallery, "publish", lambda nothing: "publish | end")


def _start(start: Callable[[], None]) -> Callable[[], None]:
    def wrapped() -> None:
        start()
        say_ready()

    return wrapped


def _rescue(rescue: Callable[[], None]) -> Callable[[], None]:
    from pipeline import keeper

    a_day = keeper.ARTIFACT_AGE

    def wrapped() -> None:
        keeper.ARTIFACT_AGE = ANY_AGE if switched("all ended") else a_day
        if not switched("keeper off"):
            rescue()

    return wrapped


if __name__ == "__main__":
    main()
