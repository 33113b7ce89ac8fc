"""For our own pages; by cookie, with the page's CSRF token."""

import uuid
from http import HTTPStatus

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel
from pymongo.errors import PyMongoError

from gallery.errors import NotFound
from gallery.translation import _
from project.accounts import bringing
from project.models import User

router = Router()


class BringBody(BaseModel):
    bring: bool


@router.post("/bring/", response={204: None}, include_in_schema=False)
def bring(request: HttpRequest, body: BringBody) -> Status[None]:
    """The answer to whether the guest's things shall be moved to the account. 404 where it was answered already."""
    user, guest_id = request.user, request.session.get(bringing.OFFERED)
    assert isinstance(user, User)
    if guest_id is None:
        raise NotFound(_("This was answered already."))
    if body.bring and bringing.begin(uuid.UUID(guest_id), user):
        try:
            bringing.move_rest(uuid.UUID(guest_id), user.pk)
        except PyMongoError:
            bringing.log.warning("action=move_postponed guest=%s", guest_id)
    del request.session[bringing.OFFERED]
    return Status(HTTPStatus.NO_CONTENT, None)
