"""The socket: connect, receive, forward. What is done for a person, `chat.services` does."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from pymongo.errors import PyMongoError

from chat import conversations, metrics, protocol, services
from chat.backlog import Backlog
from chat.watch import hub
from gallery.errors import BadInput, NotFound, StorageDown, StudioError
from pipeline.publisher import News, dump, session_group, user_group

PING_S = 20
WHO_ARE_YOU, NOT_FOUND, TOO_SLOW, TOO_MANY, TRY_AGAIN = 4401, 4404, 4408, 4429, 1012
FAREWELL_S = 1.0  # how long a close frame may take to reach a slow reader


class SessionConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One connection to one session."""

    user_id = ""
    session_id = ""

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Channels' own listens to a layer too, and so makes a task of every event."""
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' own goes through the shared thread on every event, to close database connections we do not use here."""
        match message["type"]:
            case "websocket.receive":
                await self.receive(message)
            case "websocket.connect":
                await self.connect()
            case "websocket.disconnect":
                await self.disconnect()
                raise StopConsumer

    async def connect(self) -> None:
        self._ready = False
        self._early: list[News] = []  # came between joining and the snapshot
        self._passed: dict[str, int] = {}  # the highest version that went out, by message or session
        self._groups: list[str] = []
        self._backlog = Backlog(self.base_send)
        await self.base_send({"type": "websocket.accept"})
        user = self.scope["user"]
        if user is None:
            return await self.close(WHO_ARE_YOU)
        self.user_id = str(user.id)
        self.session_id = self.scope["url_route"]["kwargs"]["session_id"]
        if not hub().enter(self, settings.SOCKETS_PER_USER if settings.STUDIO_LIMITS else math.inf):
            return await self.close(TOO_MANY)
        try:
            await self._begin()
        except NotFound:
            await self._leave()
            await self.close(NOT_FOUND)
        except PyMongoError:
            await self._leave()
            await self.close(TRY_AGAIN)

    async def _begin(self) -> None:
        await conversations.find_session(self.user_id, self.session_id)
        self._groups = [session_group(self.session_id), user_group(self.user_id)]
        metrics.SOCKETS.inc()
        await hub().join(self, self._groups)
        snapshot = await conversations.snapshot(self.session_id)
        self._passed = {form["id"]: form["version"] for form in (*snapshot["messages"], snapshot["session"])}
        await self.send_json({"type": "session.ready", **snapshot, "ping_s": PING_S})
        self._ready = True
        for news in self._early:
            await self.deliver(news)
        self._early.clear()

    async def disconnect(self) -> None:
        hub().exit(self)
        await self._leave()

    async def _leave(self) -> None:
        groups, self._groups = self._groups, []
        if groups:
            metrics.SOCKETS.dec()
            await hub().leave(self, groups)

    async def receive(self, frame: dict[str, Any]) -> None:
        if not self._groups:
            return  # closed already; what was on its way is not ours to do any more
        try:
            if frame.get("text") is None:
                raise protocol.Unreadable(None, BadInput("Frames are text; pictures go over HTTP."))
            command = protocol.read(frame["text"])
        except protocol.Unreadable as unreadable:
            await self.send_json(protocol.failed(unreadable.id, unreadable.error))
        else:
            await self.send_json(await self._answer(command))

    async def _answer(self, command: protocol.AnyCommand) -> dict[str, Any]:
        try:
            return protocol.ok(command.id, await _HANDLERS[type(command)](self, command))
        except StudioError as error:
            return protocol.failed(command.id, error)
        except PyMongoError:
            return protocol.failed(command.id, StorageDown("The conversation cannot be reached just now."))

    async def message_send(self, command: protocol.Send) -> dict[str, Any]:
        form = await services.send(self.user_id, self.session_id, command, inside=True)
        self._passed[form["id"]] = max(form["version"], self._passed.get(form["id"], 0))  # the reply tells it
        return {"message": form}

    async def message_cancel(self, command: protocol.Cancel) -> dict[str, Any]:
        return {"message": await services.cancel(self.user_id, self.session_id, command.message_id)}

    async def message_retry(self, command: protocol.Retry) -> dict[str, Any]:
        return {"message": await services.retry(self.user_id, self.session_id, command.message_id)}

    async def session_sync(self, command: protocol.Sync) -> dict[str, Any]:
        return {
            "session": await services.get_session(self.user_id, self.session_id),
            "messages": await conversations.differing(self.session_id, command.known),
        }

    async def ping(self, command: protocol.Ping) -> dict[str, Any]:
        return {}

    def lacks(self, key: str, version: int) -> bool:
        return self._passed.get(key, 0) < version

    async def deliver(self, news: News) -> None:
        if not self._ready:
            self._early.append(news)
            return
        key, version = news["key"], news["version"]
        if key is not None:
            if not self.lacks(key, version):
                return
            self._passed[key] = version
        metrics.NEWS.inc()
        await self.send_text(news["text"])
        if news.get("ends") == self.session_id:
            await self._leave()
            await self.close(NOT_FOUND)

    async def send_json(self, value: dict[str, Any]) -> None:
        await self.send_text(dump(value))

    async def send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})
        if not self._backlog.sent(len(text)):
            await self._leave()
            await self.close(TOO_SLOW)
            asyncio.get_running_loop().call_later(FAREWELL_S, self._backlog.drop)

    async def close(self, code: int) -> None:
        await self.base_send({"type": "websocket.close", "code": code})


_HANDLERS: dict[type, Callable[..., Awaitable[dict[str, Any]]]] = {
    protocol.Send: SessionConsumer.message_send,
    protocol.Cancel: SessionConsumer.message_cancel,
    protocol.Retry: SessionConsumer.message_retry,
    protocol.Sync: SessionConsumer.session_sync,
    protocol.Ping: SessionConsumer.ping,
}
