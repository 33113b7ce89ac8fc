"""REST for shares: `/v1/gallery/<id>/shares/` and `/v1/gallery/shares/<id>/`."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from gallery import schemas
from gallery.answers import json_answer
from gallery.api import me
from gallery.schemas import ImageForm
from gallery.sharing import services
from gallery.sharing.schemas import ShareBody, ShareForm, ShareList, form

of_picture, router = Router(), Router()


@of_picture.post(
    "/{image_id}/shares/", response={201: ShareForm}, operation_id="createShare", summary="Share a picture"
)
def create_share(request: HttpRequest, image_id: str, body: ShareBody) -> HttpResponse:
    """Whoever has its address sees the picture, and nothing else of its owner, without signing in. While the picture is
    hidden or in the trash, or its owner is blocked, it answers 404. At most 20 of a picture, and 500 of a person."""
    lasts = None if body.expires_in_s is None else timedelta(seconds=body.expires_in_s)
    return json_answer(form(services.create(me(request), image_id, lasts)), 201)


@of_picture.get("/{image_id}/shares/", response=ShareList, operation_id="listShares", summary="Who may see a picture")
def list_shares(request: HttpRequest, image_id: str) -> HttpResponse:
    """Its shares that have not ended, newest first."""
    return json_answer({"items": [form(each) for each in services.of_picture(me(request), image_id)], "next": None})


@router.delete("/{share_id}/", response={204: None}, operation_id="revokeShare", summary="End a share")
def revoke_share(request: HttpRequest, share_id: str) -> Status[None]:
    """Its address answers 404 from now on. Safe to repeat."""
    services.revoke(me(request), share_id)
    return Status(204, None)


@of_picture.post(
    "/{image_id}/new-link/", response=ImageForm, operation_id="renewLinks", summary="New addresses for a picture"
)
def renew_links(request: HttpRequest, image_id: str) -> HttpResponse:
    """Every address that it has had answers 404 from now on: its own two, and those of all of its shares, which are ended.
    The answer and the message that shows it have the new ones."""
    return json_answer(schemas.form(services.renew_links(me(request), image_id)))
