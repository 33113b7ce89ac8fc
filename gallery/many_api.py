"""REST for many pictures at once, and for albums."""

from datetime import datetime
from typing import Annotated, Any, get_args

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, StringConstraints

from gallery import albums, bulk, links
from gallery.answers import json_answer
from gallery.api import me
from gallery.changes import snapshot
from gallery.models import Album
from gallery.schemas import Cursor, Limit

router, albums_router = Router(), Router()

Title = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", strict=True)
]
Id = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", strict=True)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=bulk.AT_ONCE, description="`id`s of pictures of mine")]
# What `bulk.change_all` enforces, for the documents.
_ALBUM = {"action": {"enum": [*get_args(bulk.OnAlbum)]}, "album_id": {"type": "string"}}
_PICTURES = {"action": {"enum": [*get_args(bulk.OnPictures)]}, "album_id": {"type": "null"}}
WITH_ITS_ALBUM: dict[str, Any] = {
    "anyOf": [{"properties": _ALBUM, "required": ["album_id"]}, {"properties": _PICTURES}]
}


class BulkBody(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra=WITH_ITS_ALBUM)

    action: bulk.Action
    ids: Ids
    album_id: Annotated[Id | None, Field(description="Of `add_to_album` and `remove_from_album`")] = None


class ResultError(Schema):
    code: str
    message: str
    retryable: bool


class BulkResult(Schema):
    id: str
    ok: bool
    changed: bool  # False where it was so before: then there is nothing to undo
    error: ResultError | None


class BulkResults(Schema):
    results: list[BulkResult]


class AlbumBody(Schema):
    model_config = ConfigDict(extra="forbid")

    title: Title


class AlbumForm(Schema):
    id: str
    title: str
    count: int  # of pictures that the gallery shows
    thumbnail_url: str | None  # of the newest of them
    created_at: datetime


class AlbumPage(Schema):
    items: list[AlbumForm]
    next: str | None


@router.post("/bulk/", response=BulkResults, operation_id="changeImages", summary="One action on many pictures")
def change_images(request: HttpRequest, body: BulkBody) -> HttpResponse:
    """At most 200 at once. An id that is no picture of mine gets `not_found`, and the others are changed all the same;
    `delete` is for good."""
    results = bulk.change_all(me(request), body.action, body.ids, body.album_id)
    return json_answer({"results": [_result(each) for each in results]})


def _result(result: bulk.Result) -> dict[str, object]:
    error = result.error
    problem = error and {"code": error.code, "message": error.message, "retryable": error.retryable}
    return {"id": result.id, "ok": error is None, "changed": result.changed, "error": problem}


@albums_router.get("/", response=AlbumPage, operation_id="listAlbums", summary="My albums, newest first")
def list_albums(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> HttpResponse:
    """The pictures of one are at `/v1/gallery/?album=…`."""
    found, following = albums.page(me(request), cursor, limit)
    return json_answer({"items": _forms(found), "next": following})


@albums_router.post("/", response={201: AlbumForm}, operation_id="createAlbum", summary="A new album")
def create_album(request: HttpRequest, body: AlbumBody) -> HttpResponse:
    """Empty; `POST /v1/gallery/bulk/` fills it. A person has at most 100 albums, with at most 2,000 pictures each."""
    album = albums.create(me(request), body.title)
    response = json_answer(_forms([album])[0], 201)
    response.headers["Location"] = f"{request.path}{album.pk}/"
    return response


@albums_router.get("/{album_id}/", response=AlbumForm, operation_id="getAlbum", summary="One album")
def get_album(request: HttpRequest, album_id: str) -> HttpResponse:
    """As in the list."""
    return json_answer(_forms([albums.get(me(request), album_id)])[0])


@albums_router.patch("/{album_id}/", response=AlbumForm, operation_id="renameAlbum", summary="Give it another title")
def rename_album(request: HttpRequest, album_id: str, body: AlbumBody) -> HttpResponse:
    """Its pictures stay in it."""
    return json_answer(_forms([albums.rename(me(request), album_id, body.title)])[0])


@albums_router.delete("/{album_id}/", response={204: None}, operation_id="deleteAlbum", summary="Delete an album")
def delete_album(request: HttpRequest, album_id: str) -> Status[None]:
    """Its pictures stay in the gallery."""
    albums.delete(me(request), album_id)
    return Status(204, None)


def _forms(found: list[Album]) -> list[dict[str, object]]:
    return [
        {
            "id": str(each.album.pk),
            "title": each.album.title,
            "count": each.count,
            "thumbnail_url": links.urls(snapshot(each.cover))["thumbnail_url"] if each.cover else None,
            "created_at": each.album.created_at,
        }
        for each in albums.summaries(found)
    ]
