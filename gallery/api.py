"""REST for the gallery: `/v1/gallery/`. Who may call is decided where it is mounted; here it is `request.user`."""

import uuid
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from gallery import lineage, services
from gallery.errors import Unauthorized
from gallery.schemas import ImageForm, ImagePage, ImagePatch, Lineage

router = Router(tags=["gallery"])

Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/", response=ImagePage, summary="My pictures, newest first")
def list_images(request: HttpRequest, cursor: str | None = None, limit: Limit = 50) -> ImagePage:
    return _page(request, cursor, limit, deleted=False)


@router.get("/deleted/", response=ImagePage, summary="My trash, newest picture first")
def list_deleted(request: HttpRequest, cursor: str | None = None, limit: Limit = 50) -> ImagePage:
    return _page(request, cursor, limit, deleted=True)


@router.post("/", response={201: ImageForm}, summary="Import a picture, or a mask (white = change)")
def import_image(
    request: HttpRequest,
    file: File[UploadedFile],
    purpose: Form[Literal["photo", "mask"]] = "photo",
) -> Status[ImageForm]:
    image = services.import_picture(_me(request), file.read(), purpose, file.name or "")
    return Status(201, ImageForm.of(image))


@router.get("/{image_id}/", response=ImageForm, summary="One picture")
def get_image(request: HttpRequest, image_id: str) -> ImageForm:
    return ImageForm.of(services.get(_me(request), image_id))


@router.get("/{image_id}/lineage/", response=Lineage, summary="What it was made from, and what was made from it")
def get_lineage(request: HttpRequest, image_id: str) -> Lineage:
    image = services.get(_me(request), image_id)
    before, after = lineage.ancestors(image), lineage.children(image)
    return Lineage(ancestors=[ImageForm.of(one) for one in before], children=[ImageForm.of(one) for one in after])


@router.patch("/{image_id}/", response=ImageForm, summary="Rename, mark as a favourite")
def patch_image(request: HttpRequest, image_id: str, body: ImagePatch) -> ImageForm:
    return ImageForm.of(services.patch(_me(request), image_id, title=body.title, favorite=body.favorite))


@router.delete("/{image_id}/", response={204: None}, summary="Into the trash")
def trash_image(request: HttpRequest, image_id: str) -> Status[None]:
    services.trash(_me(request), image_id)
    return Status(204, None)


@router.post("/{image_id}/restore/", response=ImageForm, summary="Out of the trash")
def restore_image(request: HttpRequest, image_id: str) -> ImageForm:
    return ImageForm.of(services.restore(_me(request), image_id))


@router.delete("/{image_id}/permanent/", response={204: None}, summary="Delete for good")
def delete_image(request: HttpRequest, image_id: str) -> Status[None]:
    services.delete_permanently(_me(request), image_id)
    return Status(204, None)


def _me(request: HttpRequest) -> uuid.UUID:
    if request.user.pk is None:
        raise Unauthorized()
    return request.user.pk


def _page(request: HttpRequest, cursor: str | None, limit: int, *, deleted: bool) -> ImagePage:
    images, following = services.page(_me(request), cursor, limit, deleted=deleted)
    return ImagePage(items=[ImageForm.of(image) for image in images], next=following)
