"""`/p/<image>/trashed/<signature>`: the thumbnail of a picture in the trash, for its owner alone."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from gallery import links, services
from gallery.errors import NotFound, StudioError, Unauthorized
from gallery.views import failure, send
from project.auth import reader


@require_safe
def thumbnail(request: HttpRequest, image_id: UUID, signature: str) -> HttpResponseBase:
    try:
        image = services.trashed(reader(request).user.pk, image_id)
        if not links.verify(str(image_id), "trashed", image.url_epoch, signature):
            raise NotFound
        return send(request, image, "thumbnail")
    except Unauthorized:
        return failure(NotFound())
    except StudioError as error:
        return failure(error)
