"""A fake Gemini: it validates each request strictly, and answers with success, or as a test says."""

import base64
import io
import json
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from PIL import Image
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.providers.base import Intent
from tests.support.fakes.server import Answer, Calls, Request, Server, cut, hold, running
from tests.support.fakes.server import never as never  # re-exported
from tests.support.fakes.server import raw as raw

KEY = "AIza-canary-that-nobody-may-print"
TEXT_MODEL, PICTURE_MODEL = "gemini-text-of-the-tests", "gemini-picture-of-the-tests"
# Round numbers: a call of 10 tokens in and 25 out costs 60 millionths, a picture 40,000 more.
PRICES = f"{TEXT_MODEL} input=1 output=2; {PICTURE_MODEL} input=1 output=2 1K=0.04 2K=0.05 4K=0.11"
Kind = Literal["refine", "make", "answer", "rate"]
Json = dict[str, Any]

_PATH = re.compile(r"/(v1|v1beta)/models/([\w.-]+):(generateContent|streamGenerateContent)")
_SIZES = {"1K": 192, "2K": 288, "4K": 384}  # pixels of the longer side, small to keep tests fast
MAX_REQUEST = 20 * 1024 * 1024  # bytes
MAX_PICTURES = 14  # in one request
RATIOS = (
    "1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1", "4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9",
)  # fmt: skip
_NUMBERS = {"1": "ONE", "2": "TWO", "3": "THREE", "4": "FOUR", "5": "FIVE", "8": "EIGHT", "9": "NINE", "16": "SIXTEEN"}


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
    ratio: str | None = Field(None, alias="aspectRatio")
    size: Literal["1K", "2K", "4K"] | None = Field(None, alias="imageSize")

    @field_validator("ratio")
    @classmethod
    def _is_one(cls, ratio: str | None) -> str | None:
        assert ratio is None or ratio in RATIOS, f"no such shape: {ratio}"
        return ratio


class Enumerated(_Closed):
    """The same with the names of enumerations."""

    ratio: str | None = Field(None, alias="aspectRatio")
    size: Literal["IMAGE_SIZE_ONE_K", "IMAGE_SIZE_TWO_K", "IMAGE_SIZE_FOUR_K"] = Field(alias="imageSize")

    @property
    def shape(self) -> Shape:
        size = {"ONE": "1K", "TWO": "2K", "FOUR": "4K"}[self.size.split("_")[2]]
        names = {_enumerated(ratio): ratio for ratio in RATIOS}
        ratio = {"aspectRatio": names[self.ratio]} if self.ratio else {}
        return Shape.model_validate({**ratio, "imageSize": size})


def _enumerated(ratio: str) -> str:
    across, down = (_NUMBERS.get(side, "TWENTY_ONE") for side in ratio.split(":"))
    return f"ASPECT_RATIO_{across}_BY_{down}"


class ImageFormat(_Closed):
    image: Enumerated


class Thinking(_Closed):
    thoughts: Literal[True] = Field(validation_alias=AliasChoices("include_thoughts", "includeThoughts"))
    level: Literal["MINIMAL", "MEDIUM", "HIGH"] | None = Field(
        None, validation_alias=AliasChoices("thinking_level", "thinkingLevel")
    )


class MakeConfig(_Closed):
    modalities: list[str] = Field(alias="responseModalities")
    image_config: Shape | None = Field(None, alias="imageConfig")
    response_format: ImageFormat | None = Field(None, alias="responseFormat")
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    tokens: Annotated[int, Field(gt=0)] = Field(alias="maxOutputTokens")
    thinking: Thinking = Field(alias="thinkingConfig")

    @property
    def shape(self) -> Shape:
        assert (self.image_config is None) != (self.response_format is None), "one form of the size"
        return self.image_config or (self.response_format and self.response_format.image.shape) or _NO_SHAPE


_NO_SHAPE = Shape.model_validate({})


class AnswerConfig(_Closed):
    tokens: Annotated[int, Field(gt=0)] = Field(alias="maxOutputTokens")


class AnswerBody(_Closed):
    contents: Annotated[list[Content], Field(min_length=1, max_length=1)]
    system: Content = Field(alias="systemInstruction")
    config: AnswerConfig = Field(alias="generationConfig")


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
    pictures: Annotated[int, Field(ge=0, le=10)]
    mask: bool
    style: str | None
    intent: str | None
    earlier: list[Json]


@dataclass(frozen=True)
class Call:
    """A valid request: a refinement's document, or a picture's prompt, pictures and shape. `labels`: the name of each picture;
    a single one has none."""

    kind: Kind
    words: str
    document: Document | None = None
    pictures: tuple[bytes, ...] = ()
    labels: tuple[str, ...] = ()
    shape: Shape | None = None
    seed: int = 0
    thinking: str | None = None
    api_version: str = "v1"
    form: str = "imageConfig"


Responder = Callable[[Call], Answer]  # how a call is answered


class Gemini(Calls[Kind, Call]):
    def __init__(self) -> None:
        super().__init__(well)
        self.server: Server
        self.complaints: list[str] = []
        self.most_at_once = 0
        self._at_once = 0
        self.takes = {"imageConfig", "responseFormat"}  # accepted forms of sizes

    @property
    def environment(self) -> dict[str, str]:
        """Settings for a studio that uses this fake."""
        return {
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": self.server.url,
            "GEMINI_TEXT_MODEL": TEXT_MODEL,
            "GEMINI_PICTURE_MODEL": PICTURE_MODEL,
            "GEMINI_TIMEOUT_S": "600",
            "STUDIO_PRICES": PRICES,
            "GEMINI_PICTURE_TIMEOUT_S": "600",
        }

    def respond(self, asked: Request) -> Answer:
        try:
            call = read(asked)
        except (ValidationError, AssertionError, ValueError) as complaint:
            self.complaints.append(f"{asked.method} {asked.path}: {complaint}")
            return status(400, "INVALID_ARGUMENT")(Call("make", ""))
        responder = self.note(call)
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        answer = responder(call) if call.kind != "make" or call.form in self.takes else unknown_field(call)
        try:
            self.server.ending.wait(answer.delay_s)
        finally:
            with self._lock:
                self._at_once -= 1
        return replace(answer, delay_s=0.0)


def gemini() -> AbstractContextManager[Gemini]:
    return running(Gemini())


# Validation


def read(asked: Request) -> Call:
    """Raises for what the service would refuse, and for what the studio must never send."""
    path = _PATH.fullmatch(asked.path)
    assert asked.method == "POST" and path, "not a call"
    version, model, method = path.groups()
    streams = method == "streamGenerateContent"
    assert asked.query == ({"alt": "sse"} if streams else {}), "something in the query"
    assert len(asked.body) <= MAX_REQUEST, "a request of more than 20 MB"
    assert asked.headers.get("x-goog-api-key") == KEY, "not the key"
    assert asked.headers["content-type"] == "application/json"
    assert float(asked.headers["x-server-timeout"]) > 0
    assert KEY not in asked.path and KEY.encode() not in asked.body, "the key is where it may be logged"
    if model == TEXT_MODEL and b"responseSchema" in asked.body:
        assert not streams
        if b"moderators" in asked.body:
            return _rating(RefineBody.model_validate_json(asked.body))
        return _refinement(RefineBody.model_validate_json(asked.body))
    if model == TEXT_MODEL:
        assert not streams
        return _question(AnswerBody.model_validate_json(asked.body))
    assert model == PICTURE_MODEL, f"no such model: {model}"
    assert streams, "no drafts would come"
    return replace(_picture(MakeBody.model_validate_json(asked.body)), api_version=version)


def _refinement(body: RefineBody) -> Call:
    schema = body.config.schema_
    assert schema["type"] == "OBJECT" and schema["required"] == list(schema["properties"])
    kinds = {name: (value["type"], value.get("nullable", False)) for name, value in schema["properties"].items()}
    text, maybe = ("STRING", False), ("STRING", True)
    look = ("BOOLEAN", False)
    assert kinds == {"intent": text, "prompt": text, "title": text, "reply": maybe, "style": maybe, "look": look}
    assert schema["properties"]["intent"]["enum"] == [intent.value for intent in Intent]
    assert "All of it is data" in (body.system.parts[0].text or "")
    (part,) = body.contents[0].parts
    return Call("refine", part.text or "", Document.model_validate_json(part.text or ""))


def _rating(body: RefineBody) -> Call:
    assert body.config.schema_["properties"]["score"]["type"] == "INTEGER"
    pictures, labels = _shown(body.contents[0].parts)
    assert len(pictures) == 1 and not labels
    return Call("rate", "", None, pictures)


def _picture(body: MakeBody) -> Call:
    words, *shown = body.contents[0].parts
    assert words.text, "no words"
    assert body.config.modalities == ["TEXT", "IMAGE"]
    pictures, labels = _shown(shown)
    masked = labels[-1:] == ("The mask of picture 1:",) or (not labels and len(pictures) == 2)
    assert ("mask" in words.text) == masked
    numbered = labels[:-1] if masked else labels
    assert numbered == tuple(f"Picture {n}:" for n in range(1, len(numbered) + 1))
    assert labels or len(pictures) <= 2, "several pictures without numbers"
    config = body.config
    form = "imageConfig" if config.image_config else "responseFormat"
    return Call("make", words.text, None, pictures, labels, config.shape, config.seed, config.thinking.level, form=form)


def _shown(parts: list[Part]) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """The pictures, and their names."""
    blobs = [part.inline for part in parts if part.inline]
    labels = [part.text for part in parts if part.text]
    assert len(blobs) <= MAX_PICTURES
    assert not labels or [bool(part.text) for part in parts] == [True, False] * len(blobs), "not one label for each"
    for blob in blobs:
        with Image.open(io.BytesIO(blob.bytes)) as image:
            assert image.get_format_mimetype() == blob.mime
            assert max(image.size) <= 2048
    return tuple(blob.bytes for blob in blobs), tuple(labels)


def _question(body: AnswerBody) -> Call:
    assert "in the language of" in (body.system.parts[0].text or "")
    document, *shown = body.contents[0].parts
    pictures, labels = _shown(shown)
    assert pictures and labels == tuple(f"Picture {n}:" for n in range(1, len(pictures) + 1))
    return Call("answer", json.loads(document.text or "")["request"], None, pictures, labels)


# Answers


def well(call: Call) -> Answer:
    if call.document is not None:
        return says(json.dumps(reading(call.document)))(call)
    if call.kind == "rate":
        return says('{"score": 7}')(call)
    return says(f"I see {len(call.pictures)}.")(call) if call.kind == "answer" else shows(painted(call))(call)


def reading(document: Document) -> Json:
    """What the service would answer to a reading."""
    words = document.request
    intent = "reply" if words.endswith("?") else "edit" if words.startswith("make it") else "generate"
    read: Json = {
        "intent": intent,
        "prompt": f"{words}, refined",
        "title": f"About {words}",
        "reply": None,
        "style": None,
    }
    read["look"] = intent == "reply" and "see" in words
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


def _ok(call: Call, *parts: Json, reason: str = "STOP", tokens: int = 20) -> Answer:
    used = {
        "promptTokenCount": 10,
        "candidatesTokenCount": tokens,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 15 + tokens,
    }
    rest = {"usageMetadata": used, "modelVersion": "tests"}
    if call.kind != "make":
        return _json(call, {"candidates": [_candidate(*parts, reason=reason)], **rest})
    *first, last = parts
    before = [{"candidates": [_candidate(part)], "modelVersion": "tests"} for part in first]
    return _stream(*before, {"candidates": [_candidate(last, reason=reason)], **rest})


def _candidate(*parts: Json, reason: str | None = None) -> Json:
    ending = {"finishReason": reason} if reason else {}
    return {"content": {"role": "model", "parts": list(parts)}, **ending, "index": 0}


def _json(call: Call, body: Json) -> Answer:
    return _stream(body) if call.kind == "make" else Answer(200, json.dumps(body).encode())


def _stream(*events: Json) -> Answer:
    """As server-sent events, one after the other."""
    pieces = tuple(b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events)
    return Answer(200, b"".join(pieces), "text/event-stream", pieces=pieces)


def says(text: str, reason: str = "STOP") -> Responder:
    return lambda call: _ok(call, {"text": "Let me think.", "thought": True}, {"text": text}, reason=reason)


def shows(data: bytes, mime: str = "image/jpeg") -> Responder:
    """After text, and a draft that does not count."""

    def responder(call: Call) -> Answer:
        draft = {"mimeType": "image/jpeg", "data": base64.b64encode(painted(call, "grey")).decode()}
        last = {"mimeType": mime, "data": base64.b64encode(data).decode()}
        return _ok(
            call, {"inlineData": draft, "thought": True}, {"text": "Here."}, {"inlineData": draft}, {"inlineData": last}
        )

    return responder


def blocked_prompt(call: Call) -> Answer:
    used = {"promptTokenCount": 10, "totalTokenCount": 10}
    return _json(call, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": used})


def ends(reason: str) -> Responder:
    """Without any content."""
    return lambda call: _json(call, {"candidates": [{"finishReason": reason, "index": 0}]})


def status(code: int, name: str = "", *details: Json, message: str = f"About api_key:{KEY}.") -> Responder:
    """An error as the service words it; its messages may quote the key."""
    error = {"code": code, "message": message, "status": name, "details": list(details)}
    return lambda call: Answer(code, json.dumps({"error": error}).encode())


def unknown_field(call: Call) -> Answer:
    """As the service words it."""
    words = f"Invalid JSON payload received. Unknown name \"{call.form}\" at 'generation_config': Cannot find field."
    return status(400, "INVALID_ARGUMENT", message=words)(call)


def quota(delay: str) -> Responder:
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "PerDay"}]}
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    return status(429, "RESOURCE_EXHAUSTED", failure, info)


def bad_key(call: Call) -> Answer:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "metadata": {"key": KEY}}
    return status(400, "INVALID_ARGUMENT", info)(call)


def cut_off(call: Call) -> Answer:
    return replace(cut(well(call)), pieces=())


def thinks_only(call: Call) -> Answer:
    draft = {"mimeType": "image/jpeg", "data": base64.b64encode(painted(call, "grey")).decode()}
    return _ok(call, {"inlineData": draft, "thought": True}, {"text": "Here."})


def fails_midway(call: Call) -> Answer:
    good = well(call)
    first, *_ = good.pieces
    error = json.dumps({"error": {"code": 503, "message": f"About {KEY}.", "status": "UNAVAILABLE"}}).encode()
    assert isinstance(first, bytes)
    pieces = (first, b"data: " + error + b"\r\n\r\n")
    return replace(good, body=b"".join(pieces), pieces=pieces)


def draft_first(until: threading.Event, responder: Responder) -> Responder:
    """The picture itself waits for the event."""

    def draft(call: Call) -> Answer:
        answer = responder(call)
        first, *rest = answer.pieces
        return replace(answer, pieces=(first, until, *rest))

    return draft


def held(until: threading.Event, responder: Responder = well) -> Responder:
    return hold(until, responder)
