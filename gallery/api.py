"""REST for the gallery: `/v1/gallery/`. Who may call is decided where it is mounted; here it is `request.user`."""

import uuid
from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from gallery import albums, days, imports, lineage, search, services
from gallery.answers import etag_of, is_conditional, is_known, json_answer, or_unchanged, unchanged
from gallery.errors import NotFound, Unauthorized
from gallery.models import Image
from gallery.schemas import (
    DayList,
    Family,
    ImageDetails,
    ImageForm,
    ImagePage,
    ImagePatch,
    Lineage,
    details,
    form,
)
from gallery.search import Page, Search
from gallery.views import save

router = Router(tags=["gallery"])
_BYTES = {"schema": {"type": "string", "format": "binary"}}
A_PICTURE = {
    "responses": {
        200: {"description": "OK", "content": {f"image/{kind}": _BYTES for kind in ("jpeg", "png", "webp")}},
    }
}


@router.get("/", response=or_unchanged(ImagePage), operation_id="listImages", summary="My pictures, newest first")
def list_images(request: HttpRequest, asked: Query[Search]) -> HttpResponse:
    """Without masks, without the trash, and, unless `hidden` is asked for, without what a moderator has hidden. A picture has
    to match all parameters."""
    return _page(request, asked, deleted=False)


@router.get(
    "/deleted/",
    response=or_unchanged(ImagePage),
    operation_id="listDeletedImages",
    summary="My trash, newest picture first",
)
def list_deleted(request: HttpRequest, asked: Query[Search]) -> HttpResponse:
    """`purge_at` says when a picture leaves it for good."""
    return _page(request, asked, deleted=True)


@router.get("/days/", response=or_unchanged(DayList), operation_id="listDays", summary="How many pictures each day has")
def list_days(request: HttpRequest, asked: Query[days.DaysOf]) -> HttpResponse:
    """Of all pictures that the list holds for the same filters, on whatever page."""
    return _days(request, asked, deleted=False)


@router.get(
    "/deleted/days/",
    response=or_unchanged(DayList),
    operation_id="listDeletedDays",
    summary="How many pictures of the trash each day has",
)
def list_deleted_days(request: HttpRequest, asked: Query[days.DaysOf]) -> HttpResponse:
    """The days on which they were made."""
    return _days(request, asked, deleted=True)


@router.post(
    "/", response={201: ImageForm}, operation_id="importImage", summary="Import a picture, or a mask (white = change)"
)
def import_image(
    request: HttpRequest,
    file: Annotated[UploadedFile | None, File()] = None,
    purpose: Form[Literal["photo", "mask"]] = "photo",
) -> HttpResponse:
    """A JPEG, PNG, WebP, HEIC or AVIF of at most 20 MiB and at least 16 pixels a side. The same photo again gives the picture
    that is there, unless it is in the trash. A mask should have the size of its picture, or it is stretched."""
    found = imports.read(request, file, purpose)
    image = services.import_picture(me(request), found.file, found.purpose, found.name)
    response = json_answer(form(image), 201)
    response.headers["Location"] = f"{request.path}{image.pk}/"
    return response


@router.get("/{image_id}/", response=or_unchanged(ImageDetails), operation_id="getImage", summary="One picture")
def get_image(request: HttpRequest, image_id: str) -> HttpResponse:
    """Also one that is hidden or in the trash: then its addresses are null."""
    image = services.get(me(request), image_id)
    album_ids = albums.ids_with(image)
    etag = _etag(f"picture {image.bytes} {album_ids}", [image], None)
    return unchanged(etag) if is_known(request, etag) else json_answer(details(image, album_ids), etag=etag)


@router.get(
    "/{image_id}/lineage/",
    response=Lineage,
    operation_id="getImageLineage",
    summary="What it was made from, and what was made from it",
)
def get_lineage(request: HttpRequest, image_id: str) -> HttpResponse:
    """At most 50 each way. `ancestors` follows the first picture that each was made from."""
    image = services.get(me(request), image_id)
    line = {"parents": lineage.parents(image), "ancestors": lineage.ancestors(image)}
    line["children"] = lineage.children(image)
    return json_answer({name: [form(one) for one in images] for name, images in line.items()})


@router.get(
    "/{image_id}/family/",
    response=Family,
    operation_id="getImageFamily",
    summary="Its line as a graph, with its branches",
)
def get_family(request: HttpRequest, image_id: str) -> HttpResponse:
    """The pictures that it was made from, those that were made from it, and those that these lead to: the nearest 60, also
    hidden ones and those in the trash."""
    found, edges = lineage.family(services.get(me(request), image_id))
    made_from = [{"id": str(edge.id), "source_id": str(edge.source_id)} for edge in edges]
    return json_answer({"pictures": [form(each) for each in found], "made_from": made_from})


@router.get(
    "/{image_id}/file/",
    operation_id="downloadImage",
    summary="Its file, which says what it is",
    openapi_extra=A_PICTURE,
)
def download_image(
    request: HttpRequest,
    image_id: str,
    prompt: Annotated[bool, Query(description="Whether prompt and seed are written into it, too")] = False,
) -> HttpResponseBase:
    """With XMP: IPTC's digital source type (made by a model, composed with one, changed by an algorithm, a photograph), the
    provider and the date."""
    image = services.get(me(request), image_id)
    if image.state != "shown":
        raise NotFound()
    return save(request, image, with_prompt=prompt)


@router.patch("/{image_id}/", response=ImageForm, operation_id="updateImage", summary="Rename, mark as a favourite")
def patch_image(request: HttpRequest, image_id: str, body: ImagePatch) -> HttpResponse:
    """What is left out, or null, stays as it is."""
    return json_answer(form(services.patch(me(request), image_id, title=body.title, favorite=body.favorite)))


@router.delete("/{image_id}/", response={204: None}, operation_id="trashImage", summary="Into the trash")
def trash_image(request: HttpRequest, image_id: str) -> Status[None]:
    """Its addresses answer 404 from now on. Safe to repeat."""
    services.trash(me(request), image_id)
    return Status(204, None)


@router.post("/{image_id}/restore/", response=ImageForm, operation_id="restoreImage", summary="Out of the trash")
def restore_image(request: HttpRequest, image_id: str) -> HttpResponse:
    """A picture that is not in the trash stays as it is."""
    return json_answer(form(services.restore(me(request), image_id)))


@router.delete("/{image_id}/permanent/", response={204: None}, operation_id="deleteImage", summary="Delete for good")
def delete_image(request: HttpRequest, image_id: str) -> Status[None]:
    """Whether in the trash or not; this cannot be undone. The messages that show it say that it is deleted."""
    services.delete_permanently(me(request), image_id)
    return Status(204, None)


def me(request: HttpRequest) -> uuid.UUID:
    if request.user.pk is None:
        raise Unauthorized()
    return request.user.pk


def _days(request: HttpRequest, asked: days.DaysOf, *, deleted: bool) -> HttpResponse:
    found = days.of(me(request), asked, deleted=deleted)
    items = [{"date": day.date, "count": day.count, "cursor": str(day.cursor)} for day in found.days]
    etag = etag_of(f"days {me(request)}", items, found.similar)
    if is_known(request, etag):
        return unchanged(etag)
    answer = {"items": items, "count": sum(day.count for day in found.days), "similar": found.similar}
    return json_answer(answer, etag=etag)


def _page(request: HttpRequest, asked: Search, *, deleted: bool) -> HttpResponse:
    owner_id, etag = me(request), ""
    if is_conditional(request):
        etag = _page_etag(owner_id, search.page(owner_id, asked, deleted=deleted, fields=FIELDS))
        if is_known(request, etag):
            return unchanged(etag)
    found = search.page(owner_id, asked, deleted=deleted)
    answer: dict[str, object] = {"items": [form(image) for image in found.images], "next": found.next}
    answer |= {"count": found.count, "similar": found.similar}
    return json_answer(answer, etag=etag or _page_etag(owner_id, found))


def _page_etag(owner_id: uuid.UUID, page: Page) -> str:
    return _etag(f"page {owner_id} {page.count} {page.similar}", page.images, page.next)


# `rev`, and what of a picture's form changes without it.
FIELDS = ("rev", "url_epoch", "title", "favorite", "parent_id", "hidden", "trashed_at", "stage", "approved_at", "score")


def _etag(kind: str, images: list[Image], following: str | None) -> str:
    values = [[str(image.pk), *(getattr(image, name) for name in FIELDS)] for image in images]
    return etag_of(kind, settings.TRASH_DAYS, settings.MODERATION, settings.SCREENING_HOLDS, values, following)
