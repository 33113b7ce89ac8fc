"""Gemini's other end of the wire: it reads each request strictly, and answers well, or as it is told to."""

import base64
import io
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from pipeline.providers.base import Intent
from tests.support.fakes.server import NEVER_S, Answer, Asked, Server, cut, serving
from tests.support.fakes.server import never as never  # for those who import the rest from here, too
from tests.support.fakes.server import raw as raw

KEY = "AIza-canary-that-nobody-may-print"
TEXT_MODEL, PICTURE_MODEL = "gemini-text-of-the-tests", "gemini-picture-of-the-tests"
# Round, so that sums can be told by heart: a call of 10 tokens in and 25 out costs 60 millionths, a picture 40,000 more.
PRICES = f"{TEXT_MODEL} input=1 output=2; {PICTURE_MODEL} input=1 output=2 1K=0.04 2K=0.05"
Kind = Literal["refine", "make"]
Json = dict[str, Any]

_PATH = re.compile(r"/v1(?:beta)?/models/([\w.-]+):generateContent")
_SIZES = {"1K": 192, "2K": 288}  # pixels of the longer side: the real ones would take the tests' time


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Blob(_Closed):
    data: str  # URL-safe base64
    mime: str = Field(validation_alias=AliasChoices("mime_type", "mimeType"))

    @property
    def bytes(self) -> bytes:
        return base64.urlsafe_b64decode(self.data)


class Part(_Closed):
    text: str | None = None
    inline: Blob | None = Field(None, alias="inlineData")


class Content(_Closed):
    role: Literal["user"]
    parts: Annotated[list[Part], Field(min_length=1)]


class RefineConfig(_Closed):
    mime: Literal["application/json"] = Field(alias="responseMimeType")
    schema_: Json = Field(alias="responseSchema")
    tokens: Annotated[int, Field(gt=0)] = Field(alias="maxOutputTokens")


class Shape(_Closed):
    ratio: Literal["1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9"] | None = Field(None, alias="aspectRatio")
    size: Literal["1K", "2K"] | None = Field(None, alias="imageSize")


class MakeConfig(_Closed):
    modalities: list[str] = Field(alias="responseModalities")
    shape: Shape = Field(alias="imageConfig")
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    tokens: Annotated[int, Field(gt=0)] = Field(alias="maxOutputTokens")


class RefineBody(_Closed):
    contents: Annotated[list[Content], Field(min_length=1, max_length=1)]
    system: Content = Field(alias="systemInstruction")
    config: RefineConfig = Field(alias="generationConfig")


class MakeBody(_Closed):
    contents: Annotated[list[Content], Field(min_length=1, max_length=1)]
    config: MakeConfig = Field(alias="generationConfig")


class Document(_Closed):
    request: str
    it: Literal["attached", "last"] | None
    mask: bool
    style: str | None
    intent: str | None
    earlier: list[Json]


@dataclass(frozen=True)
class Call:
    """A request that was liked: of a refinement its document, of a picture its words, pictures and shape."""

    kind: Kind
    words: str
    document: Document | None = None
    pictures: tuple[bytes, ...] = ()
    shape: Shape | None = None
    seed: int = 0


Mood = Callable[[Call], Answer]


class Gemini:
    """`then` says how the next calls of a kind are answered; all others are answered well."""

    def __init__(self) -> None:
        self.server: Server
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._moods: dict[Kind, deque[Mood]] = {"refine": deque(), "make": deque()}

    @property
    def environment(self) -> dict[str, str]:
        """Settings for a studio that takes this for Gemini."""
        return {
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": self.server.url,
            "GEMINI_TEXT_MODEL": TEXT_MODEL,
            "GEMINI_PICTURE_MODEL": PICTURE_MODEL,
            "GEMINI_TIMEOUT_S": "600",
            "STUDIO_PRICES": PRICES,
        }

    def then(self, kind: Kind, *moods: Mood) -> None:
        self._moods[kind].extend(moods)

    def of(self, kind: Kind) -> list[Call]:
        return [call for call in self.calls if call.kind == kind]

    def forget(self) -> None:
        self.calls.clear()
        for moods in self._moods.values():
            moods.clear()

    def respond(self, asked: Asked) -> Answer:
        try:
            call = read(asked)
        except (ValidationError, AssertionError, ValueError) as complaint:
            self.complaints.append(f"{asked.method} {asked.path}: {complaint}")
            return status(400, "INVALID_ARGUMENT")(Call("make", ""))
        with self._lock:
            self.calls.append(call)
            moods = self._moods[call.kind]
            mood = moods.popleft() if moods else well
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        answer = mood(call)
        try:
            self.server.ending.wait(answer.delay_s)
        finally:
            with self._lock:
                self._at_once -= 1
        return replace(answer, delay_s=0.0)


@contextmanager
def gemini() -> Iterator[Gemini]:
    """A request that it does not like fails the test."""
    standin = Gemini()
    with serving(standin.respond) as server:
        standin.server = server
        yield standin
    assert standin.complaints == []


# What it likes


def read(asked: Asked) -> Call:
    """Raises for everything that the service would refuse, and for what we promise never to send."""
    path = _PATH.fullmatch(asked.path)
    assert asked.method == "POST" and path, "not a call"
    assert asked.query == {}, "something in the query"
    assert asked.headers.get("x-goog-api-key") == KEY, "not the key"
    assert asked.headers["content-type"] == "application/json"
    assert float(asked.headers["x-server-timeout"]) > 0
    assert KEY not in asked.path and KEY.encode() not in asked.body, "the key is where it may be logged"
    if path[1] == TEXT_MODEL:
        return _refinement(RefineBody.model_validate_json(asked.body))
    assert path[1] == PICTURE_MODEL, f"no such model: {path[1]}"
    return _picture(MakeBody.model_validate_json(asked.body))


def _refinement(body: RefineBody) -> Call:
    schema = body.config.schema_
    assert schema["type"] == "OBJECT" and schema["required"] == list(schema["properties"])
    kinds = {name: (value["type"], value.get("nullable", False)) for name, value in schema["properties"].items()}
    text, maybe = ("STRING", False), ("STRING", True)
    assert kinds == {"intent": text, "prompt": text, "title": text, "reply": maybe, "style": maybe}
    assert schema["properties"]["intent"]["enum"] == [intent.value for intent in Intent]
    assert "All of it is data" in (body.system.parts[0].text or "")
    (part,) = body.contents[0].parts
    return Call("refine", part.text or "", Document.model_validate_json(part.text or ""))


def _picture(body: MakeBody) -> Call:
    words, *shown = body.contents[0].parts
    assert words.text, "no words"
    assert body.config.modalities == ["TEXT", "IMAGE"]
    assert len(shown) <= 2 and all(part.inline and not part.text for part in shown)
    assert ("mask" in words.text) == (len(shown) == 2)
    blobs = [part.inline for part in shown if part.inline]
    for blob in blobs:
        with Image.open(io.BytesIO(blob.bytes)) as image:
            assert image.get_format_mimetype() == blob.mime
            assert max(image.size) <= 2048
    pictures = tuple(blob.bytes for blob in blobs)
    return Call("make", words.text, None, pictures, body.config.shape, body.config.seed)


# How it answers


def well(call: Call) -> Answer:
    if call.document is not None:
        return says(json.dumps(reading(call.document)))(call)
    return shows(painted(call))(call)


def reading(document: Document) -> Json:
    """A reading as the service would give it."""
    words = document.request
    intent = "reply" if words.endswith("?") else "edit" if words.startswith("make it") else "generate"
    read = {"intent": intent, "prompt": f"{words}, refined", "title": f"About {words}", "reply": None, "style": None}
    return {**read, "prompt": "", "reply": "Ask me for a picture."} if intent == "reply" else read


def painted(call: Call, colour: str = "orange") -> bytes:
    shape = call.shape or Shape.model_validate({})
    if shape.ratio is None and call.pictures:
        with Image.open(io.BytesIO(call.pictures[0])) as source:
            size = source.size
    else:
        across, down = map(int, (shape.ratio or "1:1").split(":"))
        longest = _SIZES[shape.size or "1K"]
        size = round(longest * across / max(across, down)), round(longest * down / max(across, down))
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def _ok(*parts: Json, reason: str = "STOP", tokens: int = 20) -> Answer:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": reason, "index": 0}
    used = {
        "promptTokenCount": 10,
        "candidatesTokenCount": tokens,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 15 + tokens,
    }
    return _json({"candidates": [candidate], "usageMetadata": used, "modelVersion": "tests"})


def _json(body: Json, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode())


def says(text: str, reason: str = "STOP") -> Mood:
    return lambda call: _ok({"text": "Let me think.", "thought": True}, {"text": text}, reason=reason)


def shows(data: bytes, mime: str = "image/jpeg") -> Mood:
    """With words, and with a draft that does not count."""

    def mood(call: Call) -> Answer:
        draft = {"mimeType": "image/jpeg", "data": base64.b64encode(painted(call, "grey")).decode()}
        last = {"mimeType": mime, "data": base64.b64encode(data).decode()}
        return _ok(
            {"inlineData": draft, "thought": True}, {"text": "Here."}, {"inlineData": draft}, {"inlineData": last}
        )

    return mood


def blocked_prompt(call: Call) -> Answer:
    used = {"promptTokenCount": 10, "totalTokenCount": 10}
    return _json({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": used})


def ends(reason: str) -> Mood:
    """Without any content."""
    return lambda call: _json({"candidates": [{"finishReason": reason, "index": 0}]})


def status(code: int, name: str = "", *details: Json, message: str = f"About api_key:{KEY}.") -> Mood:
    """An error as the service words it; it does quote keys."""
    error = {"code": code, "message": message, "status": name, "details": list(details)}
    return lambda call: _json({"error": error}, code)


def quota(delay: str) -> Mood:
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "PerDay"}]}
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    return status(429, "RESOURCE_EXHAUSTED", failure, info)


def bad_key(call: Call) -> Answer:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "metadata": {"key": KEY}}
    return status(400, "INVALID_ARGUMENT", info)(call)


def cut_off(call: Call) -> Answer:
    return cut(well(call))


def held(until: threading.Event, mood: Mood = well) -> Mood:
    """The answer waits for the event."""

    def hold(call: Call) -> Answer:
        until.wait(NEVER_S)
        return mood(call)

    return hold


def slowly(seconds: float, mood: Mood = well) -> Mood:
    return lambda call: replace(mood(call), delay_s=seconds)
