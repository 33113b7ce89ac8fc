"""The socket's protocol as an AsyncAPI 3.0 document."""

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chat.protocol import FRAME_LIMIT, Cancel, MessageForm, Ping, Retry, Send, SessionForm, Sync
from chat.store import REACH
from pipeline.documents import Form
from pipeline.message import ErrorForm

REF = "#/components/schemas/{model}"


class CommandError(ErrorForm):
    retry_after: float | None


class Reply(BaseModel):
    """Carries the command's `id`, and one of `ok` and `error`."""

    id: int | str | None
    ok: dict[str, Any] | None = None
    error: CommandError | None = None


class SessionReady(BaseModel):
    type: Literal["session.ready"]
    session: SessionForm
    messages: list[MessageForm]
    next: str | None
    ping_s: int


class MessageChanged(BaseModel):
    type: Literal["message.changed"]
    message: MessageForm


class MessageProgress(BaseModel):
    """May be lost. `fraction` is 0 to 1; `position` is the place in the queue, from 1, where turns go round between the
    people who wait; `eta_s` is about how many seconds it will be until the message is done."""

    type: Literal["message.progress"]
    message_id: str
    stage: str
    fraction: float | None = None
    position: int | None = None
    eta_s: float | None = None


class SessionChanged(BaseModel):
    type: Literal["session.changed"]
    session: SessionForm


class SessionDeleted(BaseModel):
    type: Literal["session.deleted"]
    session_id: str


COMMANDS: tuple[type[BaseModel], ...] = (Send, Cancel, Retry, Sync, Ping)
ANSWERS: tuple[type[BaseModel], ...] = (
    SessionReady, Reply, MessageChanged, MessageProgress, SessionChanged, SessionDeleted,
)  # fmt: skip
ABOUT = (
    "One socket per session, by `Authorization: Bearer …` or by the page's cookie with its Origin. The server accepts, then "
    "closes with 4401 (who are you?), 4403 (you are blocked), 4404 (no such session, or not yours), 4408 (you read too "
    "slowly), 4429 (too many); 1012 means: connect again. A client keeps the highest `version` of each message, and ignores "
    "fields it does not know. "
    f"No frame of the server's is larger than {FRAME_LIMIT // 1024} KiB: `session.ready` has the newest messages, and where "
    "its `next` is not null, the older ones are to be had by REST, `GET /api/v1/chat/sessions/{session_id}/messages/?cursor=`. "
    f"The same with `session.sync` (ok: `session`, `messages`, `next`): of the {REACH} newest messages it gives, oldest first, "
    "those that differ from `known` and those that are newer than the oldest known, the newest of them where not all fit; "
    "where its `next` is not null, nothing older than that was compared, and the next `session.sync` tells the rest."
)


@cache
def asyncapi() -> dict[str, Any]:
    _, schemas = models_json_schema([(model, "validation") for model in (*COMMANDS, *ANSWERS)], ref_template=REF)
    messages = {model.__name__: _message(model) for model in (*COMMANDS, *ANSWERS)}
    channel: Form = {
        "address": "/ws/sessions/{session_id}/",
        "parameters": {"session_id": {"description": "From POST /api/v1/chat/sessions/"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "AI Photo Studio: the socket", "version": "1.0.0", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {"session": channel},
        "operations": {"command": _operation("receive", COMMANDS), "tell": _operation("send", ANSWERS)},
        "components": {"messages": messages, "schemas": schemas["$defs"]},
    }


def _message(model: type[BaseModel]) -> Form:
    type = model.model_fields.get("type")
    name = type.annotation.__args__[0] if type and type.annotation else "reply"
    return {"name": name, "payload": {"$ref": REF.format(model=model.__name__)}}


def _operation(action: str, models: tuple[type[BaseModel], ...]) -> Form:
    """`action` is the server's: it receives commands and sends the rest."""
    return {
        "action": action,
        "channel": {"$ref": "#/channels/session"},
        "messages": [{"$ref": f"#/channels/session/messages/{model.__name__}"} for model in models],
    }
