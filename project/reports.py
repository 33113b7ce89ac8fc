"""`POST /s/<token>/report/`: a visitor's report of a shared picture, as a form or as JSON.

These pages set no cookie, and so have no CSRF token: the browser's headers say which page a report comes from.
"""

from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from ninja import Router
from ninja.errors import HttpError
from pydantic import ValidationError

from chat import rate_limits, validation
from gallery import views
from gallery.errors import BadInput, FieldError, Forbidden, StudioError, UnsupportedMedia
from gallery.sharing import links, services
from gallery.sharing.schemas import ReportBody
from gallery.translation import _

router = Router()
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
BODY = {"$ref": "#/components/schemas/ReportBody"}


@router.post(
    "/{token}/report/",
    response={204: None},
    operation_id="reportShare",
    summary="Report a shared picture",
    openapi_extra={"requestBody": {"required": True, "content": {JSON: {"schema": BODY}}}},
)
def report_share(request: HttpRequest, token: str) -> HttpResponse:
    """To the studio's moderators; from anybody, once for a picture from each network. The page's own form comes here
    too; it is answered in plain text, or with a redirect back to the page."""
    if request.content_type != FORM:
        _report(request, token)
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    try:
        back = _report(request, token)
    except StudioError as error:
        return views.failure(error)
    return HttpResponse(status=303, headers={"Location": f"{back}?reported=1", "Cache-Control": "no-store"})


def _report(request: HttpRequest, token: str) -> str:
    """The share's path."""
    _check_page(request)
    network = rate_limits.network(request.META.get("REMOTE_ADDR", ""))
    async_to_sync(rate_limits.hit)("report", network)
    share = services.find(token)
    async_to_sync(rate_limits.hit)("report_share", str(share.pk))
    body = _body(request)
    reporter = salted_hmac("project.reports", network, algorithm="sha256").hexdigest()
    services.report(share, reporter, body.reason, body.text)
    return links.path(share.pk)


def _check_page(request: HttpRequest) -> None:
    """Programs send neither header; the page's own form sends "null" as its origin, since it sends no referrer. Raises
    `Forbidden`."""
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "null")
    is_ours = origin == "null" or _host(origin) == request.get_host()
    if site not in ("", "same-origin", "none") or not (site or is_ours):
        raise Forbidden(_("A report comes from the shared picture's own page."))


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://[x"
        return ""


def _body(request: HttpRequest) -> ReportBody:
    """Raises `BadInput`, `UnsupportedMedia`."""
    try:
        if request.content_type == FORM:
            given = {name: str(value).replace("\r\n", "\n") for name, value in request.POST.items()}
            return ReportBody.model_validate(given)
        if request.content_type == JSON:
            return ReportBody.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise HttpError(400, "no JSON") from BadInput(_("The body is not JSON, or it is nested too deeply."))
        detail = validation.explain(first, list(first["loc"]))
        field = FieldError("body", validation.field_name(list(first["loc"])), detail)
        raise BadInput(detail, errors=[field]) from None
    raise UnsupportedMedia(_("A report comes as JSON, or as a form."))
