"""`python -m tests.programs.faults.moderator ID hide`: a moderator in a process of its own, with places to break it at.
Makes the same decision about everything in the queue: `hide`, `approve`, or `accept` of appeals."""

import os
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

LEASE = timedelta(seconds=3)  # of the queue; minutes otherwise
RECORDED, DECIDED = "act recorded | picture changed", "appeal's picture changed | appeal closed"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django

    django.setup()
    install()
    review(uuid.UUID(sys.argv[1]), sys.argv[2])


def install() -> None:
    from gallery.moderation import appeals, queue, record, verdicts
    from tests.programs.faults.breaking import after, replace, switched

    queue.LEASE = LEASE
    if switched("acts alone"):  # a negative control: without a transaction
        for module, name in ((queue, "decide"), (appeals, "decide"), (verdicts, "_decide")):
            replace(module, name, _without_transaction)
    after(record, "add", lambda nothing: RECORDED)
    after(verdicts, "decide", lambda decided: DECIDED if decided and decided[0].appeal == "open" else None)


def _without_transaction(decorated: Any) -> Callable[..., Any]:
    return decorated.__wrapped__  # type: ignore[no-any-return]


def review(by: uuid.UUID, verdict: str) -> None:
    """Until nothing waits for this moderator."""
    from gallery.moderation import queue

    kind: queue.Kind = "appeals" if verdict == "accept" else "new"
    while images := queue.claim(by, queue.Filters(kind), 2):
        for image in images:
            queue.decide(by, image.pk, "hide" if verdict == "hide" else "approve", "other", "")


if __name__ == "__main__":
    main()
