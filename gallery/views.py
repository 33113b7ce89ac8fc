from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from gallery import links, parts, services
from gallery.errors import NotFound, StudioError
from gallery.models import Image
from gallery.storage.base import Stream
from gallery.stores import storage

SMALL = 64 * 1024  # bytes; mostly thumbnails
LINK_S = 60  # of a storage's own URL: long enough to follow the redirect


@require_safe
@gzip_page
def page(request: HttpRequest, styles: Sequence[str] = ()) -> HttpResponse:
    user = {"id": str(request.user.pk)} if request.user.is_authenticated else None
    studio = {"user": user, "limits": {"upload_bytes": settings.UPLOAD_LIMIT}, "styles": styles}
    return render(request, "gallery/page.html", {"studio": studio})


@require_safe
def picture(request: HttpRequest, image_id: UUID, variant: str, signature: str) -> HttpResponseBase:
    """`/p/<image>/<variant>/<signature>`: drafts too, which their message may show already. `?download=1` saves it."""
    try:
        image = services.visible(image_id)
        if not links.verify(str(image_id), variant, image.url_epoch, signature):
            raise NotFound()
        saved = request.GET.get("download") == "1"
        response = send(request, image, variant, redirect=not saved)
    except StudioError as error:
        return failure(error)
    if saved:
        response["Content-Disposition"] = content_disposition_header(True, file_name(image, variant)) or "attachment"
    return response


def send(
    request: HttpRequest, image: Image, variant: str, *, redirect: bool = True, etag: str = ""
) -> HttpResponseBase:
    """Raises `NotFound`, `StorageDown`.

    A download is not redirected: browsers ignore our file name for another server's answer.
    """
    key, mime = image.file(variant)
    files = storage(image.storage)
    url = files.sign(key, LINK_S) if redirect else None
    if url is not None:
        # A cached redirect would lead to a URL that has expired.
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    etag = etag or f'"{image.pk}-{variant}-{image.url_epoch}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = _streamed(request, files.stream(key), mime, etag) if unchanged is None else unchanged
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _streamed(request: HttpRequest, file: Stream, mime: str, etag: str) -> HttpResponseBase:
    if file.size is None:
        return FileResponse(file, content_type=mime)  # Cloudinary told no size: no range can be served
    wanted = parts.asked_for(request, file.size, etag)
    if wanted is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(len(wanted))}
    if len(wanted) < file.size:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{file.size}"
    status = 206 if len(wanted) < file.size else 200
    if request.method == "HEAD":
        file.close()
        return HttpResponse(content_type=mime, headers=headers)
    part = parts.Part(file, wanted)
    if len(wanted) <= SMALL:
        return HttpResponse(part.all(), content_type=mime, headers=headers, status=status)
    return FileResponse(part, content_type=mime, headers=headers, status=status)


def failure(error: StudioError) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}  # it may come back from the trash or from a moderator
    return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8", headers=headers)


def file_name(image: Image, variant: str) -> str:
    safe = "".join(letter if letter.isalnum() or letter in " -_()," else "_" for letter in image.title[:80])
    extension = image.file(variant)[0].rpartition(".")[2]
    return f"{safe.strip(' _') or 'picture'}.{extension}"
