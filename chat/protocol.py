"""Frames on the socket: docs/protocol.md."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json

from chat import validation
from chat.bodies import MAX_SAFE_INTEGER, WHOLE, Closed, Name, SendBody, clean
from gallery.errors import BadInput, StudioError
from gallery.translation import _
from pipeline.documents import Form

FRAME_LIMIT = 768 * 1024  # bytes that we send: clients' own limits begin at 1 MiB

CommandId = (
    Annotated[int, Field(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER), WHOLE]
    | Annotated[str, StringConstraints(max_length=64), AfterValidator(clean)]
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
    known: Annotated[dict[Name, Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER), WHOLE]], Field(max_length=500)]


class Ping(Closed):
    type: Literal["ping"]
    id: CommandId


AnyCommand = Send | Cancel | Retry | Sync | Ping
_COMMAND: TypeAdapter[AnyCommand] = TypeAdapter(Annotated[AnyCommand, Field(discriminator="type")])


class Unreadable(Exception):
    """`id`: the command's, or None."""

    def __init__(self, id: int | str | None, error: StudioError) -> None:
        self.id, self.error = id, error
        super().__init__(error.message)


def read(text: str) -> AnyCommand:
    """Raises `Unreadable`."""
    try:
        raw = from_json(text, allow_inf_nan=False)
    except (ValueError, RecursionError):
        raise Unreadable(None, BadInput(_("This frame is not JSON, or it is nested too deeply."))) from None
    if not isinstance(raw, dict):
        raise Unreadable(None, BadInput(_("A command is a JSON object."))) from None
    try:
        return _COMMAND.validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Unreadable(_readable_id(raw.get("id")), BadInput(validation.explain(first, first["loc"]))) from None


def _readable_id(value: object) -> int | str | None:
    if isinstance(value, str) and len(value) <= 64:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_SAFE_INTEGER:
        return value
    return None


def ok(id: int | str, result: Form) -> Form:
    return {"id": id, "ok": result}


def failed(id: int | str | None, error: StudioError) -> Form:
    return {"id": id, "error": error.public()}
