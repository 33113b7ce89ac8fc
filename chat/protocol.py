"""What a client may say on the socket and in REST, and the forms that come back. README.md and /asyncapi.json show it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json

from gallery.errors import BadInput, StudioError

CONTENT_LIMIT = 2000  # code points
MAX_SAFE_INTEGER = 2**53 - 1  # the largest that every JSON client reads exactly


def _clean(text: str) -> str:
    """No character that a database or a terminal refuses: NUL and other controls, halves of a surrogate pair."""
    if any((ch < " " and ch not in "\n\r\t") or ch == "\x7f" or "\ud800" <= ch <= "\udfff" for ch in text):
        raise ValueError("has a control character or half a character in it")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Text = Annotated[str, AfterValidator(_clean)]
Content = Annotated[Text, StringConstraints(min_length=1, max_length=CONTENT_LIMIT), AfterValidator(_not_blank)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Title = Annotated[Text, StringConstraints(max_length=120)]
Side = Annotated[int, Field(ge=128, le=2048, description="pixels")]
AskedIntent = Literal["generate", "edit", "enhance", "remove_background", "remove_object", "style_transfer"]


class Closed(BaseModel):
    """Unknown fields are errors, and nothing is converted: a client learns of a slip at once."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Options(Closed):
    width: Side | None = None
    height: Side | None = None
    style: Annotated[Text, StringConstraints(min_length=1, max_length=40)] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)] | None = None
    intent: AskedIntent | None = None


class SendBody(Closed):
    """One request of a person. In REST `client_id` may be left out; then the same request twice is two messages."""

    content: Content
    client_id: Name | None = None
    source_image_id: Name | None = None
    mask_image_id: Name | None = None
    variation_of: Name | None = None
    options: Options = Options()


class ImageBody(Closed):
    """POST /v1/image/generate/"""

    prompt: Content
    width: Side | None = None
    height: Side | None = None
    style: Annotated[Text, StringConstraints(min_length=1, max_length=40)] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)] | None = None
    source_image_id: Name | None = None


class PromptBody(Closed):
    """POST /v1/prompt/refine/"""

    prompt: Content


class SessionBody(Closed):
    title: Title = ""


CommandId = (
    Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
    | Annotated[str, StringConstraints(max_length=64), AfterValidator(_clean)]
)


class Send(SendBody):
    type: Literal["message.send"]
    id: CommandId
    client_id: Name


class Cancel(Closed):
    type: Literal["message.cancel"]
    id: CommandId
    message_id: Name


class Retry(Closed):
    type: Literal["message.retry"]
    id: CommandId
    message_id: Name


class Sync(Closed):
    type: Literal["session.sync"]
    id: CommandId
    known: Annotated[dict[Name, Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]], Field(max_length=500)]


class Ping(Closed):
    type: Literal["ping"]
    id: CommandId


AnyCommand = Send | Cancel | Retry | Sync | Ping
_COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(Annotated[AnyCommand, Field(discriminator="type")])
TYPES = ("message.send", "message.cancel", "message.retry", "session.sync", "ping")


class Unreadable(Exception):
    """A frame that is no command. `id` is the command's own where it could be read, else None."""

    def __init__(self, id: int | str | None, error: StudioError) -> None:
        self.id, self.error = id, error
        super().__init__(error.message)


def read(text: str) -> AnyCommand:
    """A text frame as a command. Raises `Unreadable`."""
    try:
        raw = from_json(text, allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise Unreadable(None, BadInput("This frame is not JSON, or it is nested too deeply.")) from None
    if not isinstance(raw, dict):
        raise Unreadable(None, BadInput("A command is a JSON object.")) from None
    try:
        return _COMMAND.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unreadable(_readable_id(raw.get("id")), BadInput(explain(first, first["loc"]))) from None


def _readable_id(value: object) -> int | str | None:
    if isinstance(value, str) and len(value) <= 64:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_SAFE_INTEGER:
        return value
    return None


def explain(problem: Mapping[str, Any], path: Sequence[int | str]) -> str:
    """One of pydantic's errors as a sentence that names the field and never repeats what was sent."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return f"type: must be one of {', '.join(TYPES)}."
    if kind.endswith("too_long"):
        what = f"is longer than {context['max_length']}"
    elif kind.endswith("too_short"):
        what = "is empty"
    else:
        what = _PROBLEMS.get(kind) or problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{_field(path)} {what}."


_PROBLEMS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "model_type": "is not a JSON object",
    "model_attributes_type": "is not a JSON object",
}


def _field(path: Sequence[int | str]) -> str:
    """The field's name as the client knows it; of a key that the client made up, as much as shows which one is meant."""
    parts = [
        str(part)[:40] for part in path if part not in TYPES and not str(part).startswith(("constrained-", "function-"))
    ]
    return ".".join(parts[:4]) + ":" if parts else "The request's body"


def ok(id: int | str, result: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "ok": result}


def failed(id: int | str | None, error: StudioError) -> dict[str, Any]:
    return {"id": id, "error": error.public()}


# The public forms, for the documentation that the running server gives. `pipeline.message.public` makes them.


class ErrorForm(BaseModel):
    code: str
    message: str
    retryable: bool


class PictureForm(BaseModel):
    id: str
    state: Literal["shown", "hidden", "deleted"]
    url: str | None
    thumbnail_url: str | None
    width: int
    height: int
    placeholder: str | None


class MessageForm(BaseModel):
    id: str
    session_id: str
    client_id: str
    content: str
    source_image_id: str | None
    mask_image_id: str | None
    variation_of: str | None
    options: dict[str, Any]
    status: Literal["PROCESSING", "DONE", "FAILED", "CANCELLED"]
    stage: Literal["queued", "refining", "generating", "uploading"]
    intent: str | None
    refined_prompt: str | None
    reply: str | None
    image: PictureForm | None
    image_url: str | None
    provider: str | None
    error: ErrorForm | None
    version: int
    created_at: str
    updated_at: str


class SessionForm(BaseModel):
    id: str
    title: str
    created_at: str
    updated_at: str
    running: int
    thumbnail_url: str | None
    version: int


class MessagePage(BaseModel):
    items: list[MessageForm]
    next: str | None


class SessionPage(BaseModel):
    items: list[SessionForm]
    next: str | None


class RefinementForm(BaseModel):
    intent: str
    refined_prompt: str
    title: str
    reply: str | None
    options: dict[str, Any]
    provider: str
