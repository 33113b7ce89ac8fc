"""REST for the conversation: the socket's services and forms. Who is asking is decided where it is mounted."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Literal, TypeVar

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Header, Router

from chat import services, versions, without_session
from chat.bodies import ImageBody, Name, PromptBody, SendBody, SessionBody
from chat.forms import MessageForm, MessagePage, RefinementForm, SessionForm, SessionPage
from chat.store import public
from gallery import errors
from gallery import services as pictures
from gallery.answers import is_conditional, is_known, json_answer, or_unchanged, unchanged
from gallery.schemas import Cursor, ImageForm, Limit, form
from gallery.translation import _
from pipeline.documents import Form
from pipeline.message import Message
from pipeline.message import Status as MessageStatus
from pipeline.session import Session

F = TypeVar("F", Message, Session, Form)
chat, prompt, image = Router(), Router(), Router()

RESPOND_ASYNC = "respond-async"  # RFC 7240
Prefer = Annotated[str | None, Header(max_length=200, description="`respond-async`: do not wait for the picture")]
IdempotencyKey = Annotated[
    Name | None,
    Header(
        alias="Idempotency-Key",
        description="The same as `client_id`: the request sent again under the same key has the same answer, "
        "makes nothing twice, and is answered before any limit is counted.",
    ),
]
K = TypeVar("K", SendBody, ImageBody)

NO_TITLE = SessionBody()
SESSION = "/sessions/{session_id}/"
MESSAGE = "/sessions/{session_id}/messages/{message_id}/"


def _person(request: HttpRequest) -> str:
    return str(request.user.pk)


def _json(status: int, answer: Form, location: str | None = None) -> HttpResponse:
    """Without django-ninja's own serializer: REST and the socket send the same form."""
    response = json_answer(answer, status)
    if location:
        response.headers["Location"] = location
    return response


async def _unless_known(
    request: HttpRequest,
    etag_now: Callable[[], Awaitable[str]],
    found_now: Callable[[], Awaitable[F]],
    etag_of: Callable[[F], str],
) -> HttpResponse:
    """304 where the client's `If-None-Match` is current; else the form with its ETag."""
    etag = await etag_now() if is_conditional(request) else ""
    if etag and is_known(request, etag):
        return unchanged(etag)
    found = await found_now()
    answer = public(found) if isinstance(found, Message | Session) else found
    return json_answer(answer, etag=etag or etag_of(found))


def _keyed(body: K, key: str | None) -> K:
    """The `Idempotency-Key` becomes the `client_id`. The IETF's draft puts it in quotation marks; most clients do not."""
    if key is None:
        return body
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if body.client_id not in (None, key):
        raise errors.Conflict(_("The header Idempotency-Key is another one than the body's client_id."))
    return body.model_copy(update={"client_id": key})


def _status_url(message: Message) -> str:
    where = {"session_id": message.session_id, "message_id": message.id}
    return reverse("api:get_message", kwargs=where)


@chat.post("/sessions/", response={201: SessionForm}, operation_id="createSession", summary="Begin a conversation")
async def create_session(request: HttpRequest, body: SessionBody = NO_TITLE) -> HttpResponse:
    """A session holds messages in their order; its first message gives it a title. The body may be left out."""
    session = await services.create_session(_person(request), body.title)
    return _json(201, public(session), reverse("api:get_session", kwargs={"session_id": session.id}))


@chat.get(
    "/sessions/",
    response=or_unchanged(SessionPage),
    operation_id="listSessions",
    summary="My conversations, newest first",
)
async def list_sessions(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> HttpResponse:
    """Without the one in which `POST /v1/image/generate/` keeps its messages: their pictures are in the gallery."""
    of = _person(request), cursor, limit
    return await _unless_known(
        request,
        lambda: versions.of_sessions(*of),
        lambda: services.list_sessions(*of),
        partial(versions.form_etag, of[0]),
    )


@chat.get(SESSION, response=or_unchanged(SessionForm), operation_id="getSession", summary="One conversation")
async def get_session(request: HttpRequest, session_id: str) -> HttpResponse:
    """What a list shows of it; its messages are at `messages/`."""
    of = _person(request), session_id
    return await _unless_known(
        request, lambda: versions.of_session(*of), lambda: services.get_session(*of), versions.session_etag
    )


@chat.patch(SESSION, response=SessionForm, operation_id="renameSession", summary="Give it another title")
async def rename_session(request: HttpRequest, session_id: str, body: SessionBody) -> HttpResponse:
    """A title that a person gave stays; an empty one lets the next message give it one."""
    return _json(200, public(await services.rename_session(_person(request), session_id, body.title)))


@chat.delete(SESSION, response={204: None}, operation_id="deleteSession", summary="Delete a conversation")
async def delete_session(
    request: HttpRequest, session_id: str, pictures: Literal["keep", "trash"] = "keep"
) -> HttpResponse:
    """What runs in it is cancelled; its pictures stay in the gallery, or go to the trash."""
    await services.delete_session(_person(request), session_id, pictures)
    return HttpResponse(status=204)


@chat.post(
    "/sessions/{session_id}/messages/",
    response={202: MessageForm},
    operation_id="sendMessage",
    summary="Ask for a picture",
)
async def send_message(
    request: HttpRequest, session_id: str, body: SendBody, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Accepted and kept: it will be answered whatever happens. `Location` is where to ask for the picture, every second or
    so; the socket tells without being asked. A message may end DONE without a picture: then `reply` says why."""
    message = await services.send(_person(request), session_id, _keyed(body, idempotency_key))
    return _json(202, public(message), _status_url(message))


@chat.get(
    "/sessions/{session_id}/messages/",
    response=or_unchanged(MessagePage),
    operation_id="listMessages",
    summary="The messages of a conversation, newest first",
)
async def list_messages(
    request: HttpRequest, session_id: str, cursor: Cursor = None, limit: Limit = 50
) -> HttpResponse:
    """Each with its picture as it is now. A page may hold fewer than `limit`: it has at most 768 KiB."""
    of = _person(request), session_id, cursor, limit
    return await _unless_known(
        request,
        lambda: versions.of_messages(*of),
        lambda: services.list_messages(*of),
        partial(versions.form_etag, session_id),
    )


@chat.get(MESSAGE, response=or_unchanged(MessageForm), operation_id="getMessage", summary="How far a message is")
async def get_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    """To be asked every second or so until `status` is no longer PROCESSING, best with `If-None-Match`."""
    of = _person(request), session_id, message_id
    return await _unless_known(
        request, lambda: versions.of_message(*of), lambda: services.get_message(*of), versions.message_etag
    )


@chat.post(MESSAGE + "cancel/", response=MessageForm, operation_id="cancelMessage", summary="Stop a message")
async def cancel_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    """It leaves no picture. Safe to repeat; 409 where it has ended otherwise."""
    return _json(200, public(await services.cancel(_person(request), session_id, message_id)))


@chat.post(MESSAGE + "retry/", response={202: MessageForm}, operation_id="retryMessage", summary="Take a message on")
async def retry_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    """One that failed with `retryable`, or was cancelled, goes on at the stage where it ended; 409 for any other."""
    message = await services.retry(_person(request), session_id, message_id)
    return _json(202, public(message), _status_url(message))


@prompt.post("/refine/", response=RefinementForm, operation_id="refinePrompt", summary="Read a request")
async def refine_prompt(request: HttpRequest, body: PromptBody) -> HttpResponse:
    """How the studio reads a request; nothing is made and nothing kept."""
    return _json(200, (await without_session.refine_prompt(_person(request), body.prompt)).model_dump())


@image.post(
    "/generate/",
    response={201: ImageForm, 202: MessageForm},
    operation_id="generateImage",
    summary="A picture without a conversation",
)
async def generate_image(
    request: HttpRequest, body: ImageBody, prefer: Prefer = None, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """201 with the picture; 202 with the message, and its `Location`, when the picture takes longer than a set time, and
    at once with `Prefer: respond-async`. 422 `no_image` where it ends without a picture. The message lies in a session of
    its own kind, which no list shows. With an `Idempotency-Key` it is safe to send again."""
    body = _keyed(body, idempotency_key)
    at_once = RESPOND_ASYNC in (prefer or "").lower()
    message = await without_session.generate_image(_person(request), body, at_once=at_once)
    if not message.has_ended or at_once:
        response = _json(202, public(message), _status_url(message))
        if at_once:
            response.headers["Preference-Applied"] = RESPOND_ASYNC
        return response
    image_id = picture_of(message)
    location = reverse("api:get_image", kwargs={"image_id": image_id})
    return _json(201, await sync_to_async(_picture)(_person(request), image_id), location)


def _picture(user_id: str, image_id: str) -> Form:
    return form(pictures.get(user_id, image_id))


def picture_of(message: Message) -> str:
    """The picture's id of an ended message. Without a picture, raises what it ended with."""
    if message.status is MessageStatus.DONE and message.image:
        return message.image["id"]
    if message.status is MessageStatus.CANCELLED:
        raise errors.Conflict(_("This request was cancelled."))
    error = message.error
    if error is None:
        raise errors.NoImage(message.reply or "")
    kinds = {(kind.code, kind.retryable): kind for kind in errors.ALL}
    raise kinds[error["code"], error["retryable"]](error["message"])
