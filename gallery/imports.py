"""Reads a picture from a request: a file of a form, or a data URL in JSON."""

from base64 import b64decode
from collections.abc import Callable
from typing import IO, Literal, NamedTuple

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import ValidationError

from gallery.errors import BadInput, FieldError, RateLimited, TooLarge, UnsupportedMedia
from gallery.places import Places
from gallery.schemas import ImportBody
from gallery.translation import N_, _

JSON, MULTIPART = "application/json", "multipart/form-data"
JSON_LIMIT = 8 * 1024 * 1024  # bytes of a body, which is in memory three times over
RETRY_AFTER_S = 5.0
MANY = N_("Too many pictures in JSON are being read just now: send the file as multipart/form-data, or try again.")
_reading = Places(each=1, total=4)


class Import(NamedTuple):
    file: IO[bytes] | bytes
    purpose: Literal["photo", "mask"]
    name: str


def read(request: HttpRequest, file: UploadedFile | None, purpose: Literal["photo", "mask"]) -> Import:
    """Raises `BadInput`, `TooLarge`, `UnsupportedMedia`, `RateLimited`."""
    if request.content_type == JSON:
        return _with_place(request, _read_json)
    if request.content_type != MULTIPART:
        raise UnsupportedMedia(_("A picture comes as multipart/form-data, or as a data URL in JSON."))
    if file is None:
        raise _wrong("file", "is missing")
    return Import(file, purpose, file.name or "")


def _with_place(request: HttpRequest, read: Callable[[HttpRequest], Import]) -> Import:
    give_back = _reading.take(str(request.user.pk))
    if give_back is None:
        raise RateLimited(MANY, retry_after=RETRY_AFTER_S)
    try:
        return read(request)
    finally:
        give_back()


def _read_json(request: HttpRequest) -> Import:
    # Not `request.body`, which ends at the bound for bodies without a picture.
    text = request.read(JSON_LIMIT + 1)
    if len(text) > JSON_LIMIT:
        raise TooLarge(
            _("At most {limit} MiB of JSON are taken here: send the file as multipart/form-data.").format(
                limit=JSON_LIMIT // 1024**2
            )
        )
    try:
        body = ImportBody.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise HttpError(400, "no JSON") from BadInput(_("The body is not JSON, or it is nested too deeply."))
        raise _wrong(".".join(map(str, first["loc"])), first["msg"].removeprefix("Input ")) from None
    try:
        data = b64decode(body.file.partition(",")[2], validate=True)
    except ValueError:
        raise _wrong("file", "is no base64") from None
    return Import(data, body.purpose, body.name)


def _wrong(field: str, what: str) -> BadInput:
    detail = f"{field}: {what}." if field else _("The request's body: {what}.").format(what=what)
    return BadInput(detail, errors=[FieldError("body", field, detail)])
