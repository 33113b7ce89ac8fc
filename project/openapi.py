"""The OpenAPI document: ninja's, and what generators of clients need beside it."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic.json_schema import models_json_schema

from gallery import errors
from gallery.schemas import ImportBody
from gallery.sharing.schemas import ReportBody
from project.http import problems
from project.openapi_examples import ANSWERS, BODIES, PARAMETERS

Schema = TypedDict(
    "Schema",
    {
        "$ref": str,
        "type": str,
        "format": str,
        "description": str,
        "examples": list[object],
        "properties": dict[str, "Schema"],
        "required": list[str],
    },
    total=False,
)
Header = TypedDict("Header", {"$ref": str, "description": str, "example": str, "schema": Schema}, total=False)
Parameter = TypedDict("Parameter", {"in": str, "name": str, "required": bool, "description": str, "schema": Schema})


class Media(TypedDict, total=False):
    schema: Schema
    example: object


class Answer(TypedDict, total=False):
    description: str
    headers: dict[str, Header]
    content: dict[str, Media]
    links: dict[str, object]


class RequestBody(TypedDict):
    content: dict[str, Media]


class Operation(TypedDict):
    operationId: str
    parameters: list[Parameter]
    requestBody: NotRequired[RequestBody]
    responses: dict[Any, Any]  # by status, or "default": an `Answer`, or a reference to one
    security: list[object]


ABOUT = """Send a message, get a picture. The same conversation lives on the socket: see /asyncapi.json.

Paths work with and without their final slash; the slash is inherited from the system that this one replaces. Parameters and
fields that an operation does not know are errors. New fields of answers, new codes of errors and new routes may come at any
time: ignore what you do not know. What will go is marked `deprecated` here first, and is answered with the headers
`Deprecation` (RFC 9745) and `Sunset` (RFC 8594) for half a year at least; CHANGELOG.md says so too."""

TAGS = {
    "auth": "Who one is: a guest with a bearer token, and tickets for sockets of browsers elsewhere.",
    "me": "Whoever asks: what they may use, everything they have, and leaving.",
    "chat": "Conversations, and the messages in them, each of which makes one picture or none.",
    "prompt": "How the studio reads a request.",
    "image": "A picture without a conversation.",
    "gallery": "Every stored picture of whoever asks, and the trash.",
}
# Statuses of errors that do not follow from what an operation takes.
ALSO = {
    "createToken": (409,),
    "sendMessage": (402, 409, 507),
    "cancelMessage": (409,),
    "retryMessage": (402, 409, 507),
    "refinePrompt": (402, 504),
    "generateImage": (402, 404, 409, 504, 507),
    "importImage": (507,),
    "listImages": (404,),
    "listDeletedImages": (404,),
    "listDays": (404,),
    "listDeletedDays": (404,),
    "changeImages": (404,),
    "downloadImages": (404,),
    "createAlbum": (409,),
    "createShare": (409,),
    "appealImage": (409,),
    "reportShare": (403,),
}
WITH_BODY = (400, 413, 415)
EVERYWHERE = (422, 429, 503)
TYPICAL: dict[int, type[errors.StudioError]] = {
    400: errors.BadInput,
    422: errors.BadInput,
    503: errors.StorageDown,
}  # of a status that several have
KINDS: dict[int, type[errors.StudioError]] = {kind.status: kind for kind in errors.ALL} | TYPICAL

_SESSION = {"session_id": "$response.body#/id"}
_MESSAGE = {"session_id": "$response.body#/session_id", "message_id": "$response.body#/id"}
_IMAGE = {"image_id": "$response.body#/id"}
_OF_A_SESSION = ("getSession", "sendMessage", "listMessages", "renameSession", "deleteSession")
_OF_A_MESSAGE = ("getMessage", "cancelMessage", "retryMessage")
_OF_AN_IMAGE = (
    "getImage",
    "getImageLineage",
    "downloadImage",
    "getImageFamily",
    "updateImage",
    "trashImage",
    "restoreImage",
    "deleteImage",
    "createShare",
    "listShares",
    "renewLinks",
    "appealImage",
)
LINKS: dict[str, dict[int, tuple[tuple[str, ...], dict[str, str]]]] = {
    "createToken": {201: (("deleteToken",), {"token_id": "$response.body#/id"})},
    "createSession": {201: (_OF_A_SESSION, _SESSION)},
    "sendMessage": {202: (_OF_A_MESSAGE, _MESSAGE)},
    "generateImage": {201: (_OF_AN_IMAGE, _IMAGE), 202: (_OF_A_MESSAGE, _MESSAGE)},
    "importImage": {201: (_OF_AN_IMAGE, _IMAGE)},
    "createShare": {201: (("revokeShare",), {"share_id": "$response.body#/id"})},
    "listShares": {200: (("reportShare",), {"token": "$response.body#/items/0/token"})},
    "createAlbum": {201: (("getAlbum", "renameAlbum", "deleteAlbum"), {"album_id": "$response.body#/id"})},
}
LOCATIONS = {
    "createSession": (201,),
    "sendMessage": (202,),
    "retryMessage": (202,),
    "generateImage": (201, 202),
    "importImage": (201,),
    "createAlbum": (201,),
}
TEXT: Schema = {"type": "string"}


class Documented(NinjaAPI):
    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**where)
        _add_forms(schema)
        _refer_plainly([schema["components"]["schemas"], schema["paths"]])
        schema["components"]["responses"] = {
            _name(status): _problem(status) for status in sorted(KINDS) if status != 405
        }
        schema["components"]["headers"] = _headers()
        schema["info"]["license"] = {"name": "MIT", "identifier": "MIT"}
        schema["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
        for path, method, operation in _operations(schema):
            if operation["operationId"] == "importImage":
                _document_import(operation)
            _document(path, method, operation)
        _drop_unused(schema)
        return schema


def _operations(schema: OpenAPISchema) -> Iterator[tuple[str, str, Operation]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _add_forms(schema: OpenAPISchema) -> None:
    made = [(problems.Problem, "serialization"), (ImportBody, "validation"), (ReportBody, "validation")]
    _, forms = models_json_schema(made, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schema["components"]["schemas"] |= forms["$defs"]


def _drop_unused(schema: OpenAPISchema) -> None:
    """Ninja lists the model of a query's parameters as a form, too."""
    forms, text = schema["components"]["schemas"], json.dumps(schema, default=str)
    for name in [name for name in forms if f'"#/components/schemas/{name}"' not in text]:
        del forms[name]


def _refer_plainly(part: Any) -> None:
    """Replaces `allOf` of one, which ninja makes of a reference with a default, and client generators do not understand."""
    if isinstance(part, dict):
        if len(part.get("allOf", ())) == 1:
            part.pop("default", None)
            part |= part.pop("allOf")[0]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _refer_plainly(each)


def _document(path: str, method: str, operation: Operation) -> None:
    name, responses = operation["operationId"], operation["responses"]
    operation.setdefault("security", [])  # public
    for parameter in operation["parameters"]:
        if about := PARAMETERS.get(parameter["name"]):
            parameter["description"] = about["description"]
    for kind, media in operation.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json" and name in BODIES:
            media["example"] = BODIES[name]
    for status, answer in list(responses.items()):
        _document_answer(name, status, answer)
    if 304 in responses:
        _document_etag(operation)
    for status in _statuses(path, method, operation):
        responses[status] = {"$ref": f"#/components/responses/{_name(status)}"}
    responses["default"] = {"description": "What went wrong", "content": _problem_content()}


def _document_answer(name: str, status: int, answer: Answer) -> None:
    headers = answer.setdefault("headers", {})
    for limit in ("RateLimit", "RateLimit-Policy"):
        headers[limit] = {"$ref": f"#/components/headers/{limit}"}
    if status in LOCATIONS.get(name, ()):
        headers["Location"] = {"description": "Where to ask for it", "schema": TEXT}
    for media in answer.get("content", {}).values():
        form = media["schema"].get("$ref", "").rpartition("/")[2]
        if form in ANSWERS:
            media["example"] = ANSWERS[form]
    if status in LINKS.get(name, {}):
        operations, parameters = LINKS[name][status]
        answer["links"] = {to: {"operationId": to, "parameters": parameters} for to in operations}


def _statuses(path: str, method: str, operation: Operation) -> list[int]:
    found = {*EVERYWHERE, *ALSO.get(operation["operationId"], ())}
    if operation["security"]:
        found |= {401} if method == "get" else {401, 403}
    if "{" in path:
        found.add(404)
    if "requestBody" in operation:
        found.update(WITH_BODY)
    return sorted(found)


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _problem(status: int) -> Answer:
    kind = KINDS[status]
    example = problems.problem(kind(), status).content.decode()
    answer: Answer = {
        "description": kind.sentence,
        "content": _problem_content(problems.Problem.model_validate_json(example)),
    }
    if kind.retryable:
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait, where that is known", "schema": {"type": "integer"}}
        }
    return answer


def _problem_content(example: problems.Problem | None = None) -> dict[str, Media]:
    content: Media = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if example:
        content["example"] = example.model_dump(exclude={"errors"})
    return {problems.MEDIA_TYPE: content}


def _headers() -> dict[str, Header]:
    left = (
        "How many requests are left of each limit that this one counted for, and in how many seconds it is whole again"
    )
    return {
        "RateLimit": {"description": left, "example": '"read";r=598;t=1', "schema": TEXT},
        "RateLimit-Policy": {
            "description": "Those limits: so many in so many seconds",
            "example": '"read";q=600;w=60',
            "schema": TEXT,
        },
    }


def _document_etag(operation: Operation) -> None:
    etag = {"ETag": {"description": "To send as `If-None-Match` the next time", "schema": TEXT}}
    for status in (200, 304):
        operation["responses"][status]["headers"] |= etag
    operation["responses"][304]["description"] = "Not changed since the answer whose `ETag` was sent"
    about = "`ETag` of the answer before"
    operation["parameters"].append(
        {"in": "header", "name": "If-None-Match", "required": False, "description": about, "schema": TEXT}
    )


def _document_import(operation: Operation) -> None:
    """Takes a form, whose file is required, or JSON."""
    content = operation["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"]
    form["properties"]["file"] = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, HEIC or AVIF"}
    form["required"] = ["file"]
    form["properties"]["purpose"]["examples"] = ["photo"]
    content["application/json"] = {"schema": {"$ref": "#/components/schemas/ImportBody"}}
