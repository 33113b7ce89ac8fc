"""REST for the owners of hidden pictures: `/v1/gallery/<id>/appeal/`."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, StringConstraints

from gallery.answers import json_answer
from gallery.api import me
from gallery.moderation import appeals
from gallery.schemas import ImageForm, form

router = Router()


class AppealBody(Schema):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", strict=True)]


@router.post(
    "/{image_id}/appeal/", response={201: ImageForm}, operation_id="appealImage", summary="Appeal against a hiding"
)
def make_appeal(request: HttpRequest, image_id: str, body: AppealBody) -> HttpResponse:
    """For a picture that a moderator has hidden, once for each hiding. Another moderator decides; the picture's `appeal` has
    the outcome, also in the message that shows it."""
    return json_answer(form(appeals.make(me(request), image_id, body.text)), 201)
