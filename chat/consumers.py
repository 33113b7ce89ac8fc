import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Protocol

from channels.consumer import AsyncConsumer
from django.conf import settings
from pymongo.errors import PyMongoError

from chat import metrics, protocol, services, store
from chat.poller import local_connections
from gallery.errors import BadInput, NotFound, ReadOnly, StorageDown, StudioError
from gallery.translation import _
from pipeline.documents import Form
from pipeline.events import Event, dump, session_group, size, user_group
from pipeline.message import Message

log = logging.getLogger(__name__)

PING_S = 20
WHO_ARE_YOU, BLOCKED, NOT_FOUND, TOO_SLOW, TOO_MANY = 4401, 4403, 4404, 4408, 4429
OUR_ERROR, TRY_AGAIN = 1011, 1012
CLOSE_FRAME_S = 1.0  # for a close frame to reach a slow reader


class State(Enum):
    CONNECTING = "until the first frame has gone out; events wait"
    OPEN = "commands are answered, events pass"
    CLOSED = "by either side: nothing goes out any more, and frames that were queued are ignored"


class Backlog(Protocol):
    """What was sent and waits for the reader; the server gives it, where there is one."""

    def sent(self, size: int) -> bool:
        """False when too much waits. `size`: in bytes."""

    def drop(self) -> None:
        """Ends the connection without a close frame."""


class SessionConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One connection to one session."""

    user_id = ""
    session_id = ""

    async def __call__(self, scope: Mapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """In place of Channels' own, which starts a task for every event, and closes database connections in the thread
        that all share."""
        self.scope, self.base_send = scope, send
        self.access = scope.get("access")
        self.state = State.CONNECTING
        self._early: list[Event] = []  # events that came between joining and the snapshot
        self._sent_versions: dict[str, int] = {}  # by id of the message or session
        self._groups: list[str] = []
        self._backlog: Backlog | None = scope.get("backlog")
        await receive()  # websocket.connect
        try:
            event = await self._connected(receive)
            while event["type"] != "websocket.disconnect":
                await self.receive(event)
                event = await receive()
        finally:
            self._leave()
            if self.user_id:
                local_connections().exit(self)

    async def _connected(self, receive: Callable[..., Any]) -> Mapping[str, Any]:
        """The first event after the connection. Its locals would be kept for as long as the socket."""
        async with asyncio.TaskGroup() as beside:
            connecting = beside.create_task(self.connect())
            event: Mapping[str, Any] = await receive()
            if event["type"] == "websocket.disconnect":
                connecting.cancel()  # the client has left
        return event

    async def connect(self) -> None:
        await self.base_send({"type": "websocket.accept"})
        user = self.scope["user"]
        if user is None:
            return await self.close(WHO_ARE_YOU)
        self.user_id = str(user.id)
        self.session_id = self.scope["url_route"]["kwargs"]["session_id"]
        if not local_connections().enter(self, settings.SOCKETS_PER_USER if settings.STUDIO_LIMITS else math.inf):
            return await self.close(TOO_MANY)
        try:
            await self._begin()
        except NotFound:
            await self.close(NOT_FOUND)
        except PyMongoError as error:
            log.warning("action=connection_postponed error=%r", error)
            await self.close(TRY_AGAIN)
        except Exception:
            log.exception("action=connection_failed session=%s", self.session_id)
            await self.close(OUR_ERROR)

    async def _begin(self) -> None:
        await store.find_session(self.user_id, self.session_id)
        self._groups = [session_group(self.session_id), user_group(self.user_id)]
        await local_connections().join(self, self._groups)
        session, excerpt = await store.snapshot(self.session_id)
        self._sent_versions = {message.id: message.version for message in excerpt.messages} | {
            session.id: session.version
        }
        ready = {"session": store.public(session), "messages": excerpt.forms, "next": excerpt.next}
        await self.send_json({"type": "session.ready", **ready, "ping_s": PING_S})
        if self.state is State.CONNECTING:
            self.state = State.OPEN
        for event in self._early:
            await self.deliver(event)
        self._early.clear()

    def _leave(self) -> None:
        self.state = State.CLOSED
        local_connections().leave(self, self._groups)

    async def receive(self, frame: Mapping[str, Any]) -> None:
        if self.state is not State.OPEN:
            return
        try:
            if frame.get("text") is None:
                raise protocol.Unreadable(None, BadInput(_("Frames are text; pictures go over HTTP.")))
            command = protocol.read(frame["text"])
        except protocol.Unreadable as unreadable:
            await self.send_json(protocol.failed(unreadable.id, unreadable.error))
        else:
            await self.send_json(await self._answer(command))

    async def _answer(self, command: protocol.AnyCommand) -> Form:
        try:
            if isinstance(command, protocol.Send | protocol.Cancel | protocol.Retry) and not self.scope.get(
                "may_write", True
            ):
                raise ReadOnly
            return protocol.ok(command.id, await _HANDLERS[type(command)](self, command))
        except StudioError as error:
            return protocol.failed(command.id, error)
        except PyMongoError as error:
            log.warning("action=store_down command=%s error=%r", command.type, error)
            return protocol.failed(command.id, StorageDown(_("The conversation cannot be reached just now.")))
        except Exception:
            log.exception("action=command_failed command=%s session=%s", command.type, self.session_id)
            return protocol.failed(command.id, StudioError())

    async def message_send(self, command: protocol.Send) -> Form:
        message = await services.send(self.user_id, self.session_id, command, inside=True)
        self._tells(message)
        return {"message": store.public(message)}

    async def message_cancel(self, command: protocol.Cancel) -> Form:
        return {"message": store.public(await services.cancel(self.user_id, self.session_id, command.message_id))}

    async def message_retry(self, command: protocol.Retry) -> Form:
        return {"message": store.public(await services.retry(self.user_id, self.session_id, command.message_id))}

    async def session_sync(self, command: protocol.Sync) -> Form:
        session, excerpt = await services.sync(self.user_id, self.session_id, command.known)
        self._tells(*excerpt.messages)
        return {"session": store.public(session), "messages": excerpt.forms, "next": excerpt.next}

    async def ping(self, command: protocol.Ping) -> Form:
        return {}

    def _tells(self, *messages: Message) -> None:
        """Remembers that a reply holds these messages: no event needs to repeat them."""
        for message in messages:
            self._sent_versions[message.id] = max(message.version, self._sent_versions.get(message.id, 0))

    def is_behind(self, key: str, version: int) -> bool:
        return self._sent_versions.get(key, 0) < version

    async def deliver(self, event: Event) -> None:
        if self.state is State.CONNECTING:
            self._early.append(event)
            return
        key, version = event["key"], event["version"]
        if key is not None:
            if not self.is_behind(key, version):
                return
            self._sent_versions[key] = version
        metrics.EVENTS.inc()
        await self.send_text(event["text"])
        if event.get("ends") == self.session_id:
            await self.close(NOT_FOUND)

    async def send_json(self, value: Form) -> None:
        await self.send_text(dump(value))

    async def send_text(self, text: str) -> None:
        if self.state is State.CLOSED:
            return
        await self.base_send({"type": "websocket.send", "text": text})
        if self._backlog is not None and not self._backlog.sent(size(text)):
            await self.close(TOO_SLOW)
            asyncio.get_running_loop().call_later(CLOSE_FRAME_S, self._backlog.drop)

    async def close(self, code: int) -> None:
        """The connection counts in its person's limit until it has really ended."""
        if self.state is not State.CLOSED:
            self._leave()
            await self.base_send({"type": "websocket.close", "code": code})


_HANDLERS: dict[type, Callable[..., Awaitable[Form]]] = {
    protocol.Send: SessionConsumer.message_send,
    protocol.Cancel: SessionConsumer.message_cancel,
    protocol.Retry: SessionConsumer.message_retry,
    protocol.Sync: SessionConsumer.session_sync,
    protocol.Ping: SessionConsumer.ping,
}
