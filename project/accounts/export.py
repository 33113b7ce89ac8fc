"""All that a person has, as a zip that is sent while it is made. `missing.json` names pictures that cannot be read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from zipfile import ZIP_DEFLATED

from django.core.serializers.json import DjangoJSONEncoder
from zipstream import ZipStream

from chat.store import public
from gallery import owned as gallery
from gallery.archive import pieces
from gallery.errors import NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.moderation import appeals
from gallery.provenance import files
from gallery.schemas import form
from gallery.sharing import services as sharing
from pipeline.store import owned as conversations
from project.models import User

Items = Iterable[Mapping[str, object]]


def archive(user: User, me: Mapping[str, object], usage: Mapping[str, object]) -> Iterator[bytes]:
    """Raises `StorageDown`, `PyMongoError`, `DatabaseError`."""
    zip, user_id = ZipStream(), str(user.pk)
    zip.add(_text(me), "me.json", compress_type=ZIP_DEFLATED)
    zip.add(_text(usage), "usage.json", compress_type=ZIP_DEFLATED)
    sessions = (public(each) for each in conversations.all_sessions(user_id))
    messages = (public(each) for each in conversations.all_messages(user_id))
    images = (form(each) for each in gallery.pictures(user.pk))
    albums, shares = gallery.albums(user.pk), sharing.of_person(user.pk)
    arrays = {"sessions": sessions, "messages": messages, "gallery": images, "albums": albums, "shares": shares}
    arrays["appeals"] = appeals.of_person(user.pk)
    for name, items in arrays.items():
        zip.add(_array(items), f"{name}.json", compress_type=ZIP_DEFLATED)
        yield from zip.all_files()
    missing = []
    for image in gallery.pictures(user.pk):
        if image.hidden:
            continue  # gallery.json says so
        try:
            file = files.opened(image)
        except (NotFound, StorageDown, RateLimited):
            missing.append(str(image.pk))
            continue
        zip.add(pieces(file), _name(image))
        yield from zip.all_files()
    if missing:
        zip.add(_text({"pictures": missing}), "missing.json")
    yield from zip.finalize()


def _name(image: Image) -> str:
    folder = "masks" if image.purpose == Image.Purpose.MASK else "pictures"
    return f"{folder}/{image.pk}.{image.key.rpartition('.')[2]}"


def _text(item: Mapping[str, object]) -> str:
    return json.dumps(item, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _array(items: Items) -> Iterator[bytes]:
    before = "[\n"
    for item in items:
        yield (before + _text(item)).encode()
        before = ",\n"
    yield (b"[" if before == "[\n" else b"") + b"]\n"
