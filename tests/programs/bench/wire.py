"""A WebSocket client that uses almost no CPU, so that the server is measured. Text frames, no extensions."""

import asyncio
import base64
import json
import os
import uuid
from collections.abc import Callable
from typing import Self

MASK = bytes(4)  # clients must mask; zeros save the client the work, and the server does the same


class Wire(asyncio.Protocol):
    def __init__(self, request: bytes) -> None:
        self._request = request
        self._waiting = b""
        self._opened = asyncio.get_running_loop().create_future()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.hear: Callable[[bytes], None] = self._frames.put_nowait  # called with every text frame

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(ConnectionError("the handshake was dropped"))

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if not self._opened.done():
            head, end, rest = self._waiting.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head, head
            self._waiting = rest
            self._opened.set_result(None)
        self._take_frames()

    def _take_frames(self) -> None:
        data, at = self._waiting, 0
        while len(data) >= at + 2:
            size, body = data[at + 1], at + 2
            if size > 125:
                body += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : body], "big")
            if len(data) < body + size:
                break
            self._frame(data[at] & 15, data[body : body + size])
            at = body + size
        self._waiting = data[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        match opcode:
            case 1:
                self.hear(payload)
            case 8:
                self._transport.close()
            case 9:
                self._transport.write(_frame(10, payload))

    def send(self, text: bytes) -> None:
        self._transport.write(_frame(1, text))

    async def first(self) -> bytes:
        """The next frame that was not handled."""
        return await self._frames.get()

    def close(self) -> None:
        self._transport.close()

    @classmethod
    async def connect(cls, port: int, path: str, token: str = "") -> Self:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *([f"Authorization: Bearer {token}"] if token else []),
        ]
        request = "\r\n".join([*lines, "", ""]).encode()
        _, wire = await asyncio.get_running_loop().create_connection(lambda: cls(request), "127.0.0.1", port)
        await wire._opened
        return wire


class SocketIO(Wire):
    """Chainlit's protocol: socket.io's packets within engine.io's."""

    @classmethod
    async def connect(cls, port: int, path: str, token: str = "") -> Self:
        wire = await super().connect(port, path, token)
        await wire.first()  # engine.io's greeting
        who = {"sessionId": str(uuid.uuid4()), "clientType": "webapp", "userEnv": "{}", "threadId": ""}
        wire.send(b"40" + json.dumps(who).encode())
        await wire.first()
        wire.send(b'42["connection_successful"]')
        while not (await wire.first()).startswith(b'42["clear_call_fn"'):  # the last frame of its answer
            pass
        return wire

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == 1 and payload == b"2":  # a ping
            self.send(b"3")
        else:
            super()._frame(opcode, payload)


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + MASK + payload


class Pipe(asyncio.Protocol):
    """An HTTP keep-alive connection with the same methods, for one request at a time."""

    def __init__(self) -> None:
        self._waiting = b""
        self._end = 0  # of the current answer; 0: its head is incomplete
        self.hear: Callable[[bytes], None] = lambda answer: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if not self._end and (head := self._waiting.find(b"\r\n\r\n")) > 0:
            self._end = head + 4 + _content_length(self._waiting[:head].lower())
        if self._end and len(self._waiting) >= self._end:
            answer, self._waiting, self._end = self._waiting, b"", 0
            self.hear(answer)

    def send(self, request: bytes) -> None:
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    @classmethod
    async def connect(cls, port: int) -> "Pipe":
        _, pipe = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return pipe


def _content_length(head: bytes) -> int:
    return int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
