"""How Django's answers leave: a file piece by piece, or without an end where it cannot be read to its own; and what is said
of a body whose sender cannot be looked up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import IO, Any, cast

import pytest
from django.db import OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse

from gallery.errors import StorageDown, Unauthorized
from project.daphne import uploads
from project.daphne.application import PIECE, Handler
from tests.support.serving import HANGS_S


class File:
    """So many bytes, of which the last cannot be read."""

    def __init__(self, size: int, readable: int) -> None:
        self.left, self.unreadable = size, size - readable
        self.reads: list[int] = []
        self.closed = False

    def read(self, size: int) -> bytes:
        if self.left <= self.unreadable and self.left:
            raise StorageDown
        self.reads.append(size)
        piece = b"x" * min(size, self.left)
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.closed = True


async def sent(file: File) -> list[Mapping[str, Any]]:
    """The events of the answer that this file is."""
    events: list[Mapping[str, Any]] = []

    async def send(event: Mapping[str, Any]) -> None:
        events.append(event)
        # Nothing is read ahead: as much has been taken of the file as has been sent.
        pieces = sum(event.get("more_body", False) for event in events)
        assert len(file.reads) == pieces or not event.get("more_body")

    response = FileResponse(cast(IO[bytes], file), content_type="image/png")
    await Handler().send_response(response, send)
    await asyncio.to_thread(response.close)
    return events


async def test_a_file_is_read_as_it_is_sent() -> None:
    file = File(3 * PIECE + 5, 3 * PIECE + 5)
    start, *pieces = await sent(file)
    assert start["status"] == 200
    assert [len(event.get("body", b"")) for event in pieces] == [PIECE, PIECE, PIECE, 5, 0]
    assert [event.get("more_body", False) for event in pieces] == [True] * 4 + [False]
    assert file.closed


async def test_a_file_that_cannot_be_read_to_its_end_is_not_ended(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    file = File(3 * PIECE, PIECE)
    _, *pieces = await sent(file)
    assert [event["more_body"] for event in pieces] == [True]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "action=answer_broken_off" in caplog.text
    assert file.closed


async def test_a_sender_who_cannot_be_looked_up_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise OperationalError("no such host")

    monkeypatch.setattr(uploads, "_look_up", away)
    with pytest.raises(StorageDown):
        await uploads.admit([(b"authorization", b"Bearer x")], "203.0.113.7", 100_000)
    with pytest.raises(Unauthorized):  # who says nothing of himself is not looked up
        await uploads.admit([(b"host", b"x")], "203.0.113.7", 100_000)


class Request:
    """A request to a view of our own, as the server hands it on."""

    def __init__(self, view: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.events.put_nowait({"type": "http.request", "body": b""})
        self.sent: list[Mapping[str, Any]] = []
        handler: Any = Handler()
        handler._middleware_chain = view
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        self.task = asyncio.create_task(handler(scope, self.events.get, self._send))

    async def _send(self, event: Mapping[str, Any]) -> None:
        self.sent.append(event)
        if event["type"] == "http.response.body" and not event.get("more_body"):
            self.events.put_nowait({"type": "http.disconnect"})  # as Daphne does when an answer has its end


class Waiting:
    """A view that is not ready before it is told to be."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.cancelled = asyncio.Event(), asyncio.Event(), False
        self.closed: list[str] = []

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        response = HttpResponse("ready")
        response._resource_closers.append(lambda: self.closed.append("closed"))  # type: ignore[attr-defined]
        return response


async def test_a_view_whose_client_leaves_is_cancelled_and_the_server_goes_on() -> None:
    view = Waiting()
    asked = Request(view)
    async with asyncio.timeout(HANGS_S):
        await view.begun.wait()
        asked.events.put_nowait({"type": "http.disconnect"})
        await asked.task
    assert view.cancelled and asked.sent == []
    assert not asked.task.cancelling()


async def test_a_view_that_the_server_cancels_is_cancelled() -> None:
    view = Waiting()
    asked = Request(view)
    async with asyncio.timeout(HANGS_S):
        await view.begun.wait()
        asked.task.cancel()
        await asyncio.wait([asked.task])
    assert view.cancelled and asked.task.cancelled()


async def test_an_answer_that_was_sent_is_closed_though_the_client_leaves_then() -> None:
    view = Waiting()
    asked = Request(view)
    view.go_on.set()
    async with asyncio.timeout(HANGS_S):
        await asked.task
    assert [event["type"] for event in asked.sent] == ["http.response.start", "http.response.body"]
    assert view.closed == ["closed"]
    assert not view.cancelled


async def test_what_goes_wrong_in_a_view_reaches_the_server() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        raise KeyError("ours")

    asked = Request(view)
    with pytest.raises(KeyError):
        await asked.task
