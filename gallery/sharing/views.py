"""The page and the files of a share: `/s/<token>/`. No cookie is read or set here."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from gallery import previews, views
from gallery.errors import NotFound, StudioError
from gallery.sharing import links, services
from gallery.sharing.models import Report
from gallery.translation import N_, _

VARIANTS = ("full", "thumbnail")
PREVIEW = "preview.jpg"  # for messengers, of which some look at the ending
REASONS = {
    Report.Reason.CHILD_SAFETY: N_("It endangers a child"),
    Report.Reason.SEXUAL: N_("It is sexual"),
    Report.Reason.VIOLENCE: N_("It shows violence or calls for it"),
    Report.Reason.HATE: N_("It is hateful"),
    Report.Reason.PERSON: N_("It shows me, or somebody who does not want that"),
    Report.Reason.COPYRIGHT: N_("It is mine: copyright or a trademark"),
    Report.Reason.MISLEADING: N_("It deceives people"),
    Report.Reason.OTHER: N_("Something else"),
}


def private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """No search engine lists it, and no linked site learns its address."""

    @wraps(view)
    def shown(request: HttpRequest, **named: str) -> HttpResponseBase:
        response = view(request, **named)
        response["X-Robots-Tag"] = "noindex, nofollow, noimageindex"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return shown


@require_safe
@private
def page(request: HttpRequest, token: str) -> HttpResponse:
    try:
        share = services.find(token)
    except NotFound:
        return _rendered(request, {}, status=404)
    path = links.path(share.pk)  # by the newest key
    urls = {variant: f"{path}{variant}" for variant in VARIANTS}
    context: dict[str, object] = {
        "image": share.image,
        "urls": urls,
        "report": f"{path}report/",
        "reasons": [(reason.value, _(words)) for reason, words in REASONS.items()],
        "reported": request.GET.get("reported") == "1",
        "card": {
            "url": request.build_absolute_uri(path),
            "picture": request.build_absolute_uri(f"{path}{PREVIEW}"),
            "mime": previews.MIME,
            "sides": previews.size(share.image),
        },
    }
    return _rendered(request, context)


def _rendered(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, "sharing/page.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@private
def picture(request: HttpRequest, token: str, variant: str) -> HttpResponseBase:
    """`?download=1` saves it. Never redirected to another server, whose address would outlive the share."""
    try:
        share = services.find(token)
        if variant == PREVIEW:
            return views.send_preview(request, share.image, f"{share.pk}-preview")
        if variant not in VARIANTS:
            raise NotFound()
        response = views.send_with_xmp(request, share.image, variant, f"{share.pk}-{variant}")
    except StudioError as error:
        return views.failure(error)
    if request.GET.get("download") == "1":
        extension = share.image.file(variant)[0].rpartition(".")[2]
        response["Content-Disposition"] = content_disposition_header(True, f"picture.{extension}") or "attachment"
    return response
