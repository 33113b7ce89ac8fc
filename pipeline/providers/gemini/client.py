"""Every call has a deadline, is one request, and can be given up; only so many run at a time."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from google import genai
from google.genai import types

from gallery.errors import StudioError
from pipeline.providers.gemini import faults
from pipeline.providers.gemini.account import Account
from pipeline.providers.gemini.transport import Bounded

log = logging.getLogger(__name__)

API_VERSION = "v1"  # the SDK's default, which an environment variable would change
CLOSE_S = 2.0
BEAT_S = 0.2  # for cancellations


@dataclass(frozen=True)
class Question:
    model: str
    parts: tuple[types.Part, ...]
    config: types.GenerateContentConfig


@dataclass(frozen=True)
class Patience:
    """Called every BEAT_S; what they raise ends the call."""

    queued: Callable[[], None]  # for other calls of this process
    asked: Callable[[float], None]  # seconds so far


class Client:
    """Calls run on an event loop: there a deadline holds even for a service that sends a byte now and then, and a call
    that is given up closes its connection at once."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._turns = threading.BoundedSemaphore(account.calls)
        self._loop = asyncio.new_event_loop()
        self._transports = httpx2.Client(), httpx2.AsyncClient(transport=Bounded(), follow_redirects=False)
        self._sdk = _sdk(account, *self._transports)
        self._thread = threading.Thread(target=self._loop.run_forever, name="gemini", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Callers still waiting are left alone."""
        never_used, transport = self._transports
        never_used.close()
        asyncio.run_coroutine_threadsafe(transport.aclose(), self._loop).result(CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_S)
        self._loop.close()

    def ask(self, question: Question, patience: Patience) -> types.GenerateContentResponse:
        """Raises the errors of `gallery.errors` only, and what `patience` raises."""
        with self._turn(patience):
            call = asyncio.run_coroutine_threadsafe(self._call(question), self._loop)
            began = time.monotonic()
            try:
                while not futures.wait([call], timeout=BEAT_S).done:
                    patience.asked(time.monotonic() - began)
            finally:
                call.cancel()
        fault: StudioError
        try:
            return call.result()
        except faults.RAISED as error:
            fault = faults.of(error)
            # Never the error itself: the service quotes keys, and the SDK's error holds our request's headers.
            code, kind = getattr(error, "code", ""), type(error).__name__
            log.warning("action=gemini_failed model=%s kind=%s code=%s", question.model, kind, code)
        raise fault  # out here, so that no other error is its context

    @contextmanager
    def _turn(self, patience: Patience) -> Iterator[None]:
        while not self._turns.acquire(timeout=BEAT_S):
            patience.queued()
        try:
            yield
        finally:
            self._turns.release()

    async def _call(self, question: Question) -> types.GenerateContentResponse:
        contents = types.Content(role="user", parts=list(question.parts))
        async with asyncio.timeout(self._account.timeout_s):
            return await self._sdk.aio.models.generate_content(
                model=question.model, contents=contents, config=_once(question.config)
            )


def _once(config: types.GenerateContentConfig) -> types.GenerateContentConfig:
    """The SDK would send more requests where an answer was cut, or called for a function."""
    by_itself = {
        "automatic_continuation": False,
        "automatic_function_calling": types.AutomaticFunctionCallingConfig(disable=True),
    }
    return config.model_copy(update=by_itself)


def _sdk(account: Account, never_used: httpx2.Client, transport: httpx2.AsyncClient) -> genai.Client:
    """The SDK's own transports would follow a redirect with our key, or repeat a failed request (aiohttp)."""
    options = types.HttpOptions(
        base_url=account.base_url,
        api_version=API_VERSION,
        timeout=round(account.timeout_s * 1000),
        httpx_client=never_used,
        httpx_async_client=transport,
    )
    return genai.Client(vertexai=False, api_key=account.key, http_options=options)
