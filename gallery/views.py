"""The bytes behind a picture's URL, and the gallery page."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from gallery import links, services
from gallery.errors import NotFound, StudioError
from gallery.models import Image
from gallery.stores import storage

LINK_S = 60  # how long a storage's own URL lives: for the browser to follow the redirect, no longer


@require_safe
def page(request: HttpRequest, styles: Sequence[str] = ()) -> HttpResponse:
    """The gallery page; it asks the REST API for the rest. `styles`: those that a style transfer knows by name."""
    studio = {"limits": {"upload_bytes": settings.UPLOAD_LIMIT}, "styles": styles}
    return render(request, "gallery/page.html", {"studio": studio})


@require_safe
def picture(request: HttpRequest, image_id: UUID, variant: str, signature: str) -> HttpResponse:
    """`/p/<image>/<variant>/<signature>`: drafts too: their message may show them already. `?download=1` saves it."""
    try:
        image = services.visible(image_id)
        if not links.verify(str(image_id), variant, image.url_epoch, signature):
            raise NotFound()
        saved = request.GET.get("download") == "1"
        response = send(request, image, variant, redirect=not saved)
    except StudioError as error:
        return failure(error)
    if saved:
        response["Content-Disposition"] = content_disposition_header(True, _file_name(image, variant)) or "attachment"
    return response


def send(request: HttpRequest, image: Image, variant: str, *, redirect: bool = True) -> HttpResponse:
    """The file itself, or the way to it, for one who may see it. Raises `NotFound`, `StorageDown`.

    What is to be saved is not redirected: another server would name it by its key, and a browser ignores our page's name
    for what another server sends.
    """
    key, mime = image.file(variant)
    files = storage(image.storage)
    url = files.sign(key, LINK_S) if redirect else None
    if url is not None:
        # Not to be kept: a browser that was told "not modified" would follow a URL that has died.
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    etag = f'"{image.pk}-{variant}-{image.url_epoch}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(files.open(key), content_type=mime)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def failure(error: StudioError) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}  # a picture may come back, from the trash or from a moderator
    return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8", headers=headers)


def _file_name(image: Image, variant: str) -> str:
    """The title as a name that every file system takes."""
    safe = "".join(letter if letter.isalnum() or letter in " -_()," else "_" for letter in image.title[:80])
    extension = image.file(variant)[0].rpartition(".")[2]
    return f"{safe.strip(' _') or 'picture'}.{extension}"
