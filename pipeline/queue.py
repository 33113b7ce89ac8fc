"""Wake-ups: three Huey tasks without arguments, since MongoDB says what there is to do.

Web processes only enqueue them; a worker sets what they do when it starts.
"""

from collections.abc import Callable

from django.conf import settings
from redis.exceptions import RedisError

from pipeline.coalescing import Coalescer
from pipeline.message import Stage

HUEY = settings.HUEY
PRIORITY = {Stage.REFINING: 1, Stage.GENERATING: 2, Stage.UPLOADING: 3}


_work: Callable[[Stage], None]


def handle_with(work: Callable[[Stage], None]) -> None:
    global _work
    _work = work


@HUEY.task(priority=PRIORITY[Stage.REFINING])  # type: ignore[untyped-decorator]
def refine() -> None:
    _work(Stage.REFINING)


@HUEY.task(priority=PRIORITY[Stage.GENERATING])  # type: ignore[untyped-decorator]
def generate() -> None:
    _work(Stage.GENERATING)


@HUEY.task(priority=PRIORITY[Stage.UPLOADING])  # type: ignore[untyped-decorator]
def upload() -> None:
    _work(Stage.UPLOADING)


_TASKS = {Stage.REFINING: refine, Stage.GENERATING: generate, Stage.UPLOADING: upload}


def _enqueue(asked: dict[Stage, int]) -> None:
    for stage, times in asked.items():
        for _ in range(times):
            _TASKS[stage]()


# In a thread of its own, because Redis may block for seconds. Meanwhile one wake-up for each stage is enough: a worker
# that claims a message wakes another one if more are due.
_wake_ups = Coalescer("wake_ups", _enqueue, drops=(RedisError, OSError), merge=max)


def wake(stage: Stage, times: int = 1) -> None:
    """Returns at once. A wake-up may be lost: maintenance repeats it."""
    if times:
        _wake_ups.add(stage, times)


def depth(stage: Stage) -> int:
    """Raises `RedisError`."""
    score = -PRIORITY[stage]
    return int(HUEY.storage.conn.zcount(HUEY.storage.queue_key, score, score))
