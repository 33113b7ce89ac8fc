"""The three Huey tasks. A task is a doorbell: it carries nothing, and MongoDB says what there is to do.

What the tasks do is imported when the first one runs, so that a web process, which only rings, stays light.
"""

import functools
import logging
import threading

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
    """Rings from one thread: an enqueue into a hung Redis blocks for seconds, and nobody shall wait for that.

    What is asked for while it rings is one doorbell: whoever claims a message rings again if more are due.
    """

    def __init__(self) -> None:
        self._asked: dict[Stage, int] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        threading.Thread(target=self._run, name="doorbells", daemon=True).start()

    def ask(self, stage: Stage, times: int) -> None:
        with self._lock:
            self._asked[stage] = max(times, self._asked.get(stage, 0))
        self._wake.set()

    def _run(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            with self._lock:
                asked, self._asked = self._asked, {}
            bells = [stage for stage, times in asked.items() for _ in range(times)]
            try:
                for stage in bells:
                    _TASKS[stage]()
            except (RedisError, OSError) as error:  # the keeper rings again
                log.warning("action=doorbells_dropped at_most=%d error=%r", len(bells), error)


@functools.cache
def _ringer() -> _Ringer:
    return _Ringer()


def ring(stage: Stage, times: int = 1) -> None:
    """Wake a worker for this stage. Returns at once; a doorbell may be lost, and the keeper rings it again."""
    if times:
        _ringer().ask(stage, times)


def rung(stage: Stage) -> int:
    """How many doorbells of this stage nobody has heard yet. Raises `RedisError`."""
    score = -PRIORITY[stage]
    return int(HUEY.storage.conn.zcount(HUEY.storage.queue_key, score, score))
