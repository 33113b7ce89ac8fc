"""What no schema can say: which bytes are a picture, and what time zones are called.

Loaded by schemathesis, in its own environment.
"""

import base64
import re
import struct
import zlib
from typing import Any

import schemathesis  # type: ignore[import-not-found,unused-ignore]
from hypothesis import strategies
from schemathesis.specs.openapi.checks import use_after_free  # type: ignore[import-not-found,unused-ignore]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_ROWS = b"".join(b"\0" + bytes([70, 110, 160]) * 16 for _ in range(16))
_HEADER = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    [_chunk(b"IHDR", _HEADER), _chunk(b"IDAT", zlib.compress(_ROWS)), _chunk(b"IEND", b"")]
)
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()


schemathesis.openapi.format("binary", strategies.just(PNG))


@schemathesis.hook  # type: ignore[untyped-decorator,unused-ignore]
def before_call(context: Any, case: Any, **how: Any) -> None:
    """What could be a picture by the schema is one, and a time zone too."""
    tz = (case.query or {}).get("tz")
    if isinstance(tz, str) and len(tz) <= 64 and case.operation.path.endswith("/days/"):
        case.query = {**case.query, "tz": "Asia/Ho_Chi_Minh"}
    if case.operation.label != "POST /v1/gallery/" or not isinstance(case.body, dict):
        return
    file = case.body.get("file")
    if case.media_type == "application/json" and re.match(r"data:image/[a-z0-9.+-]+;base64,", str(file)):
        case.body = {**case.body, "file": DATA_URL}


@schemathesis.check  # type: ignore[untyped-decorator,unused-ignore]
def use_after_free_but_for_the_trash(context: Any, response: Any, case: Any) -> bool | None:
    """DELETE puts a picture into the trash, out of which there is a way back: it can still be looked at."""
    return None if case.operation.path.startswith("/v1/gallery/") else use_after_free(context, response, case)
