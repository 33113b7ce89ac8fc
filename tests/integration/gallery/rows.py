"""People and pictures for the gallery's tests."""

import io
import uuid
from pathlib import Path
from typing import Any

import PIL.Image
from django.conf import settings

from gallery import pictures, search, services
from gallery.models import Image
from project.models import User


def png(colour: str = "teal", size: tuple[int, int] = (160, 130)) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def drafted(owner: User, message_id: str | None = None, colour: str = "teal", **values: Any) -> Image:
    """A draft whose files are stored, as the upload stage leaves it before the message ends."""
    rendition = pictures.rendition(png(colour))
    given = {
        "session_id": "s1",
        "parent_id": None,
        "prompt": "a lake",
        "intent": "generate",
        "request": "Lake",
    } | values
    image = services.draft(
        message_id=message_id or str(uuid.uuid4()),
        owner_id=str(owner.pk),
        provider="built-in tools, no AI",
        rendition=rendition,
        **given,
    )
    services.store(image, rendition)
    return image


def made(owner: User, **values: Any) -> Image:
    """A picture that a message made and shows."""
    image = drafted(owner, **values)
    services.publish(image)
    return fresh(image)


def page(
    owner_id: uuid.UUID, cursor: str | None, limit: int, *, deleted: bool = False
) -> tuple[list[Image], str | None]:
    found = search.page(owner_id, search.Search(cursor=cursor, limit=limit), deleted=deleted)
    return found.images, found.next


def fresh(image: Image) -> Image:
    return Image.objects.get(pk=image.pk)


def stored_files() -> list[str]:
    return sorted(path.name for path in Path(settings.PICTURES_DIR).rglob("*") if path.is_file())
