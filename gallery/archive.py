"""Pictures as a zip that is sent while it is made: it is never whole in memory or on a disk."""

import json
import uuid
from collections.abc import Iterator, Sequence
from zipfile import ZIP_DEFLATED

from django.core.serializers.json import DjangoJSONEncoder
from zipstream import ZipStream

from gallery import services
from gallery.errors import NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.provenance import files
from gallery.schemas import form
from gallery.storage.base import Stream
from gallery.translation import _
from gallery.views import file_name

PIECE = 64 * 1024
LEFT_OUT = ("state", "url", "thumbnail_url", "placeholder")  # of a picture's form, useless in a file


def pictures(owner_id: uuid.UUID, ids: Sequence[str], *, with_prompts: bool = False) -> Iterator[bytes]:
    """Each is looked up when its turn comes. Those that are gone are named in `manifest.json`. Raises
    `NotFound` where all are."""
    zip, sent, missing = ZipStream(), [], []
    for number, image_id in enumerate(dict.fromkeys(ids), start=1):
        image = services.own(owner_id, image_id).exclude(purpose=Image.Purpose.MASK).first()
        file = _opened(image, with_prompts)
        if image is None or file is None:
            missing.append(image_id)
            continue
        name = f"{number:03} {file_name(image, 'full')}"
        about = {field: value for field, value in form(image).items() if field not in LEFT_OUT}
        sent.append({"file": name, **about})
        zip.add(pieces(file), name)
        yield from zip.all_files()
    if not sent:
        raise NotFound(_("None of these pictures is there."))
    manifest = json.dumps({"pictures": sent, "missing": missing}, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    zip.add(manifest, "manifest.json", compress_type=ZIP_DEFLATED)
    yield from zip.finalize()


def _opened(image: Image | None, with_prompt: bool) -> Stream | None:
    if image is None or image.state != "shown" or image.stage != Image.Stage.SHOWN:
        return None
    try:
        return files.opened(image, with_prompt=with_prompt)
    except (NotFound, StorageDown, RateLimited):
        return None


def pieces(file: Stream) -> Iterator[bytes]:
    try:
        while piece := file.read(PIECE):
            yield piece
    finally:
        file.close()
