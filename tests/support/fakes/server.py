"""A local HTTP server in the place of a paid service. It keeps every request, for tests to examine."""

import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

A = TypeVar("A")
NEVER_S = 600.0  # longer than every timeout
DRIP_S = 0.05  # between two bytes


@dataclass(frozen=True)
class Request:
    """A request."""

    method: str
    path: str  # without the query
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    mime: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    length: int | None = None  # a wrong Content-Length
    pieces: "tuple[bytes | threading.Event, ...]" = ()  # of the body; what follows an event is sent once it is set


NEVER = Answer(delay_s=NEVER_S)


def never(call: object) -> Answer:
    return NEVER


def raw(body: bytes, status: int = 200, mime: str = "application/json", **headers: str) -> Callable[[object], Answer]:
    """The same for every call; an underscore in a header's name stands for a hyphen."""
    return lambda call: Answer(status, body, mime, {name.replace("_", "-"): value for name, value in headers.items()})


def cut(answer: Answer) -> Answer:
    """The connection ends in the middle of the body."""
    return replace(answer, body=answer.body[:-40], length=len(answer.body))


class Server(ThreadingHTTPServer):
    """Answers with `respond`; `asked` has all requests, in order. Delayed answers are dropped when it ends."""

    daemon_threads = True

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        self.respond = respond
        self.asked: list[Request] = []
        self.ending = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignored: in some tests clients give up waiting."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def _answer(self) -> None:
        parts, length = urlsplit(self.path), int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the client has left in the middle of its request
            self.close_connection = True
            return
        asked = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self.server.asked.append(asked)
        answer = self.server.respond(asked)
        if answer.delay_s and self.server.ending.wait(answer.delay_s):
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.mime)
        self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            for piece in answer.pieces or (answer.body,):
                if isinstance(piece, threading.Event):
                    piece.wait(NEVER_S)
                else:
                    self.wfile.write(piece)
                    self.wfile.flush()
        if answer.length is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def serving(respond: Callable[[Request], Answer]) -> Iterator[Server]:
    with Server(respond) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ending.set()
            server.shutdown()
            thread.join()


@contextmanager
def dripping() -> Iterator[str]:
    """The address of a server that announces a million bytes in each answer, and sends them one by one, slowly."""
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not done.wait(DRIP_S):
            connection.sendall(b" ")

    def serve(listening: socket.socket) -> None:
        while not done.is_set():
            with suppress(OSError):  # no connection yet, or the client has gone
                connection, _ = listening.accept()
                with connection:
                    drip(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as threads:
        listening.settimeout(DRIP_S)
        threads.submit(serve, listening)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            done.set()


class Fake(Protocol):
    server: Any  # a `Server`, once it runs
    complaints: list[str]  # about requests that the service would refuse

    def respond(self, asked: Request, /) -> Answer: ...


F = TypeVar("F", bound=Fake)


@contextmanager
def running(fake: F) -> Iterator[F]:
    """Complaints fail the test."""
    with serving(fake.respond) as server:
        fake.server = server
        yield fake
    assert fake.complaints == []


class Call(Protocol):
    @property
    def kind(self) -> str: ...


K = TypeVar("K", bound=str)
C = TypeVar("C", bound=Call)


class Calls(Generic[K, C]):
    """What a fake was asked for. `then` sets how the next calls of a kind are answered; all others are answered by `well`."""

    def __init__(self, well: Callable[[C], Answer]) -> None:
        self.calls: list[C] = []
        self._lock = threading.Lock()
        self._well = well
        self._responders: defaultdict[str, deque[Callable[[C], Answer]]] = defaultdict(deque)

    def then(self, kind: K, *responders: Callable[[C], Answer]) -> None:
        self._responders[kind].extend(responders)

    def of(self, *kinds: K) -> list[C]:
        return [call for call in self.calls if call.kind in kinds]

    def forget(self) -> None:
        self.calls.clear()
        self._responders.clear()

    def note(self, call: C) -> Callable[[C], Answer]:
        """Returns how to answer it."""
        with self._lock:
            self.calls.append(call)
            responders = self._responders[call.kind]
            return responders.popleft() if responders else self._well


def hold(until: threading.Event, respond: Callable[[A], Answer]) -> Callable[[A], Answer]:
    """The answer waits for the event."""

    def held(asked: A) -> Answer:
        until.wait(NEVER_S)
        return respond(asked)

    return held
