"""Refines a prompt for somebody who waits, in threads of its own: it may take minutes."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import close_old_connections
from django.utils import translation

from gallery.errors import Quota
from gallery.translation import _
from pipeline.providers.text import answered_in

if TYPE_CHECKING:
    from pipeline.providers.base import Refinement

THREADS: int = settings.READER_CALLS
WAITING = 8  # for a thread
RETRY_AFTER_S = 5

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="reading")
_places = threading.BoundedSemaphore(THREADS + WAITING)


async def refine(user_id: str, prompt: str) -> "Refinement":
    """Raises `Quota` when too many wait, `Budget`, and what the provider raises."""
    if not _places.acquire(blocking=False):
        raise Quota(_("Too many prompts are being read just now."), retry_after=RETRY_AFTER_S)
    reading = _threads.submit(_refine, user_id, prompt, answered_in(prompt))
    reading.add_done_callback(lambda _: _places.release())  # even if the caller has left, the thread is busy until then
    return await asyncio.wrap_future(reading)


def _refine(user_id: str, prompt: str, language: str) -> "Refinement":
    """Imports in the thread: those of a provider may take seconds, and would block the event loop."""
    from pipeline.providers import registry
    from pipeline.providers.base import RefineRequest
    from pipeline.worker import paying, stages

    request = RefineRequest(prompt, None, None, None, None, has_source=False, attached=0, has_mask=False, turns=())
    try:
        with translation.override(language), paying.paid_by_person(user_id):
            return stages.refine(registry.refiner(), registry.provider_for, request)
    finally:
        close_old_connections()
