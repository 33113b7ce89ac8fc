# ruff: noqa: E501  (data: a line for each kind)
"""Frames that are no good, as data: what is sent on the socket, and which `id` the error reply carries.

`{message}` in a frame stands for a message of the person's own that was cancelled.
"""

import json
from typing import Any, NamedTuple

SEND = {"type": "message.send", "id": "x", "client_id": "c", "content": "a sea"}
SYNC = {"type": "session.sync", "id": "x"}
CANCEL = {"type": "message.cancel", "id": "x"}
RETRY = {"type": "message.retry", "id": "x"}
PING = {"type": "ping", "id": "x"}
BIG = 2**53
NO_NAMES: tuple[Any, ...] = (True, 1, [], {}, {"$ne": None}, "", "x" * 65, "a\0b")
NO_SEEDS: tuple[Any, ...] = (-1, BIG, 2**63, 10**30, 1.5, "1", True, [], {"$inc": 1})
ODD: tuple[Any, ...] = (None, True, 0, 1.5, [], {}, ["a"], {"$ne": None})  # where a text is wanted


class Frame(NamedTuple):
    sent: str | bytes
    id: int | str | None
    code: str = "bad_input"


def bad(*frames: str | bytes) -> list[Frame]:
    """Which cannot be read so far as to know its id."""
    return [Frame(frame, None) for frame in frames]


def wrong(*commands: dict[str, Any]) -> list[Frame]:
    return [Frame(json.dumps(command), "x") for command in commands]


def absent(*commands: dict[str, Any]) -> list[Frame]:
    return [Frame(json.dumps(command), "x", "not_found") for command in commands]


NOT_JSON = bad(
    "", " ", "\n", "\0", "{", "}", "[", "nul", "nan", "NaN", "Infinity", "-", "--1", "01", "+1", "1e", ".5", "0x10",
    "'a'", '"', '"a', '"\\x41"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u12"', '"\t"', "{a:1}", "{'a':1}", '{"a"}',
    '{"a":}', '{"a":1,}', "[1,]", "[,1]", "{}{}", "{} x", "// {}", "/* */{}", "\ufeff{}", "<xml/>", "GET / HTTP/1.1",
    "undefined", '{"type":"ping","id":NaN}', '{"type":"ping","id":Infinity}', '{"type":"ping","id":-Infinity}',
    "[" * 300, "[" * 500_000, '{"a":' * 100_000, "[" * 5000 + "]" * 5000, '{"a":' * 1000 + "1" + "}" * 1000,
    "1" * 500_000, "9" * 5000, '"' + "x" * 900_000 + '"', '{"type":"message.send","id":"x","content":"\\ud800"}',
)  # fmt: skip
BINARY = bad(b"", b"\0", b"{}", b'{"type":"ping","id":1}', b"\xff\xfe", b"\x89PNG\r\n\x1a\n", b"x" * 900_000)
NO_OBJECT = bad("0", "-0", "1", "1.5", "1e5", "true", "false", "null", '""', '"ping"', "[]", "[1]", "[{}]", "[[[[]]]]")
NO_ID = bad(
    "{}", '{"type":"ping"}', *(json.dumps({"type": "ping", "id": id}) for id in (
        None, True, False, 1.5, [], {}, ["x"], BIG, -BIG, 10**30, "x" * 65, {"$gt": ""}
    )),
    '{"id":1e400,"type":"ping"}', '{"id":"a","type":"ping","id":[]}',
)  # fmt: skip
TYPES = wrong(
    {"id": "x"}, *({"id": "x", "type": type} for type in (
        None, 1, True, [], {}, "", "PING", "ping ", " ping", "ping\0", "dance", "message", "message.", "message.delete",
        "session.delete", "message.changed", "session.ready", "message.progress", "websocket.close", "dispatch", "close",
        "__class__", "constructor", "__proto__", "ping" * 1000, "<script>alert(1)</script>", "рing", ["ping"], {"$ne": "a"},
    )),
)  # fmt: skip
CONTENT = wrong(
    *({**SEND, "content": content} for content in (
        *ODD, "", " ", "\n\t\r ", "\u2003", "x" * 2001, "🌅" * 2001, " " * 2001, "a\0b", "\x1b[2J", "\x7f", "a\x08b", "\x01",
    )),
)  # fmt: skip
NAMES = wrong(
    *({**SEND, "client_id": name} for name in (*ODD, "", "x" * 65, "a\0b", "\x1b", "x" * 100_000)),
    *({**SEND, field: name} for field in ("source_image_id", "mask_image_id", "variation_of")
      for name in NO_NAMES),
    *({**SEND, "source_image_ids": [name]} for name in NO_NAMES),
    *({**SEND, "source_image_ids": ids} for ids in (True, 1, "m", {}, [], ["m", "m"], ["m"] * 11, [["m"]], {"0": "m"})),
    {**SEND, "source_image_id": "m", "source_image_ids": ["n", "m"]},
    *({**command, "message_id": name} for command in (CANCEL, RETRY) for name in (*ODD, "", "x" * 65, "a\0b")),
)  # fmt: skip
OPTIONS = wrong(
    *({**SEND, "options": options} for options in (None, True, 1, "", "{}", [], [1], {"$where": "1"}, {"": 1}, {"steps": 9})),
    *({**SEND, "options": {side: value}} for side in ("width", "height")
      for value in (-1, 0, 127, 2049, 10**9, 2**63, 10**40, 512.5, "512", True, [512], {"$gt": 0})),
    *({**SEND, "options": {"seed": seed}} for seed in NO_SEEDS),
    *({**SEND, "options": {"style": style}} for style in ("", "x" * 41, 5, True, ["oil"], "a\0b", "\x1b")),
    *({**SEND, "options": {"intent": intent}} for intent in ("", "reply", "Generate", "drop", 1, True, ["edit"])),
)  # fmt: skip
FIELDS = wrong(
    *({**command, field: 1} for command in (PING, SEND, {**SYNC, "known": {}}, {**CANCEL, "message_id": "m"})
      for field in ("unknown", "$set", "a.b", "", "user_id", "session_id", "status", "version", "_id", "__proto__", "\0", "type ")),
    *({name: value for name, value in SEND.items() if name != gone} for gone in ("client_id", "content")),
    CANCEL, RETRY, SYNC,
)  # fmt: skip
KNOWN = wrong(
    *({**SYNC, "known": known} for known in (
        None, True, 1, "", [], ["a"], {"a": -1}, {"a": BIG}, {"a": 1.5}, {"a": "1"}, {"a": None}, {"a": {"$gt": 0}},
        {"": 1}, {"a\0": 1}, {"x" * 65: 1}, {str(n): 1 for n in range(501)},
    )),
)  # fmt: skip
MISSING = absent(
    *({**command, "message_id": name} for command in (CANCEL, RETRY)
      for name in ("m", "..", "/", "0", "$", "$ne", "a.b", "{}", "' OR 1=1 --", "ffffffff-ffff-ffff-ffff-ffffffffffff", "x" * 64)),
    *({**SEND, field: name} for field in ("source_image_id", "mask_image_id", "variation_of")
      for name in ("m", "..", "$ne", "../../etc/passwd", "' OR 1=1 --", "ffffffff-ffff-ffff-ffff-ffffffffffff", "🌅")),
    *({**SEND, "source_image_ids": ["ffffffff-ffff-ffff-ffff-ffffffffffff", name]} for name in ("m", "$ne", "🌅")),
)  # fmt: skip

FRAMES: list[Frame] = [
    *NOT_JSON, *BINARY, *NO_OBJECT, *NO_ID, *TYPES, *CONTENT, *NAMES, *OPTIONS, *FIELDS, *KNOWN, *MISSING,
]  # fmt: skip
