"""A fake server of OpenAI's API: it validates each request strictly, and answers with success, or as a test says."""

import base64
import io
import json
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from PIL import Image, ImageChops
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.providers.openai_api.server import Server as Account
from tests.support.fakes.server import NEVER, Answer, Calls, Request, Server, cut, hold, running
from tests.support.fakes.server import never as never  # re-exported
from tests.support.fakes.server import raw as raw

KEY = "sk-canary-that-nobody-may-print"
MODEL = "model-of-the-tests"
Kind = Literal["chat", "generations", "edits"]
Json = dict[str, Any]
PATHS: dict[str, Kind] = {
    "/v1/chat/completions": "chat",
    "/v1/images/generations": "generations",
    "/v1/images/edits": "edits",
}
_SD_CPP = re.compile(r' <sd_cpp_extra_args>\{"seed": (\d+)\}</sd_cpp_extra_args>$')


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class System(_Closed):
    role: Literal["system"]
    content: Annotated[str, Field(min_length=1)]


class User(_Closed):
    role: Literal["user"]
    content: Annotated[str, Field(min_length=1)]


class Schema(_Closed):
    name: Annotated[str, Field(pattern=r"^[\w-]{1,64}$")]
    strict: Literal[True]
    schema_: Json = Field(alias="schema")


class Format(_Closed):
    type: Literal["json_schema"]
    json_schema: Schema


class ChatBody(_Closed):
    model: str | None = None
    messages: tuple[System, User] = Field(strict=False)
    max_tokens: Annotated[int, Field(gt=0)] | None = None
    stream: Literal[False]
    response_format: Format | None = None


class ImagesBody(_Closed):
    model: str | None = None
    prompt: Annotated[str, Field(min_length=1, max_length=32_000)]
    n: Literal[1]
    size: Annotated[str, Field(pattern=r"^[1-9]\d{1,3}x[1-9]\d{1,3}$")]
    response_format: Literal["b64_json"] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None


@dataclass(frozen=True)
class Call:
    """A valid request."""

    kind: Kind
    words: str  # the prompt, or the document
    fields: Json = field(default_factory=dict)
    size: tuple[int, int] = (64, 64)
    image: Image.Image | None = None
    mask: Image.Image | None = None

    @property
    def document(self) -> Json:
        found: Json = json.loads(self.words)
        return found


Responder = Callable[[Call], Answer]  # how a call is answered


class OpenAI(Calls[Kind, Call]):
    def __init__(self) -> None:
        super().__init__(well)
        self.server: Server
        self.complaints: list[str] = []
        self.files: dict[str, bytes] = {}  # by path
        self.slow: set[str] = set()  # paths of files that are never sent

    def account(self, **values: Any) -> Account:
        usual: dict[str, Any] = {"url": self.server.url, "model": MODEL, "key": KEY, "timeout_s": 60.0, "calls": 4}
        return Account(**{**usual, **values})

    def respond(self, asked: Request) -> Answer:
        try:
            if asked.method == "GET":
                assert asked.headers.get("authorization") == f"Bearer {KEY}" and asked.query == {}
                if asked.path in self.slow:
                    return NEVER
                file = self.files.get(asked.path)
                return Answer(404) if file is None else Answer(200, file, "image/png")
            call = read(asked)
        except (ValidationError, AssertionError, ValueError, LookupError) as complaint:
            self.complaints.append(f"{asked.method} {asked.path}: {complaint}")
            return error(400, "This request is malformed.")(Call("chat", ""))
        return self.note(call)(call)


def openai() -> AbstractContextManager[OpenAI]:
    return running(OpenAI())


# Validation


def read(asked: Request) -> Call:
    """Raises for what a strict server would refuse, and for what the studio must never send."""
    kind = PATHS[asked.path]
    assert asked.method == "POST" and asked.query == {}
    assert asked.headers.get("authorization") == f"Bearer {KEY}", "not the key"
    assert KEY.encode() not in asked.body, "the key is where it may be logged"
    if kind == "edits":
        return _edit(asked)
    assert asked.headers["content-type"] == "application/json"
    if kind == "chat":
        return _chat(ChatBody.model_validate_json(asked.body))
    return _images("generations", ImagesBody.model_validate_json(asked.body))


def _chat(body: ChatBody) -> Call:
    system, user = body.messages
    assert "All of it is data" in system.content
    if body.response_format:
        schema = body.response_format.json_schema.schema_
        assert schema["type"] == "object" and schema["additionalProperties"] is False
        assert sorted(schema["required"]) == sorted(schema["properties"]), "a strict schema requires every property"
    else:
        assert '"additionalProperties": false' in system.content, "no schema in words either"
    document = json.loads(user.content)
    assert set(document) == {"request", "it", "pictures", "mask", "style", "intent", "earlier"}
    return Call("chat", user.content, body.model_dump(exclude_none=True))


def _images(kind: Kind, body: ImagesBody) -> Call:
    prompt = body.prompt
    if body.model == "sd-cpp-local":
        seed = _SD_CPP.search(prompt)
        assert seed and (body.seed is None or int(seed[1]) == body.seed)
        prompt = _SD_CPP.sub("", prompt)
    assert not re.search(r"[<>|]", prompt), "a command to the server"
    width, height = map(int, body.size.split("x"))
    assert width % 64 == height % 64 == 0
    return Call(kind, prompt, body.model_dump(exclude_none=True), (width, height))


def _edit(asked: Request) -> Call:
    fields, files = _form(asked)
    numbers = {name: int(fields.pop(name)) for name in ("n", "seed") if name in fields}
    call = _images("edits", ImagesBody.model_validate({**fields, **numbers}))
    image, mask = _png(files.pop("image")), files.pop("mask", None)
    assert not files, "too many files"
    assert image.size == call.size, "the server would have to cut or to stretch"
    if mask is None:
        return replace(call, image=image)
    where = _png(mask)
    assert (where.mode, where.size) == ("RGBA", image.size)
    clear = ImageChops.invert(where.getchannel("A"))
    assert {value for _, value in clear.getcolors() or []} <= {0, 255}
    assert where.convert("RGB").convert("L").tobytes() == clear.tobytes(), "who looks at no alpha changes what is white"
    return replace(call, image=image, mask=clear)


def _png(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    image.load()
    return image


def _form(asked: Request) -> tuple[dict[str, str], dict[str, bytes]]:
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\S+)", asked.headers["content-type"])
    assert boundary
    first, *parts, last = (b"\r\n" + asked.body).split(b"\r\n--" + boundary[1].encode())
    assert (first, last.strip()) == (b"", b"--")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(r'name="(\w+)"(; filename="[\w.]+")?', head.decode())
        assert name and name[1] not in (*fields, *files)
        if name[2]:
            assert b"Content-Type: image/png" in head
            files[name[1]] = content
        else:
            fields[name[1]] = content.decode()
    return fields, files


# Answers


def well(call: Call) -> Answer:
    return says(json.dumps(reading(call.document)))(call) if call.kind == "chat" else shows(painted(call))(call)


def reading(document: Json) -> Json:
    """What a model would answer to a reading."""
    words = document["request"]
    intent = "reply" if words.endswith("?") else "edit" if words.startswith("make it") else "generate"
    read = {"intent": intent, "prompt": f"{words}, refined", "title": f"About {words}", "reply": None, "style": None}
    return {**read, "prompt": "", "reply": "Ask me for a picture."} if intent == "reply" else read


def painted(call: Call, colour: str = "orange") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", call.size, colour).save(out, "PNG")
    return out.getvalue()


def says(text: str | None, ending: str = "stop", **message: Any) -> Responder:
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": ending}
    used = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    return lambda call: _json({"id": "x", "object": "chat.completion", "choices": [choice], "usage": used})


def shows(data: bytes, **more: Any) -> Responder:
    used = {"input_tokens": 10, "output_tokens": 20, "total_tokens": 30}
    datum = {"b64_json": base64.b64encode(data).decode()}
    return lambda call: _json({"created": 1, "data": [datum], "usage": used, **more})


def points_to(url: str) -> Responder:
    return lambda call: _json({"created": 1, "data": [{"url": url}]})


def error(status: int, message: str, **more: Any) -> Responder:
    """As OpenAI words it; some servers quote the key."""
    body = {"error": {"message": f"{message} Your key is {KEY}.", "type": None, "param": None, "code": None, **more}}
    return lambda call: _json(body, status)


def refuses_field(name: str) -> Responder:
    return error(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def cut_off(call: Call) -> Answer:
    return cut(well(call))


def held(until: threading.Event, responder: Responder = well) -> Responder:
    return hold(until, responder)


def _json(body: Json, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode())
