"""REST for the conversation: the same services as the socket, the same forms. Who is asking is settled at mounting."""

from typing import Annotated, Any, Literal

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Query, Router, Status

from chat import services
from chat.protocol import (
    ImageBody,
    MessageForm,
    MessagePage,
    PromptBody,
    RefinementForm,
    SendBody,
    SessionBody,
    SessionForm,
    SessionPage,
)
from gallery import errors
from gallery import services as pictures
from gallery.schemas import ImageForm

chat, prompt, image = Router(), Router(), Router()

Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=100)]
Doc = dict[str, Any]

SESSION = "/sessions/{session_id}/"
MESSAGE = "/sessions/{session_id}/messages/{message_id}/"


def _person(request: HttpRequest) -> str:
    return str(request.user.pk)


def _json(status: int, form: Doc, location: str | None = None) -> HttpResponse:
    """The services' form as it is, so that REST and the socket say the same to the letter."""
    response = JsonResponse(form, status=status)
    if location:
        response.headers["Location"] = location
    return response


def _place(message: Doc) -> str:
    """Where to ask how far this message is."""
    where = {"session_id": message["session_id"], "message_id": message["id"]}
    return reverse("api:get_message", kwargs=where)


@chat.post("/sessions/", response={201: SessionForm})
async def create_session(request: HttpRequest, body: SessionBody | None = None) -> HttpResponse:
    session = await services.create_session(_person(request), body.title if body else "")
    return _json(201, session, reverse("api:get_session", kwargs={"session_id": session["id"]}))


@chat.get("/sessions/", response=SessionPage)
async def list_sessions(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> HttpResponse:
    return _json(200, await services.list_sessions(_person(request), cursor, limit))


@chat.get(SESSION, response=SessionForm)
async def get_session(request: HttpRequest, session_id: str) -> HttpResponse:
    return _json(200, await services.get_session(_person(request), session_id))


@chat.patch(SESSION, response=SessionForm)
async def rename_session(request: HttpRequest, session_id: str, body: SessionBody) -> HttpResponse:
    return _json(200, await services.rename_session(_person(request), session_id, body.title))


@chat.delete(SESSION, response={204: None})
async def delete_session(
    request: HttpRequest, session_id: str, pictures: Literal["keep", "trash"] = "keep"
) -> HttpResponse:
    """What runs in it is cancelled; its pictures stay in the gallery, or go to the trash."""
    await services.delete_session(_person(request), session_id, pictures)
    return HttpResponse(status=204)


@chat.post("/sessions/{session_id}/messages/", response={202: MessageForm})
async def send_message(request: HttpRequest, session_id: str, body: SendBody) -> HttpResponse:
    """Accepted and kept; `Location` is where to ask for the picture."""
    message = await services.send(_person(request), session_id, body)
    return _json(202, message, _place(message))


@chat.get("/sessions/{session_id}/messages/", response=MessagePage)
async def list_messages(
    request: HttpRequest, session_id: str, cursor: Cursor = None, limit: Limit = 50
) -> HttpResponse:
    """Newest first."""
    return _json(200, await services.list_messages(_person(request), session_id, cursor, limit))


@chat.get(MESSAGE, response=MessageForm)
async def get_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    return _json(200, await services.get_message(_person(request), session_id, message_id))


@chat.post(MESSAGE + "cancel/", response=MessageForm)
async def cancel_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    return _json(200, await services.cancel(_person(request), session_id, message_id))


@chat.post(MESSAGE + "retry/", response={202: MessageForm})
async def retry_message(request: HttpRequest, session_id: str, message_id: str) -> HttpResponse:
    message = await services.retry(_person(request), session_id, message_id)
    return _json(202, message, _place(message))


@prompt.post("/refine/", response=RefinementForm)
async def refine_prompt(request: HttpRequest, body: PromptBody) -> HttpResponse:
    """How the studio reads a request; nothing is made and nothing kept."""
    return _json(200, await services.refine_prompt(_person(request), body.prompt))


@image.post("/generate/", response={201: ImageForm, 202: MessageForm})
async def generate_image(request: HttpRequest, body: ImageBody) -> HttpResponse | Status[ImageForm]:
    """201 with the picture; 202 with the message, and its `Location`, when the picture takes longer than a set time."""
    message = await services.generate_image(_person(request), body)
    if message["status"] == "PROCESSING":
        return _json(202, message, _place(message))
    return Status(201, await sync_to_async(_picture)(_person(request), picture_of(message)))


def _picture(user_id: str, image_id: str) -> ImageForm:
    return ImageForm.of(pictures.get(user_id, image_id))


def picture_of(message: Doc) -> str:
    """The id of the picture of an ended message. Raises what it ended with where it has none."""
    if message["status"] == "DONE" and message["image"]:
        return str(message["image"]["id"])
    if message["status"] == "DONE":
        raise errors.NoImage(message["reply"])
    if message["status"] == "CANCELLED":
        raise errors.Conflict("This request was cancelled.")
    error = message["error"]
    kinds = {(kind.code, kind.retryable): kind for kind in errors.ALL}
    raise kinds[error["code"], error["retryable"]](error["message"])
