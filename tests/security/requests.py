# ruff: noqa: E501  (data: a line for each kind)
"""Requests that are no good, as data: method, path, body, headers, and the status and code of the answer.

`{session}`, `{message}` and `{image}` in a path stand for the person's own.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

NONE: Mapping[str, str] = {}
JSON = {"Content-Type": "application/json"}
CHAT = "/api/v1/chat/sessions/"
MESSAGES = "/api/v1/chat/sessions/{session}/messages/"
NOBODY = "ffffffff-ffff-ffff-ffff-ffffffffffff"
STRANGE = (
    "m",
    "$ne",
    "a.b",
    "%00",
    "%0a",
    "%ff",
    "%ed%a0%80",
    "..%2f..%2fetc",
    "'%20OR%201=1",
    "x" * 5000,
    NOBODY,
    "%F0%9F%8C%85",
)


class Case(NamedTuple):
    method: str
    path: str
    status: int
    code: str | None
    body: bytes = b""
    headers: Mapping[str, str] = NONE


def bodies(status: int, *sent: bytes, at: tuple[tuple[str, str], ...]) -> list[Case]:
    return [Case(method, path, status, "bad_input", body, JSON) for method, path in at for body in sent]


def values(method: str, path: str, *sent: Any) -> list[Case]:
    return [Case(method, path, 422, "bad_input", json.dumps(value).encode(), JSON) for value in sent]


TAKERS = (("POST", MESSAGES), ("PATCH", CHAT + "{session}/"), ("POST", "/v1/prompt/refine/"), ("POST", "/v1/image/generate/"),
          ("PATCH", "/v1/gallery/{image}/"))  # fmt: skip
NOT_JSON = bodies(
    400, b"{", b"\xff\xfe", b"\0", b"NaN", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a":' * 50_000, b"{} {}",
    b"a=b", b"<x/>", at=TAKERS,
)  # fmt: skip
NO_OBJECT = bodies(422, b"", b"[]", b"null", b"1", b'"a"', b"true", b"[{}]", at=TAKERS)
FIELDS = [
    *values(
        "POST", MESSAGES, {}, {"content": ""}, {"content": " "}, {"content": "x" * 2001}, {"content": "a\0b"}, {"content": 1},
        {"content": None}, {"content": ["a"]}, {"content": {"$ne": 1}}, {"content": "a", "$set": 1}, {"content": "a", "a.b": 1},
        {"content": "a", "user_id": NOBODY}, {"content": "a", "status": "DONE"}, {"content": "a", "client_id": ""},
        {"content": "a", "client_id": "x" * 65}, {"content": "a", "options": []}, {"content": "a", "options": {"seed": 2**53}},
        {"content": "a", "options": {"width": 2049}}, {"content": "a", "options": {"width": "512"}},
        {"content": "a", "options": {"intent": "reply"}}, {"content": "a", "type": "message.send"},
    ),
    *values("POST", CHAT, {"title": 1}, {"title": None}, {"title": "x" * 121}, {"title": "\0"}, {"title": "\x1b[2J"}, {"name": "a"},
            {"title": "a", "kind": "images"}, {"title": "a", "user_id": NOBODY}),
    *values("PATCH", CHAT + "{session}/", {"title": 1}, {"title": "x" * 121}, {"title": "\0"}, {"title": "a", "tombstone": 1}),
    *values("POST", "/v1/prompt/refine/", {}, {"prompt": ""}, {"prompt": "x" * 2001}, {"prompt": "\0"}, {"prompt": 1}, {"prompt": "a", "b": 1}),
    *values(
        "POST", "/v1/image/generate/", {}, {"prompt": ""}, {"prompt": "x" * 2001}, {"prompt": "\0"}, {"prompt": "a", "width": 1},
        {"prompt": "a", "height": 4096}, {"prompt": "a", "width": 512.5}, {"prompt": "a", "seed": -1}, {"prompt": "a", "seed": 2**53},
        {"prompt": "a", "style": ""}, {"prompt": "a", "intent": "edit"}, {"prompt": "a", "n": 4}, {"prompt": "a", "mask_image_id": "m"},
    ),
    *values(
        "PATCH", "/v1/gallery/{image}/", {"title": 1}, {"title": "x" * 201}, {"title": "a\0b"}, {"favorite": 1}, {"favorite": "yes"},
        {"hidden": False}, {"owner": NOBODY}, {"stage": "shown"}, {"url_epoch": 9}, {"title": ["a"]},
    ),
]  # fmt: skip
IDS = [
    *(Case("GET", f"{CHAT}{id}/", 404, "not_found") for id in STRANGE),
    *(Case("DELETE", f"{CHAT}{id}/", 404, "not_found") for id in STRANGE),
    *(Case("PATCH", f"{CHAT}{id}/", 404, "not_found", b'{"title": "a"}', JSON) for id in STRANGE),
    *(Case("GET", f"{CHAT}{id}/messages/", 404, "not_found") for id in STRANGE),
    *(Case("POST", f"{CHAT}{id}/messages/", 404, "not_found", b'{"content": "a"}', JSON) for id in STRANGE),
    *(Case("GET", f"{MESSAGES}{id}/", 404, "not_found") for id in STRANGE),
    *(Case("POST", f"{MESSAGES}{id}/cancel/", 404, "not_found") for id in STRANGE),
    *(Case("POST", f"{MESSAGES}{id}/retry/", 404, "not_found") for id in STRANGE),
    *(Case("GET", f"/v1/gallery/{id}/", 404, "not_found") for id in STRANGE),
    *(Case("GET", f"/v1/gallery/{id}/lineage/", 404, "not_found") for id in STRANGE),
    *(Case("PATCH", f"/v1/gallery/{id}/", 404, "not_found", b'{"title": "a"}', JSON) for id in STRANGE),
    *(Case("DELETE", f"/v1/gallery/{id}/", 404, "not_found") for id in STRANGE),
    *(Case("POST", f"/v1/gallery/{id}/restore/", 404, "not_found") for id in STRANGE),
    *(Case("DELETE", f"/v1/gallery/{id}/permanent/", 404, "not_found") for id in STRANGE),
    *(Case("POST", MESSAGES, 404, "not_found", json.dumps({"content": "a", field: id}).encode(), JSON)
      for field in ("source_image_id", "mask_image_id", "variation_of") for id in ("m", "$ne", "..", NOBODY)),
    *(Case("POST", "/v1/image/generate/", 404, "not_found", json.dumps({"prompt": "a", **named}).encode(), JSON)
      for id in ("m", "$ne", "..", NOBODY) for named in ({"source_image_id": id}, {"source_image_ids": [id, "m2"]})),
]  # fmt: skip
QUERIES = [
    *(Case("GET", f"{where}?limit={limit}", 422, "bad_input") for where in (CHAT, MESSAGES, "/v1/gallery/", "/v1/gallery/deleted/")
      for limit in ("0", "-1", "101", "x", "", "1e2", "1.5", "NaN", "%00", "%ff", "9" * 5000, "true", "[1]")),
    *(Case("GET", f"{where}?cursor={cursor}", 422, "bad_input") for where in (CHAT, MESSAGES, "/v1/gallery/", "/v1/gallery/deleted/")
      for cursor in ("", "x", "%00", "%ff", "$ne", "x" * 35, "x" * 201, "x" * 5000)),
    *(Case("DELETE", CHAT + "{session}/?pictures=" + choice, 422, "bad_input") for choice in ("", "burn", "KEEP", "keep%00", "['keep']")),
]  # fmt: skip
METHODS = [
    *(Case(method, "/v1/gallery/", 405, "method_not_allowed") for method in ("PUT", "PATCH", "DELETE", "TRACE", "BREW")),
    *(Case(method, CHAT + "{session}/", 405, "method_not_allowed") for method in ("POST", "PUT")),
    *(Case("GET", path, 405, "method_not_allowed") for path in (
        "/api/v1/auth/guest/", "/v1/prompt/refine/", "/v1/image/generate/", MESSAGES + "{message}/cancel/", MESSAGES + "{message}/retry/",
        "/v1/gallery/{image}/restore/", "/v1/gallery/{image}/permanent/")),
]  # fmt: skip
PATHS = [
    *(Case("GET", path, 404, "not_found") for path in (
        "/v1/", "/v1/gallery/a/b/c/", "/v1/%00/", "/v1/%ff/", "/v1//gallery/", "/api/", "/api/v1/chat/", "/api/v1/chat/sessions//messages/",
        "/api/v2/chat/sessions/", "/v1/gallery/%2e%2e/", "/v1/gallery/{image}/full/", "/v1/" + "a/" * 3000)),
    *(Case("GET", path, 404, None) for path in (
        "/p/", "/p/x/full/x", "/p/" + NOBODY + "/full/x", "/p/{image}/full/" + "A" * 24, "/p/{image}/FULL/x", "/p/{image}/%00/x", "/p/{image}/full/%00",
        "/p/{image}/full/%ff%fe", "/p/{image}/../x/y", "/p/{image}/original/" + "A" * 24, "/p/{image}/full/" + "A" * 5000, "/p/{image}/full/%F0%9F%8C%85",
        "/static/%00", "/static/../manage.py", "/static/..%2f..%2fmanage.py", "/static/%2e%2e/project/settings.py", "/static/" + "a" * 5000,
        "/static//etc/passwd", "/static/studio", "/.studio/secret_key", "/.env", "/.git/config", "/manage.py", "/%00", "/%ff", "/a" * 4000)),
]  # fmt: skip
KEYS = [
    *(Case("GET", CHAT, 401, "unauthorized", b"", {"Authorization": key}) for key in (
        "Bearer wrong", "Bearer ", "Bearer \x7f", "Basic YTpi", "Bearer " + "x" * 8000, "bearer wrong", "Bearer a b c", "Bearer %00", "Bearer é",
        "Bearer ' OR 1=1 --", "Token x")),
]  # fmt: skip
LENGTHS = [
    Case("POST", MESSAGES, 413, "too_large", b'{"content": "' + b"x" * 1024**2 + b'"}', JSON),
    Case("POST", CHAT, 413, "too_large", b"x" * (1024**2 + 1), JSON),
    Case(
        "POST",
        "/v1/gallery/",
        413,
        "too_large",
        b"x" * (21 * 1024**2),
        {"Content-Type": "multipart/form-data; boundary=B"},
    ),
    Case("GET", "/", 413, "too_large", b"x" * (1024**2 + 1)),
]


def form(*parts: bytes, end: bytes = b"\r\n--B--\r\n") -> bytes:
    return b"".join(b"\r\n--B\r\n" + part for part in parts)[2:] + end


def file(data: bytes, name: bytes = b'name="file"; filename="a.png"') -> bytes:
    return b"Content-Disposition: form-data; " + name + b"\r\n\r\n" + data


MULTIPART = {"Content-Type": "multipart/form-data; boundary=B"}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
WHAT = b'Content-Disposition: form-data; name="purpose"\r\n\r\n'
FORMS = [
    *(Case("POST", "/v1/gallery/", 422, "bad_input", form(file(data)), MULTIPART) for data in (
        b"", b"\0", b"x", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.4", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0" + b"\0" * 500, b"RIFF\0\0\0\0WEBP", PNG,
        PNG + b"\xff" * 8 + b"\x08\x06\0\0\0", b"BM" + b"\0" * 60, b"\0\0\x01\0", b"PK\x03\x04", b"II*\0" + b"\0" * 100, b"<?php ?>", b"x" * 1024**2)),
    *(Case("POST", "/v1/gallery/", 422, "bad_input", body, MULTIPART) for body in (
        form(WHAT + b"photo"), form(file(b"x", b'name="picture"; filename="a.png"')), form(file(b"x", b'name="file"')),
        form(file(b"x"), WHAT + b"made"), form(file(b"x"), WHAT + b""), form(file(b"x"), WHAT + b"\xff"))),
    *(Case("POST", "/v1/gallery/", 415, "unsupported_media_type", b"a=b", {"Content-Type": kind}) for kind in (
        "application/x-www-form-urlencoded", "text/plain", "", "image/png", "application/octet-stream")),
    Case("POST", "/v1/gallery/", 400, "bad_input", b"a=b", {"Content-Type": "application/json"}),
    *(Case("POST", "/v1/gallery/", 422, "bad_input", body, {"Content-Type": "application/json"}) for body in (
        b"{}", b"[]", b"null", b'{"file": 1}', b'{"file": "data:image/png;base64,%"}', b'{"file": "data:image/png;base64,eA=="}',
        b'{"file": "data:image/png;base64,", "purpose": "made"}', b'{"file": "http://127.0.0.1/a.png"}')),
    *(Case("POST", "/v1/gallery/", 400, "bad_input", form(file(b"x")), {"Content-Type": kind}) for kind in (
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "B" * 300)),
    Case("POST", "/v1/gallery/", 400, "bad_input", form(*[WHAT + b"photo"] * 1001), MULTIPART),
    Case("POST", "/v1/gallery/", 400, "bad_input", form(*[file(b"x")] * 101), MULTIPART),
]  # fmt: skip

CASES: list[Case] = [
    *NOT_JSON, *NO_OBJECT, *FIELDS, *IDS, *QUERIES, *METHODS, *PATHS, *KEYS, *LENGTHS, *FORMS,
]  # fmt: skip
