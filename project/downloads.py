"""REST for many pictures as one file. On this floor, because it ends with the right to it."""

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict

from chat import rate_limits
from gallery import archive
from gallery.api import me
from gallery.errors import Unauthorized
from gallery.many_api import Ids
from project import archives
from project.models import User

router = Router()


class DownloadBody(Schema):
    model_config = ConfigDict(extra="forbid")

    ids: Ids


@router.post("/download/", operation_id="downloadImages", summary="Many pictures, as a zip", openapi_extra=archives.ZIP)
async def download_images(request: HttpRequest, body: DownloadBody) -> StreamingHttpResponse:
    """At most 200, in order, and `manifest.json`, which says what is known about each and which are missing. One zip at a
    time."""
    user_id = me(request)
    await rate_limits.hit("download", str(user_id))

    def check() -> None:
        if not User.objects.filter(pk=user_id, is_active=True).exists():
            raise Unauthorized

    made = archive.pictures(user_id, body.ids)
    return await archives.send(request, made, f"pictures-{timezone.now():%Y-%m-%d}.zip", check)
