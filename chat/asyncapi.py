"""The socket's protocol as an AsyncAPI 3.1 document."""

from functools import cache
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chat import examples
from chat.forms import MessageForm, SessionForm
from chat.protocol import FRAME_LIMIT, Cancel, Ping, Retry, Send, Sync
from chat.store import COMPARED_AT_MOST
from pipeline.documents import Form
from pipeline.message_parts import ErrorForm, PictureForm

REF = "#/components/schemas/{model}"


class CommandError(ErrorForm):
    retry_after: float | None


class Reply(BaseModel):
    """What `message.send`, `message.cancel` and `message.retry` are answered with. Carries the command's `id`."""

    id: int | str
    ok: "MessageResult"


class MessageResult(BaseModel):
    message: MessageForm


class SyncReply(BaseModel):
    id: int | str
    ok: "SyncResult"


class SyncResult(BaseModel):
    session: SessionForm
    messages: list[MessageForm]
    next: str | None


class PingReply(BaseModel):
    id: int | str
    ok: "Nothing"


class Nothing(BaseModel):
    pass


class ErrorReply(BaseModel):
    """To any command, in the place of its `ok`; `id` is null where the command's could not be read."""

    id: int | str | None
    error: CommandError


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
    """May be lost. `fraction` is 0 to 1, and a guess by the time that has gone where it is `estimated`; `position` is the
    place in the queue, from 1, where turns go round between the people who wait; `eta_s` is about how many seconds it
    will be until the message is done. `placeholder` is a draft that the service shows while it works, as a data URL of a small
    WebP: it is nowhere kept, and the next progress says nothing of it."""

    type: Literal["message.progress"]
    message_id: str
    stage: str
    fraction: float | None = None
    estimated: bool | None = None
    position: int | None = None
    placeholder: str | None = None
    eta_s: float | None = None


class SessionChanged(BaseModel):
    type: Literal["session.changed"]
    session: SessionForm


class ImageChanged(BaseModel):
    """A picture that was imported is hidden, shown again, in the trash or deleted. What became of one that a message made is
    said by its message."""

    type: Literal["image.changed"]
    image: PictureForm


class SessionDeleted(BaseModel):
    type: Literal["session.deleted"]
    session_id: str


Models = tuple[type[BaseModel], ...]
COMMANDS: dict[type[BaseModel], type[BaseModel]] = {
    Send: Reply, Cancel: Reply, Retry: Reply, Sync: SyncReply, Ping: PingReply,
}  # fmt: skip
REPLIES: Models = (Reply, SyncReply, PingReply, ErrorReply)
EVENTS: Models = (SessionReady, MessageChanged, MessageProgress, SessionChanged, SessionDeleted, ImageChanged)
ABOUT = (
    "One socket per session. The server accepts, then "
    "closes with 4401 (who are you?), 4403 (you are blocked), 4404 (no such session, or not yours), 4408 (you read too "
    "slowly), 4429 (too many); 1012 means: connect again. A client keeps the highest `version` of each message, and ignores "
    "fields it does not know. "
    f"No frame of the server's is larger than {FRAME_LIMIT // 1024} KiB: `session.ready` has the newest messages, and where "
    "its `next` is not null, the older ones are to be had by REST, `GET /api/v1/chat/sessions/{session_id}/messages/?cursor=`. "
    f"The same with `session.sync` (ok: `session`, `messages`, `next`): of the {COMPARED_AT_MOST} newest messages it gives, "
    "oldest first, those that differ from `known` and those that are newer than the oldest known, the newest of them where "
    "not all fit; where its `next` is not null, nothing older than that was compared, and the next `session.sync` tells the "
    "rest."
)
SECURITY: Form = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`POST /api/v1/auth/guest/` gives a token."},
    "ticket": {
        "type": "httpApiKey",
        "in": "header",
        "name": "Sec-WebSocket-Protocol",
        "description": "For pages of other origins: the `protocols` of `POST /api/v1/auth/tickets/`, as the second argument of "
        "`new WebSocket`. Good once, for 30 s.",
    },
    "cookie": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "studio_person",
        "description": "For pages of the studio's own origins alone.",
    },
}


def asyncapi(host: str, scheme: str) -> Form:
    """`host`: where the studio was asked for; `scheme`: "ws" or "wss"."""
    security = [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY]
    server: Form = {"host": host, "protocol": scheme, "description": "This studio", "security": security}
    return {**_document(), "servers": {"studio": server}}


@cache
def _document() -> Form:
    models = (*COMMANDS, *REPLIES, *EVENTS)
    _, schemas = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    messages = {model.__name__: _message(model) for model in models}
    channel: Form = {
        "address": "/ws/sessions/{session_id}/",
        "description": "Commands of the client, replies and events of the server, in JSON, a text frame each.",
        "parameters": {"session_id": {"description": "From `POST /api/v1/chat/sessions/`"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "AI Photo Studio: the socket",
            "version": "1.0.0",
            "description": ABOUT,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
            "tags": [{"name": "chat", "description": "Conversations, and the messages in them."}],
        },
        "defaultContentType": "application/json",
        "channels": {"session": channel},
        "operations": _operations(),
        "components": {"messages": messages, "schemas": schemas["$defs"], "securitySchemes": SECURITY},
    }


def _message(model: type[BaseModel]) -> Form:
    type = model.model_fields.get("type")
    name = type.annotation.__args__[0] if type and type.annotation else "reply"
    return {
        "name": name,
        "summary": examples.SUMMARIES[model.__name__],
        "payload": {"$ref": REF.format(model=model.__name__)},
        "examples": [{"payload": examples.FRAMES[model.__name__]}],
    }


def _operations() -> Form:
    """`action` is the server's: it receives each command and replies to it, and sends the events."""
    operations: Form = {
        examples.OPERATIONS[command.__name__]: {
            "action": "receive",
            "channel": {"$ref": "#/channels/session"},
            "summary": examples.SUMMARIES[command.__name__],
            "description": f"Answered with `ok`, as in {reply.__name__}, or with `error`.",
            "messages": _references(command),
            "reply": {"channel": {"$ref": "#/channels/session"}, "messages": _references(reply, ErrorReply)},
        }
        for command, reply in COMMANDS.items()
    }
    operations["tellEvents"] = {
        "action": "send",
        "channel": {"$ref": "#/channels/session"},
        "summary": "The whole state first, then what changes",
        "description": "Events have a `type` and no `id`. Those about a session or an imported picture go to all "
        "sockets of its person.",
        "messages": _references(*EVENTS),
    }
    return operations


def _references(*models: type[BaseModel]) -> list[Form]:
    return [{"$ref": f"#/channels/session/messages/{model.__name__}"} for model in models]
