import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix, set_urlconf
from django.utils.log import log_response

from chat import rate_limits
from gallery.errors import StudioError
from project.http import on_the_loop
from project.http.threads import Threads

log = logging.getLogger(__name__)

PIECE = 32_768  # bytes, for each reader
_threads = Threads()
_readers = ThreadPoolExecutor(4, thread_name_prefix="files")  # apart: a disk may hang


class Whole(bytes):
    """Stands for a body in its only event, and is empty; `file` has what arrived, in memory or on the disk."""

    file: IO[bytes]


class Handler(ASGIHandler):
    """Django's, with three changes: only synchronous work takes a thread; a body is the file that `project.daphne.requests`
    has stored, not a copy; a file is read in pieces, as fast as the client takes them."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        thread = _threads.enter(rate_limits.network((scope.get("client") or [""])[0]))
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            thread.leave()

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        set_script_prefix(get_script_prefix(scope))
        request, refused = self.create_request(scope, body)
        response: HttpResponseBase | None = refused
        disconnect = _Disconnect(receive)
        try:
            if request is not None:
                response = await self.run_get_response(request)
            assert response is not None
            await self.send_response(response, send)
        except asyncio.CancelledError:
            if not disconnect.was_the_cause():
                raise
        finally:
            disconnect.stop()
            if response is not None:
                await _close(request, response)
            body.close()

    def adapt_method_mode(self, is_async: bool, method: Any, *rest: Any, **named: Any) -> Any:
        """Django wraps synchronous methods here."""
        check = on_the_loop.check_of_views(method) if is_async else None
        return check or super().adapt_method_mode(is_async, method, *rest, **named)

    async def get_response_async(self, request: HttpRequest) -> HttpResponse:
        set_urlconf(settings.ROOT_URLCONF)
        response: HttpResponse = await self._middleware_chain(request)  # type: ignore[attr-defined]  # Django's own
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        if response.status_code >= 400:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response

    async def read_body(
        self, receive: Callable[[], Awaitable[Mapping[str, Any]]]
    ) -> "tempfile.SpooledTemporaryFile[bytes] | IO[bytes]":
        first = await receive()
        if isinstance(body := first.get("body"), Whole):
            return body.file

        async def receive_again() -> Mapping[str, Any]:
            nonlocal first
            event, first = first, {}
            return event or await receive()

        return await super().read_body(receive_again)

    async def send_response(self, response: HttpResponseBase, send: Callable[[Any], Awaitable[None]]) -> None:
        """After an error the answer stays without an end, and `PacedAnswers` breaks the connection off."""
        if isinstance(response, FileResponse) and response.file_to_stream is not None:
            response.streaming_content = _pieces(response.file_to_stream)
        try:
            await super().send_response(response, send)
        except StudioError as error:
            log.warning("action=answer_broken_off error=%r cause=%r", error, error.__cause__)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.get_running_loop().run_in_executor(_readers, file.read, PIECE):
        yield piece


class _Disconnect:
    """Cancels the current task when the client disconnects."""

    def __init__(self, receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        self._receive, self._task, self._happened = receive, asyncio.current_task(), False
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._happened = True
        assert self._task
        self._task.cancel()

    def was_the_cause(self) -> bool:
        """Whether the task was cancelled for this alone."""
        return self._happened and self._task is not None and self._task.uncancel() == 0

    def stop(self) -> None:
        self._listening.cancel()


async def _close(request: HttpRequest | None, response: HttpResponseBase) -> None:
    if response.streaming or hasattr(request, "_files"):
        await sync_to_async(response.close)()
    else:
        response.close()
