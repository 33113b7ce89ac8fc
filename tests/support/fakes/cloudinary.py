"""A fake Cloudinary: uploads, downloads, destroys and effects in its wire format. It checks every request as the service
would, and puts one that the service would refuse into `complaints`, which must be empty at the end of every test."""

import base64
import hashlib
import io
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl, unquote

from PIL import Image, ImageOps

from tests.support.fakes.server import Answer, Request, Server, running
from tests.support.serving import HANGS_S

CLOUD, KEY, SECRET = "demo-cloud", "271828182845904", "canary-Xq3-secret"
UPLOAD = {"timestamp", "type", "public_id", "overwrite", "signature", "api_key"}
EFFECTS = UPLOAD | {"eager", "eager_async"}
DESTROY = {"timestamp", "type", "public_id", "invalidate", "signature", "api_key"}
DOWNLOAD = {"timestamp", "type", "public_id", "format", "expires_at", "signature", "api_key"}
DERIVED = re.compile(rf"/{CLOUD}/image/authenticated/s--(.{{8}})--/(.+)/v(\d+)/(.+)")
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


def error(status: int, message: str, **headers: str) -> Answer:
    body = json.dumps({"error": {"message": message}}).encode()
    return Answer(status, body, headers={"X-Cld-Error": message, **headers})


# Every way it can fail, as it words them.
BAD_KEY = error(401, f"unknown api_key {KEY}")
BAD_CLOUD = error(401, f"Invalid cloud_name {CLOUD}")
NO_ADD_ON = error(400, "You don't have an active Cloudinary AI Background Removal subscription")
LIMIT = error(420, "Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2126-10-04 14:00:00 UTC")
TOO_MANY = error(429, "Too many concurrent requests", **{"Retry-After": "7"})
TOO_LARGE = error(400, "File size too large. Got 20000000. Maximum is 10485760.")
BROKEN = error(500, "Internal server error")
NOT_JSON = Answer(200, b"<html>Bad gateway</html>", "text/html")
ODD_JSON = Answer(200, b'["ok"]')
CUT_OFF = Answer(200, b'{"public_id": "stu', length=4000)
PENDING = error(423, "Derived version is being generated")


@dataclass
class Asset:
    data: bytes
    version: int
    eager: dict[str, int] = field(default_factory=dict)  # transformation: how often it was requested


@dataclass
class Cloudinary:
    """`fail`: what to answer instead of doing anything; `lose`: what to answer instead of the result, after doing it;
    `pending`: how often an effect is requested before it is ready."""

    secret: str = SECRET
    assets: dict[str, Asset] = field(default_factory=dict)  # by public id
    uploads: list[str] = field(default_factory=list)  # public ids, in order
    destroyed: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)  # transformations, in order
    complaints: list[str] = field(default_factory=list)
    fail: Callable[[Request], Answer | None] = lambda asked: None
    lose: Callable[[Request], Answer | None] = lambda asked: None
    pending: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    server: Server | None = None

    @property
    def url(self) -> str:
        """A CLOUDINARY_URL."""
        assert self.server
        return f"cloudinary://{KEY}:{SECRET}@{CLOUD}?upload_prefix={self.server.url}"

    @property
    def asked(self) -> list[Request]:
        assert self.server
        return self.server.asked

    def respond(self, asked: Request) -> Answer:
        with self.lock:
            self._search(asked)
            if (failed := self.fail(asked)) is not None:
                return failed
            try:
                answer = self._route(asked)
            except Refusal as refusal:
                if refusal.is_complaint:
                    self.complaints.append(f"{asked.method} {asked.path}: {refusal}")
                return error(refusal.status, str(refusal))
            lost = self.lose(asked)
            return answer if lost is None else lost

    def _search(self, asked: Request) -> None:
        text = f"{asked.path} {asked.query} {asked.headers}".encode() + asked.body
        if SECRET.encode() in text or base64.b64encode(SECRET.encode())[:-4] in text:
            self.complaints.append(f"the secret is in {asked.method} {asked.path}")

    def _route(self, asked: Request) -> Answer:
        if (asked.method, asked.path) == ("GET", f"/v1_1/{CLOUD}/ping"):
            _expect_basic(asked)
            return Answer(body=b'{"status":"ok"}')
        if (asked.method, asked.path) == ("GET", f"/v1_1/{CLOUD}/resources/image/authenticated"):
            return self._list(asked)
        api = f"/v1_1/{CLOUD}/image/"
        if asked.method == "POST" and asked.path == api + "upload":
            return self._upload(asked)
        if asked.method == "POST" and asked.path == api + "destroy":
            return self._destroy(asked)
        if asked.method in ("GET", "HEAD") and asked.path == api + "download":
            return self._download(asked)
        if asked.method == "GET" and (derived := DERIVED.fullmatch(asked.path)):
            return self._derived(*derived.groups())
        raise Refusal(404, f"no such path: {asked.path}")

    def _upload(self, asked: Request) -> Answer:
        fields, file = multipart(asked)
        wants_effect = "eager" in fields
        self._check(fields, EFFECTS if wants_effect else UPLOAD)
        _expect(
            fields["overwrite"] == ("1" if wants_effect else "0"), "a picture is never overwritten, a source always"
        )
        public_id = fields["public_id"]
        self.uploads.append(public_id)
        existing = public_id in self.assets and fields["overwrite"] == "0"
        if not existing:
            _picture(file)
            self.assets[public_id] = Asset(file, 1_700_000_000 + len(self.uploads))
        asset = self.assets[public_id]
        answer: dict[str, object] = {
            "asset_id": hashlib.md5(public_id.encode()).hexdigest(),
            "public_id": public_id,
            "version": asset.version,
            "resource_type": "image",
            "type": "authenticated",
            "format": FORMATS[_picture(asset.data).format or ""],
            "bytes": len(asset.data),
            "etag": hashlib.md5(asset.data).hexdigest(),
        }
        if existing:
            answer["existing"] = True
        if wants_effect:
            _expect(fields["eager_async"] == "1", "an effect that is waited for has no bound in time")
            self.effects.append(fields["eager"])
            answer["eager"] = [self._promise(public_id, asset, fields["eager"])]
        return Answer(body=json.dumps(answer).encode())

    def _promise(self, public_id: str, asset: Asset, transformation: str) -> dict[str, object]:
        assert self.server
        asset.eager[transformation] = 0
        path = f"{transformation.replace(' ', '%20')}/v{asset.version}/{public_id}"
        url = f"{self.server.url}/{CLOUD}/image/authenticated/s--{self._seal(transformation, public_id)}--/{path}"
        return {
            "status": "processing",
            "batch_id": "b4",
            "transformation": transformation,
            "url": url,
            "secure_url": url,
        }

    def _seal(self, transformation: str, public_id: str) -> str:
        digest = hashlib.sha1(f"{transformation}/{public_id}{self.secret}".encode()).digest()
        return base64.urlsafe_b64encode(digest)[:8].decode()

    def _derived(self, seal: str, transformation: str, version: str, public_id: str) -> Answer:
        transformation = unquote(transformation)
        _expect(seal == self._seal(transformation, public_id), "Invalid signature", 401)
        asset = self.assets.get(public_id)
        if asset is None or str(asset.version) != version:
            raise Refusal(404, f"Resource not found - {public_id}")
        asset.eager[transformation] += 1
        if asset.eager[transformation] <= self.pending:
            return PENDING
        return Answer(body=transformed(asset.data, transformation), mime="image/png")

    def _list(self, asked: Request) -> Answer:
        """By id, in pages; the cursor is the first id of the next one."""
        _expect_basic(asked)
        _expect(set(asked.query) <= {"prefix", "max_results", "next_cursor"}, "unknown parameters")
        at_most = int(asked.query["max_results"])
        _expect(1 <= at_most <= 500, "max_results")
        found = sorted(id for id in self.assets if id.startswith(asked.query["prefix"]))
        begin = int(asked.query.get("next_cursor", "0"))
        some = found[begin : begin + at_most]
        resources = [
            {"public_id": id, "format": FORMATS[_picture(self.assets[id].data).format or ""], "type": "authenticated"}
            for id in some
        ]
        more = {"next_cursor": str(begin + at_most)} if begin + at_most < len(found) else {}
        return Answer(body=json.dumps({"resources": resources, **more}).encode())

    def _destroy(self, asked: Request) -> Answer:
        fields = dict(parse_qsl(asked.body.decode())) if b"form-data" not in asked.body else multipart(asked)[0]
        self._check(fields, DESTROY)
        _expect(fields["invalidate"] == "1", "copies would stay in the caches")
        self.destroyed.append(fields["public_id"])
        found = self.assets.pop(fields["public_id"], None)
        return Answer(body=json.dumps({"result": "ok" if found else "not found"}).encode())

    def _download(self, asked: Request) -> Answer:
        self._check(asked.query, DOWNLOAD)
        if int(asked.query["expires_at"]) <= time.time():
            raise Refusal(401, "Expired", is_complaint=False)
        asset = self.assets.get(asked.query["public_id"])
        if asset is None:
            raise Refusal(404, "Resource not found", is_complaint=False)
        format = _picture(asset.data).format or ""
        _expect(asked.query["format"] == FORMATS[format], "another format would be another file")
        return Answer(body=asset.data, mime=Image.MIME[format])

    def _check(self, fields: dict[str, str], names: set[str]) -> None:
        """Requires exactly these fields, and a fresh signature with the secret."""
        _expect(set(fields) == names, f"fields: {sorted(set(fields) ^ names)}")
        _expect(fields["api_key"] == KEY, "Unknown API key", 401)
        _expect(fields["type"] == "authenticated", "it would be public")
        _expect(abs(time.time() - int(fields["timestamp"])) < HANGS_S, "Stale request")
        _expect(re.fullmatch(r"studio/[\w./-]+", fields["public_id"]) is not None, "not an id of ours")
        signed = {name: value for name, value in fields.items() if name not in ("signature", "api_key")}
        text = "&".join(f"{name}={value.replace('&', '%26')}" for name, value in sorted(signed.items()))
        _expect(
            fields["signature"] == hashlib.sha1((text + self.secret).encode()).hexdigest(), "Invalid Signature", 401
        )


class Refusal(Exception):
    def __init__(self, status: int, said: str, *, is_complaint: bool = True) -> None:
        super().__init__(said)
        self.status, self.is_complaint = status, is_complaint


def _expect(true: bool, said: str, status: int = 400) -> None:
    if not true:
        raise Refusal(status, said)


def _expect_basic(asked: Request) -> None:
    who = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    _expect(asked.headers.get("authorization") == f"Basic {who}", "Invalid credentials", 401)


def _picture(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data))
    except OSError:
        raise Refusal(400, "Invalid image file") from None


def multipart(asked: Request) -> tuple[dict[str, str], bytes]:
    head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
    fields, file = {}, b""
    for part in BytesParser(policy=HTTP).parsebytes(head + asked.body).iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        name = part.get_param("name", header="content-disposition")
        if name == "file":
            file = payload
        else:
            fields[str(name)] = payload.decode()
    return fields, file


def transformed(data: bytes, transformation: str) -> bytes:
    """A picture that shows which effect was requested."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    if "e_background_removal" in transformation:
        image = image.convert("RGBA")
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    elif limit := re.search(r"e_upscale/c_limit,w_(\d+),h_(\d+)", transformation):
        image = image.resize((int(limit[1]), int(limit[2])))
    else:
        image = ImageOps.invert(image)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def always(answer: Answer) -> Callable[[Request], Answer]:
    return lambda asked: answer


def slowly(answer: Answer, seconds: float) -> Answer:
    return replace(answer, delay_s=seconds)


def fake_cloudinary() -> AbstractContextManager[Cloudinary]:
    return running(Cloudinary())
