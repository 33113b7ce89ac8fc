"""The three Huey tasks. A task is a doorbell: it carries nothing, and MongoDB says what there is to do.

What the tasks do is imported when the first one runs, so that a web process, which only rings, stays light.
"""

import functools
import logging
import queue
import threading
from collections import Counter

from django.conf import settings
from redis.exceptions import RedisError

from pipeline.message import Stage

log = logging.getLogger(__name__)

HUEY = settings.HUEY
PRIORITY = {Stage.REFINING: 1, Stage.GENERATING: 2, Stage.UPLOADING: 3}  # what is nearly done goes first


@HUEY.task(priority=PRIORITY[Stage.REFINING])  # type: ignore[untyped-decorator]
def refine() -> None:
    from pipeline.steps import work

    work(Stage.REFINING)


@HUEY.task(priority=PRIORITY[Stage.GENERATING])  # type: ignore[untyped-decorator]
def generate() -> None:
    from pipeline.steps import work

    work(Stage.GENERATING)


@HUEY.task(priority=PRIORITY[Stage.UPLOADING])  # type: ignore[untyped-decorator]
def upload() -> None:
    from pipeline.steps import work

    work(Stage.UPLOADING)


_TASKS = {Stage.REFINING: refine, Stage.GENERATING: generate, Stage.UPLOADING: upload}


class _Ringer:
    """Rings from one thread: an enqueue into a hung Redis blocks for seconds, and nobody shall wait for that."""

    def __init__(self) -> None:
        self.bells: queue.SimpleQueue[Stage] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="doorbells", daemon=True).start()

    def _run(self) -> None:
        while True:
            stage = self.bells.get()
            try:
                _TASKS[stage]()
            except (RedisError, OSError) as error:
                dropped = Counter([stage])
                while not self.bells.empty():  # they would wait as long, one by one; the keeper rings again
                    dropped[self.bells.get()] += 1
                log.warning("action=doorbells_dropped count=%d error=%r", dropped.total(), error)


@functools.cache
def _ringer() -> _Ringer:
    return _Ringer()


def ring(stage: Stage, times: int = 1) -> None:
    """Wake a worker for this stage. Returns at once; a doorbell may be lost, and the keeper rings it again."""
    for _ in range(times):
        _ringer().bells.put(stage)


def rung(stage: Stage) -> int:
    """How many doorbells of this stage nobody has heard yet. Raises `RedisError`."""
    score = -PRIORITY[stage]
    return int(HUEY.storage.conn.zcount(HUEY.storage.queue_key, score, score))
