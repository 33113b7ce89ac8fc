"""What nobody wrote down: frames and requests that hypothesis makes up, from random bytes to valid ones bent a little."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.sync.connection import Connection

from gallery.errors import ALL
from tests.security.matrix import API
from tests.security.target import Kept, Target
from tests.support.studio import HANGS_S, Client, Socket

CODES = {kind.code for kind in ALL}
quick = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

text = st.text(max_size=40) | st.sampled_from(
    ["$ne", "a.b", "\0", "\ud800", "🌅" * 9, "<script>", "../..", "x" * 3000, "[object Object]"]
)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | text
tree = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=12
)
COMMANDS: tuple[dict[str, Any], ...] = (
    {"type": "message.cancel", "id": 1, "message_id": "m"},
    {"type": "message.retry", "id": 1, "message_id": "m"},
    {"type": "session.sync", "id": 1, "known": {"a": 1}},
    {"type": "ping", "id": 1},
    # Named pictures that are nobody's: whatever becomes of the rest, nothing is accepted.
    {"type": "message.send", "id": 1, "client_id": "c", "content": "a", "source_image_id": "m", "options": {"seed": 1}},
)


@st.composite
def bent(draw: Callable[[Any], Any], things: tuple[dict[str, Any], ...]) -> dict[Any, Any]:
    """One of these with a field gone, of another kind, or too many."""
    thing = dict(draw(st.sampled_from(things)))
    for _ in range(draw(st.integers(0, 3))):
        field = draw(st.sampled_from([*thing, "options", "unknown"]) | text)
        if draw(st.booleans()) and field != "source_image_id":
            thing.pop(field, None)
        elif field != "source_image_id":
            thing[field] = draw(tree)
    return thing


def as_json(value: Any) -> str:
    return json.dumps(value)  # NaN and halves of characters too


@st.composite
def cut(draw: Callable[[Any], Any], whole: st.SearchStrategy[str]) -> str:
    """A text with a piece of it gone, or of another in it."""
    first, second = draw(whole), draw(whole)
    at, to = draw(st.integers(0, len(first))), draw(st.integers(0, len(second)))
    return str(first[:at] + second[to:])


frames = (
    bent(COMMANDS).map(as_json)
    | cut(bent(COMMANDS).map(as_json))
    | tree.map(as_json)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
)


@pytest.fixture(scope="module")
def person(target: Target) -> Client:
    return target.guest()


@pytest.fixture(scope="module")
def socket(person: Client) -> Iterator[Socket]:
    with person.connect(person.session()) as socket:
        socket.ready()
        yield socket


@pytest.fixture(scope="module")
def before(target: Target, socket: Socket) -> Kept:
    return target.kept()


@quick
@given(frame=frames)
def test_every_frame_is_answered_once_and_the_socket_stays_open(socket: Socket, frame: str | bytes) -> None:
    connection: Connection = socket.connection
    connection.send(frame)
    reply = socket.receive()
    assert reply.keys() in ({"id", "ok"}, {"id", "error"}), (frame, reply)
    if "error" in reply:
        assert reply["error"]["code"] in CODES - {"interrupted", "storage_down"}, (frame, reply)
    assert socket.ask("ping")["ok"] == {}


def test_none_of_the_frames_left_anything(target: Target, before: Kept) -> None:
    assert target.kept() == before


BODIES: tuple[dict[str, Any], ...] = (
    {"content": "a", "source_image_id": "m", "options": {"seed": 1}},
    {"prompt": "a", "source_image_id": "m"},
    {"title": 1},
    {"favorite": 1},
)
# Shared pages answer in HTML.
paths = st.sampled_from(
    sorted({route.path for route in API if route.route != "api/v1/auth/guest/" and not route.route.startswith("s/")})
)
queries = st.lists(
    st.tuples(
        st.sampled_from(["limit", "cursor", "pictures", "x"]),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    ),
    max_size=3,
).map(lambda pairs: "&".join(f"{name}=" + "".join(f"%{byte:02x}" for byte in value) for name, value in pairs))
headers = st.dictionaries(
    st.sampled_from(
        [
            "Accept",
            "Content-Type",
            "Origin",
            "Cookie",
            "X-Forwarded-For",
            "Range",
            "If-None-Match",
            "Content-Encoding",
            "Expect",
        ]
    ),
    st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=30)
    | st.sampled_from(
        ["application/json", "multipart/form-data; boundary=B", "text/html;q=x", "bytes=0-", "*", "gzip"]
    ),
    max_size=3,
)
bodies = (
    bent(BODIES).map(lambda body: as_json(body).encode("utf-8", "replace"))
    | tree.map(lambda value: as_json(value).encode())
    | st.binary()
)


@quick
@given(
    method=st.sampled_from(["POST", "PATCH", "PUT", "GET", "DELETE", "POST"]),
    path=paths,
    id=st.text(
        st.characters(max_codepoint=127, categories=["L", "N", "P"], exclude_characters="?#/"), min_size=1, max_size=50
    ),
    query=queries,
    headers=headers,
    body=bodies,
)
def test_every_request_is_answered_in_our_words(
    person: Client, method: str, path: str, id: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    for name in ("session", "message", "image"):
        path = path.replace(f"{{{name}}}", id)
    with closing(HTTPConnection("127.0.0.1", person.studio.port, timeout=HANGS_S)) as connection:
        connection.putrequest(method, f"{path.partition('?')[0]}?{query}")
        sent = {**headers, "Authorization": f"Bearer {person.token}", "Content-Length": str(len(body))}
        for name, value in sent.items():
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(body)
        answer = connection.getresponse()
        said = answer.read()
    assert answer.status < 500, (answer.status, said)
    if answer.status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", (answer.status, said)
        assert json.loads(said)["code"] in CODES


def test_none_of_the_requests_left_a_message_or_a_picture(target: Target, before: Kept) -> None:
    """An empty session is a good request: `{"title": ""}`, and no body at all."""
    assert target.kept()._replace(sessions=0) == before._replace(sessions=0)
