"""A client of AI Photo Studio to copy: `websockets` and the standard library, Python 3.11 or newer. It connects again after
any drop, catches up by versions, and sends again what was not answered, under the same `client_id`.

    async with Conversation("http://127.0.0.1:9999") as conversation:  # keep its `token` and `id` to come back
        message = await conversation.ask("Create a sunset landscape")
        print(message["image_url"] or message["reply"])
"""

import asyncio
import json
import urllib.request
import uuid
from contextlib import aclosing, suppress
from typing import Any, Self, TypedDict

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

FINAL = {4401: "Nobody knows this token.", 4404: "There is no such session, or it is not yours."}


class Message(TypedDict):  # and more: docs/protocol.md
    id: str
    client_id: str
    status: str
    version: int
    reply: str | None
    image_url: str | None
    error: dict[str, Any] | None


class StudioError(Exception):
    """`args`: the code, and a sentence for people."""


def post(url: str, token: str = "") -> dict[str, Any]:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {}, method="POST")
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return dict(json.load(answer))


class Conversation:
    def __init__(self, url: str, token: str = "", session_id: str = "") -> None:
        self.token = token or str(post(f"{url}/api/v1/auth/guest/")["token"])
        self.id = session_id or str(post(f"{url}/api/v1/chat/sessions/", self.token)["id"])
        self._address = f"ws{url.removeprefix('http')}/ws/sessions/{self.id}/"
        self.messages: dict[str, Message] = {}  # by id, of each the highest version
        self._asked: dict[str, list[Any]] = {}  # by client_id: the frame, who waits, and who sends it again
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await asyncio.wait([self._running])

    async def ask(self, content: str, **fields: Any) -> Message:
        """Returns when the message has ended: DONE, perhaps with a `reply` and no picture, or FAILED, or CANCELLED."""
        key, ended = uuid.uuid4().hex, asyncio.Future[Message]()
        self._asked[key] = [{"type": "message.send", "id": key, "client_id": key, "content": content, **fields}, ended]
        await self._send(self._asked[key][0])
        done, _ = await asyncio.wait([ended, self._running], return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()  # or what it raises

    async def _send(self, frame: dict[str, Any], wait_s: float = 0) -> None:
        await asyncio.sleep(wait_s)
        with suppress(ConnectionClosed):  # then it is sent after `session.ready`
            await self._socket.send(json.dumps(frame)) if self._socket else None

    async def _run(self) -> Message:  # type: ignore[return]  # never: it connects again for ever, or raises
        headers = {"Authorization": f"Bearer {self.token}"}
        connecting: Any = aiter(connect(self._address, additional_headers=headers))
        async with aclosing(connecting) as sockets:
            async for socket in sockets:  # later each time where it does not even open
                with suppress(ConnectionClosed):
                    async for text in socket:
                        await self._take(json.loads(text), socket)
                if (code := socket.close_code) in FINAL:
                    raise StudioError(code, FINAL[code])
                await asyncio.sleep(1)

    async def _take(self, frame: dict[str, Any], socket: ClientConnection) -> None:
        body = frame.get("ok", frame)
        for message in [*body.get("messages", []), *([body["message"]] if "message" in body else [])]:
            if message["version"] > self.messages.get(message["id"], {"version": 0})["version"]:
                self.messages[message["id"]] = message
            if message["status"] != "PROCESSING" and (asked := self._asked.pop(message["client_id"], None)):
                asked[1].set_result(message)
        if frame.get("type") == "session.ready":
            self._socket = socket
            known = {id: each["version"] for id, each in list(self.messages.items())[-500:]}
            await self._send({"type": "session.sync", "id": 0, "known": known})
            await asyncio.gather(*(self._send(asked[0]) for asked in self._asked.values()))
        elif (error := frame.get("error")) and (asked := self._asked.get(frame["id"])):
            if error["retryable"]:
                asked.append(asyncio.create_task(self._send(asked[0], error["retry_after"] or 5)))
            else:
                self._asked.pop(frame["id"])[1].set_exception(StudioError(error["code"], error["message"]))
