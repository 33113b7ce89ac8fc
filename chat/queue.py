"""Places in the queue, read once for all who ask at the same time."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from pipeline.coalescing import PerLoop, Shared
from pipeline.store import turns
from pipeline.store.turns import Place

RESTS = 9  # the pause after a read, in times of its duration
RESTS_AT_MOST_S = 0.5

_thread = ThreadPoolExecutor(1, thread_name_prefix="turns")


def _read() -> Mapping[str, Place]:
    return turns.places()


_reading = PerLoop(lambda: Shared(_thread, _read, rests=RESTS, rests_at_most_s=RESTS_AT_MOST_S))


async def places() -> Mapping[str, Place]:
    """By message id, of the first messages of the queue. Raises `PyMongoError`."""
    return await _reading().ask()
