"""The REST API: one NinjaAPI with the routers of all layers, and their auth."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from ninja import Status
from ninja.parser import Parser
from pydantic import BaseModel
from pydantic_core import from_json

from chat import rate_limits
from chat.api import chat, image, prompt
from gallery import many_api
from gallery.api import import_image
from gallery.api import router as gallery
from gallery.errors import BadInput, UnsupportedMedia
from gallery.moderation import api as moderation
from gallery.sharing import api as sharing
from gallery.translation import _
from project import downloads, openapi, reports, tickets
from project.accounts.api import me, tokens
from project.accounts.bringing_api import router as accounts
from project.auth import COOKIE, EVEN_BLOCKED, PERSON, Bearer, become_guest, check_guests
from project.http import parameters, problems
from project.models import Token, User

JSON_TYPES = ("application/json", "")  # or not given


class StrictParser(Parser):
    """JSON as the standard has it: no NaN, no lone surrogates, bounded nesting."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type not in JSON_TYPES:
            raise UnsupportedMedia(_("This path takes JSON: send Content-Type: application/json."))
        try:
            body = from_json(request.body, allow_inf_nan=False)
        except (ValueError, RecursionError):
            raise BadInput(_("The body is not JSON, or it is nested too deeply.")) from None
        return body  # type: ignore[no-any-return]  # the operation's model checks it


api = openapi.Documented(
    title="AI Photo Studio",
    version=settings.STUDIO_VERSION,
    description=openapi.ABOUT,
    urls_namespace="api",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)
problems.install(api)


class UserForm(BaseModel):
    id: str
    name: str


class GuestForm(BaseModel):
    user: UserForm
    token: str


@api.post(
    "/api/v1/auth/guest/",
    response={201: GuestForm},
    tags=["auth"],
    operation_id="createGuest",
    summary="Become a guest",
)
async def create_guest(request: HttpRequest) -> Status[GuestForm]:
    """A new guest with a bearer token, which is shown this once. No cookie is set."""
    check_guests()
    await rate_limits.newcomer(request.META.get("REMOTE_ADDR", ""))
    user, token = await sync_to_async(_guest)()
    return Status(201, GuestForm(user=UserForm(id=str(user.id), name=user.username), token=token))


class PersonForm(BaseModel):
    user: UserForm


@api.post("/api/v1/auth/cookie/", response={200: PersonForm, 201: PersonForm}, include_in_schema=False)
def create_cookie(request: HttpRequest) -> Status[PersonForm]:
    """For our own pages alone, with their CSRF token, before a visitor's first action: 201 with a new guest's cookie, or 200
    where there is a cookie already."""
    user, is_new = become_guest(request)
    return Status(201 if is_new else 200, PersonForm(user=UserForm(id=str(user.id), name=user.username)))


@transaction.atomic
def _guest() -> tuple[User, str]:
    user = User.make_guest()
    return user, Token.issue(user)


# Rate limits of the gallery's operations: here, because the gallery knows no Redis.
LIMITS: dict[Callable[..., Any], str] = {
    import_image: "import",
    many_api.change_images: "bulk",
    many_api.create_album: "album",
    many_api.rename_album: "album",
    sharing.create_share: "share",
    sharing.renew_links: "share",
}


def _limited(operation: Callable[..., Any]) -> Callable[..., Any]:
    kind = LIMITS.get(operation)
    if kind is None:
        return operation

    @wraps(operation)
    def counted(request: HttpRequest, **values: Any) -> Any:
        async_to_sync(rate_limits.hit)(kind, str(request.user.pk))
        return operation(request, **values)

    return counted


api.add_router("/api/v1/auth", accounts, auth=COOKIE, tags=["auth"])
api.add_router("/api/v1/auth/tokens", tokens, auth=PERSON, tags=["auth"])
api.add_router("/api/v1/me", me, auth=EVEN_BLOCKED, tags=["me"])
api.add_router("/api/v1/auth", tickets.router, auth=Bearer(), tags=["auth"])
api.add_router("/api/v1/chat", chat, auth=PERSON, tags=["chat"])
api.add_router("/v1/prompt", prompt, auth=PERSON, tags=["prompt"])
api.add_router("/v1/image", image, auth=PERSON, tags=["image"])
api.add_router("/v1/gallery", downloads.router, auth=PERSON, tags=["gallery"])
GALLERY = (
    ("/albums", many_api.albums_router),
    ("/shares", sharing.router),
    ("/", many_api.router),
    ("", sharing.of_picture),
    ("", moderation.router),
    ("", gallery),
)  # the paths of the last three begin with a picture's id
for path, router in GALLERY:
    router.add_decorator(_limited)
    api.add_router(f"/v1/gallery{path}", router, auth=PERSON, tags=["gallery"])
api.add_router("/s", reports.router, tags=["gallery"])
parameters.refuse_unknown(api)  # last: it sees only what is mounted
