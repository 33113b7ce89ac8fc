import hashlib
import math
from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from gallery import links, parts, policy, previews, services
from gallery.errors import NotFound, StudioError
from gallery.models import Image
from gallery.provenance import files, xmp
from gallery.storage.base import Stream
from gallery.stores import storage

SMALL = 64 * 1024  # bytes; mostly thumbnails
LINK_S = 60  # of a storage's own URL: long enough to follow the redirect


@require_safe
@gzip_page
def page(request: HttpRequest, can: Callable[[], Mapping[str, object]]) -> HttpResponse:
    """`can`: what the providers are able to do."""
    user = {"id": str(request.user.pk)} if request.user.is_authenticated else None
    studio = {"user": user, "limits": {"upload_bytes": settings.UPLOAD_LIMIT}, "can": can()}
    return render(request, "gallery/page.html", {"studio": studio})


def by_cookie(request: HttpRequest) -> UUID | None:
    return request.user.pk


@require_safe
def picture(
    request: HttpRequest,
    image_id: UUID,
    variant: str,
    signature: str,
    who: Callable[[HttpRequest], UUID | None] = by_cookie,
) -> HttpResponseBase:
    """`/p/<image>/<variant>/<signature>`: drafts too, which their message may show already. `?download=1` saves it.
    `who`: finds who is asking; a picture that awaits approval is sent to its owner alone."""
    try:
        image = services.visible(image_id)
        if not links.verify(str(image_id), variant, image.url_epoch, signature):
            raise NotFound()
        if policy.awaits_approval(image) and who(request) != image.owner_id:
            raise NotFound()
        saved = request.GET.get("download") == "1"
        response = save(request, image, variant) if saved else send(request, image, variant)
    except StudioError as error:
        return failure(error)
    return response


def save(request: HttpRequest, image: Image, variant: str = "full", *, with_prompt: bool = False) -> HttpResponseBase:
    """To be saved, with XMP. Raises `NotFound`, `StorageDown`."""
    response = send_with_xmp(
        request, image, variant, f"{image.pk}-{variant}-{image.url_epoch}", with_prompt=with_prompt
    )
    response["Content-Disposition"] = content_disposition_header(True, file_name(image, variant)) or "attachment"
    return response


def send_with_xmp(
    request: HttpRequest, image: Image, variant: str, name: str, *, with_prompt: bool = False
) -> HttpResponseBase:
    """Never redirected: the storage's own file has no XMP. `name`: of this picture, in the ETag. Raises
    `NotFound`, `StorageDown`."""
    opened = partial(files.opened, image, variant, with_prompt=with_prompt)
    return _answered(request, opened, image.file(variant)[1], _etag(image, name, with_prompt=with_prompt))


def send_preview(request: HttpRequest, image: Image, name: str) -> HttpResponseBase:
    """As `send_with_xmp`. Raises `StorageDown`, `RateLimited`."""
    return _answered(request, partial(previews.opened, image), previews.MIME, _etag(image, name))


def _etag(image: Image, name: str, *, with_prompt: bool = False) -> str:
    packet = xmp.packet(image, with_prompt=with_prompt)
    return f'"{name}-{hashlib.sha256(packet).hexdigest()[:12]}"'


def send(request: HttpRequest, image: Image, variant: str) -> HttpResponseBase:
    """Raises `NotFound`, `StorageDown`."""
    key, mime = image.file(variant)
    store = storage(image.storage)
    url = store.sign(key, LINK_S)
    if url is not None:
        # A cached redirect would lead to a URL that has expired.
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    return _answered(request, lambda: store.stream(key), mime, f'"{image.pk}-{variant}-{image.url_epoch}"')


def _answered(request: HttpRequest, opened: Callable[[], Stream], mime: str, etag: str) -> HttpResponseBase:
    unchanged = get_conditional_response(request, etag=etag)
    response = _streamed(request, opened(), mime, etag) if unchanged is None else unchanged
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _streamed(request: HttpRequest, file: Stream, mime: str, etag: str) -> HttpResponseBase:
    if file.size is None:
        return FileResponse(file, content_type=mime)  # Cloudinary told no size: no range can be served
    wanted = parts.requested_range(request, file.size, etag)
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
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8", headers=headers)


def file_name(image: Image, variant: str) -> str:
    safe = "".join(letter if letter.isalnum() or letter in " -_()," else "_" for letter in image.title[:80])
    extension = image.file(variant)[0].rpartition(".")[2]
    return f"{safe.strip(' _') or 'picture'}.{extension}"
