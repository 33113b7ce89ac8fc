"""REST for the caller's keys and the caller: `/api/v1/auth/tokens/` and `/api/v1/me/`."""

from datetime import datetime
from typing import Annotated, Literal

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Status
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chat import rate_limits, rules
from chat.bodies import Text
from gallery import space
from gallery.errors import BadInput, Unauthorized
from gallery.translation import N_, _
from project import archives
from project.access import access_of
from project.accounts import export, keys, removal, usage
from project.models import Token, User

tokens, me = Router(), Router()

Scope = Literal["read", "write"]


def _stripped(name: str) -> str:
    if not name.strip():
        raise ValueError(N_("is empty"))
    return name.strip()


def _holds_read(scopes: list[Scope]) -> list[Scope]:
    if "read" not in scopes:
        raise ValueError(N_("has to hold read"))
    return scopes


class KeyBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        Text, StringConstraints(max_length=100), AfterValidator(_stripped), Field(json_schema_extra=rules.NOT_BLANK)
    ]
    scopes: Annotated[
        list[Scope],
        Field(max_length=2, json_schema_extra={"contains": {"const": "read"}}),
        AfterValidator(_holds_read),
    ] = ["read", "write"]
    expires_at: Annotated[
        AwareDatetime | None, Field(description="in the future; null: it does not expire, or with the key that asks")
    ] = None


class KeyForm(BaseModel):
    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="to the minute; null: never")]
    last_used_from: Annotated[str | None, Field(description="the client's address")]
    current: Annotated[bool, Field(description="whether this request was sent with it")]


class NewKeyForm(KeyForm):
    token: Annotated[str, Field(description="shown only in this answer")]


class KeyList(BaseModel):
    items: list[KeyForm]
    next: None = None


def _form(request: HttpRequest, token: Token) -> KeyForm:
    asking = access_of(request).token
    return KeyForm(
        id=token.public_id,
        name=token.name,
        scopes=["read", "write"] if token.may_write else ["read"],
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        last_used_from=token.last_used_from or None,
        current=asking is not None and asking.digest == token.digest,
    )


@tokens.get("/", response=KeyList, operation_id="listTokens", summary="My keys, newest first")
def list_tokens(request: HttpRequest) -> KeyList:
    """Without the secrets, which are shown only when a key is created."""
    return KeyList(items=[_form(request, token) for token in keys.of(access_of(request).user)])


@tokens.post("/", response={201: NewKeyForm}, operation_id="createToken", summary="A new key, shown once")
def create_token(request: HttpRequest, body: KeyBody) -> Status[NewKeyForm]:
    """A key without `write` may only send GET requests, and listen on the socket. A key that is created with a key expires no
    later than that one."""
    access = access_of(request)
    async_to_sync(rate_limits.hit)("key", str(access.user.pk))
    token, secret = keys.create(access, body.name, body.scopes, body.expires_at)
    return Status(201, NewKeyForm(**_form(request, token).model_dump(), token=secret))


@tokens.delete("/{token_id}/", response={204: None}, operation_id="deleteToken", summary="End a key")
def delete_token(request: HttpRequest, token_id: str) -> Status[None]:
    """What was opened with it, such as sockets, ends within five seconds."""
    keys.delete(access_of(request).user, token_id)
    return Status(204, None)


class Limits(BaseModel):
    """null: without a limit."""

    sends_per_minute: int | None
    reads_per_minute: Annotated[int | None, Field(description="in one web process")]
    sockets: Annotated[int | None, Field(description="open at a time, in one web process")]
    bytes: Annotated[int | None, Field(description="of all pictures, masks and the trash included")]
    pictures: int | None
    keys: int


class Usage(BaseModel):
    bytes: int
    pictures: int
    money: Annotated[usage.Money | None, Field(description="null where nothing here costs anything")]


class Block(BaseModel):
    reason: str
    since: datetime
    until: Annotated[datetime | None, Field(description="null: without an end")]


class MeForm(BaseModel):
    id: str
    name: str
    kind: Literal["guest", "account"]
    email: str | None
    created_at: datetime
    limits: Limits
    usage: Usage
    blocked: Block | None


def _me(person: User) -> MeForm:
    """Reads the row again, for a recent block. Raises `Unauthorized`."""
    user = User.objects.filter(pk=person.pk, is_active=True).first()
    if user is None:
        raise Unauthorized
    used, limited = space.used(user.pk), settings.STUDIO_LIMITS
    return MeForm(
        id=str(user.pk),
        name=user.username,
        kind="guest" if user.is_guest else "account",
        email=user.email or None,
        created_at=user.date_joined,
        limits=Limits(
            sends_per_minute=settings.SENDS_PER_MINUTE if limited else None,
            reads_per_minute=settings.READS_PER_MINUTE if limited else None,
            sockets=settings.SOCKETS_PER_USER if limited else None,
            bytes=settings.PERSON_BYTES if limited else None,
            pictures=settings.PERSON_PICTURES if limited else None,
            keys=keys.AT_MOST,
        ),
        usage=Usage(bytes=used.bytes, pictures=used.pictures, money=usage.today_if_any(user)),
        blocked=_block(user),
    )


def _block(user: User) -> Block | None:
    if user.blocked_at is None or not user.is_blocked:
        return None
    return Block(reason=user.block_reason, since=user.blocked_at, until=user.blocked_until)


@me.get("/", response=MeForm, operation_id="getMe", summary="Who I am, what I may use and what I use")
def get_me(request: HttpRequest) -> MeForm:
    """Also for a blocked person: `blocked` says why, and until when."""
    return _me(access_of(request).user)


@me.get("/usage/", response=usage.UsageForm, operation_id="getMyUsage", summary="What I have spent, by days")
def get_my_usage(request: HttpRequest) -> usage.UsageForm:
    """By the prices that the operator has set. What is reserved is held until its message has ended. Also for a blocked
    person."""
    user = access_of(request).user
    async_to_sync(rate_limits.hit)("list", str(user.pk))
    return usage.of(user)


@me.get("/export/", operation_id="exportMe", summary="All that I have, as a zip", openapi_extra=archives.ZIP)
async def export_me(request: HttpRequest) -> StreamingHttpResponse:
    """`me.json`, `usage.json`, `sessions.json`, `messages.json`, `gallery.json`, `albums.json`, every picture in `pictures/`
    and every mask in `masks/`. What changes meanwhile may or may not be in it; a picture that cannot be read is named
    in `missing.json`. Also for a blocked person."""
    access = access_of(request)
    await rate_limits.hit("export", str(access.user.pk))
    form = await sync_to_async(_me)(access.user)
    spent = await sync_to_async(usage.of)(access.user)
    made = export.archive(access.user, form.model_dump(), spent.model_dump())
    name = f"studio-{access.user.username}-{timezone.now():%Y-%m-%d}.zip"
    return await archives.send(request, made, name, even_blocked=True)


class LeaveBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    confirm: Annotated[str, Field(description="one's own `name`")]


@me.delete("/", response={204: None}, operation_id="deleteMe", summary="Remove me, with all that I have")
def delete_me(request: HttpRequest, response: HttpResponse, body: LeaveBody) -> Status[None]:
    """Gone from lists, sockets and pictures' addresses at once, and minutes later from every store. This cannot be undone.
    Also for a blocked person."""
    access = access_of(request)
    if body.confirm != access.user.username:
        raise BadInput(_("confirm: is not your name."))
    removal.leave(access.user)
    if access.token is None:
        request.session.flush()
        response["Clear-Site-Data"] = (
            '"cache", "storage"'  # not cookies: browsers would clear those of the whole domain
        )
    return Status(204, None)
