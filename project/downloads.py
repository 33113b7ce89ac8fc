"""REST for many pictures as one file. Here, not in the gallery, because it ends when the right to it does."""

from typing import Annotated

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StrictBool

from chat import rate_limits
from gallery import archive
from gallery.api import me
from gallery.many_api import Ids
from project import archives

router = Router()


class DownloadBody(Schema):
    model_config = ConfigDict(extra="forbid")

    ids: Ids
    prompts: Annotated[StrictBool, Field(description="Whether prompt and seed are written into the files, too")] = False


@router.post("/download/", operation_id="downloadImages", summary="Many pictures, as a zip", openapi_extra=archives.ZIP)
async def download_images(request: HttpRequest, body: DownloadBody) -> StreamingHttpResponse:
    """At most 200, in order, and `manifest.json`, which says what is known about each and which are missing. One zip at a
    time."""
    await rate_limits.hit("download", str(me(request)))
    made = archive.pictures(me(request), body.ids, with_prompts=body.prompts)
    return await archives.send(request, made, f"pictures-{timezone.now():%Y-%m-%d}.zip")
