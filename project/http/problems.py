"""The errors of `gallery.errors` as REST's problems (RFC 9457)."""

import logging
import math
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.log import log_response
from django.views import defaults
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict, Field
from pymongo.errors import ConnectionFailure, PyMongoError

from chat import validation
from gallery import views
from gallery.errors import (
    BadInput,
    FieldError,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    StorageDown,
    StorageFull,
    StudioError,
    TooLarge,
    Unauthorized,
    UnsupportedMedia,
)
from gallery.translation import N_

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
UNREACHABLE = (ConnectionFailure, OperationalError, InterfaceError)
RETRY_AFTER_S = 5.0
NAMES_OF_TOKENS = {"token", "access_token", "api_key", "key"}
IN_ADDRESS = N_(
    "A token does not belong into an address, which logs keep: send it as `Authorization: Bearer …`, and end this one."
)
MAX_FIELDS = 20
PAGE = "/problems/"


class WrongField(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    place: Annotated[Literal["body", "query", "path", "header"], Field(alias="in")]
    field: Annotated[str, Field(description="Its name; dots lead into nested fields")]
    detail: Annotated[str, Field(description="What is wrong with it, for people")]


class Problem(BaseModel):
    """RFC 9457. `code` is for programs, `detail` for people."""

    type: Annotated[str, Field(description="The page, and the place on it, that says what to do")]
    title: str
    status: int
    detail: str
    code: Annotated[str, Field(description="One of those at /problems/; new ones may come")]
    retryable: Annotated[bool, Field(description="Whether the same request may succeed later")]
    retry_after: Annotated[float | None, Field(description="Seconds")]
    errors: Annotated[list[WrongField], Field(description="Where fields are wrong: each of them")] = []


def problem(error: StudioError, status: int | None = None) -> HttpResponse:
    status = status or error.status
    form = Problem(
        type=f"{PAGE}#{error.code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.message,
        code=error.code,
        retryable=error.retryable,
        retry_after=error.retry_after,
        errors=_wrong_fields(error),
    )
    left_out = None if form.errors else {"errors"}
    text = form.model_dump_json(exclude=left_out)
    response = _with_retry_after(error, HttpResponse(text, status=status, content_type=MEDIA_TYPE))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _wrong_fields(error: StudioError) -> list[WrongField]:
    found = error.errors if isinstance(error, BadInput) else ()
    return [WrongField.model_validate({**each._asdict(), "in": each.place}) for each in found[:MAX_FIELDS]]


def server_error(request: HttpRequest) -> HttpResponse:
    """A page, also while a database is down."""
    error = sys.exc_info()[1]
    if not isinstance(error, UNREACHABLE):
        return defaults.server_error(request)
    _log_store_down(request, error)
    said = views.failure(StorageDown(retry_after=RETRY_AFTER_S))
    said._has_been_logged = True  # type: ignore[attr-defined]  # or Django logs it again
    return said


def _with_retry_after(error: StudioError, response: HttpResponse) -> HttpResponse:
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response


_OF_STATUS: dict[int, tuple[type[StudioError], str]] = {
    401: (Unauthorized, N_("Send a bearer token, or the page's cookie.")),
    403: (Forbidden, ""),
    404: (NotFound, ""),
    405: (MethodNotAllowed, ""),
    413: (TooLarge, ""),
    415: (UnsupportedMedia, ""),
    429: (RateLimited, ""),
    503: (StorageDown, ""),
}


def of_status(status: int) -> HttpResponse:
    """For a framework's error, of which only the status is known."""
    kind, sentence = _OF_STATUS.get(status, (BadInput, "") if status < 500 else (StudioError, ""))
    return problem(kind(sentence), status)


def install(api: NinjaAPI) -> None:
    api.add_exception_handler(StudioError, _studio)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, lambda request, error: of_status(404))
    for kind in (SuspiciousOperation, BadRequest, MultiPartParserError):
        api.add_exception_handler(kind, lambda request, error: of_status(400))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: of_status(413))
    for unreachable in UNREACHABLE:
        api.add_exception_handler(unreachable, _storage_down)
    api.add_exception_handler(PyMongoError, _mongo)
    api.add_exception_handler(Exception, _unexpected)


def _studio(request: HttpRequest, error: StudioError | type[StudioError]) -> HttpResponse:
    error = error() if isinstance(error, type) else error
    response = problem(error)
    if isinstance(error, StorageFull):  # a limit, though its status begins with a 5
        log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, level="info")
    return response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = [_wrong_field(each) for each in error.errors[:MAX_FIELDS]]
    return problem(BadInput(found[0].detail, errors=found))


def _wrong_field(error: Mapping[str, Any]) -> FieldError:
    source, *path = error["loc"]
    if source == "body":
        path = path[1:]  # of our own parameter
    place = {"form": "body", "file": "body"}.get(source, source)
    return FieldError(place, validation.field_name(path), validation.explain(error, path))


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    # Our parser's error is the cause of ninja's.
    if isinstance(error.__cause__, UnsupportedMedia):
        return problem(error.__cause__)
    if isinstance(error.__cause__, StudioError):
        return problem(error.__cause__, error.status_code)
    if error.status_code == HTTPStatus.UNAUTHORIZED and NAMES_OF_TOKENS & request.GET.keys():
        return problem(Unauthorized(IN_ADDRESS))
    return of_status(error.status_code)


def _mongo(request: HttpRequest, error: Any) -> HttpResponse:
    return _storage_down(request, error) if error.timeout else _unexpected(request, error)


def _storage_down(request: HttpRequest, error: Any) -> HttpResponse:
    _log_store_down(request, error)
    return problem(StorageDown())


def _log_store_down(request: HttpRequest, error: BaseException) -> None:
    log.warning("action=store_down method=%s path=%s error=%r", request.method, request.path, error)


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("action=failed method=%s path=%s", request.method, request.path, exc_info=error)
    return problem(StudioError())
