"""One act on many pictures."""

import uuid
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from django.db.models import QuerySet
from django.utils import timezone

from gallery import albums
from gallery.changes import change, not_purged
from gallery.errors import BadInput, NotFound, StudioError
from gallery.models import Image
from gallery.services import UUID
from gallery.translation import _

AT_ONCE = 200
OnPictures = Literal["trash", "restore", "delete", "favorite", "unfavorite"]
OnAlbum = Literal["add_to_album", "remove_from_album"]
Action = Literal[OnPictures, OnAlbum]


class Result(NamedTuple):
    id: str
    error: StudioError | None = None


def act(owner_id: uuid.UUID, action: Action, ids: Sequence[str], album_id: str | None) -> list[Result]:
    """A result for each id, in order. Raises `BadInput`, and `NotFound` for an album that is not one's own."""
    if (album_id is None) == (action in get_args(OnAlbum)):
        raise BadInput(_("album_id: names the album of add_to_album and of remove_from_album."))
    images = not_purged().filter(owner__pk=owner_id, pk__in=[each for each in ids if UUID.fullmatch(each)])
    images = images.exclude(purpose=Image.Purpose.MASK)
    found = {str(pk) for pk in images.values_list("pk", flat=True)}
    refused = _in_album(owner_id, action, images, ids, album_id) if album_id else set()
    if not album_id:
        _ACTS[action](images)
    return [
        Result(each, NotFound() if each not in found else albums.full() if each in refused else None) for each in ids
    ]


def _in_album(
    owner_id: uuid.UUID, action: Action, images: QuerySet[Image], ids: Sequence[str], album_id: str
) -> set[str]:
    """The ids for which there was no room."""
    album = albums.get(owner_id, album_id)
    rows = {str(image.pk): image for image in images.only("pk")}
    chosen = [rows[each] for each in dict.fromkeys(ids) if each in rows]
    if action == "remove_from_album":
        albums.remove(album, chosen)
        return set()
    return set(rows) - {str(pk) for pk in albums.add(album, chosen)}


def _trash(images: QuerySet[Image]) -> None:
    change(images.filter(trashed_at=None), trashed_at=timezone.now())


def _restore(images: QuerySet[Image]) -> None:
    change(images.exclude(trashed_at=None), trashed_at=None)


def _delete(images: QuerySet[Image]) -> None:
    """The files are left to maintenance: another service may take a second for each."""
    change(images, trashed_at=timezone.now(), stage=Image.Stage.PURGING)


_ACTS: dict[str, Callable[[QuerySet[Image]], object]] = {
    "trash": _trash,
    "restore": _restore,
    "delete": _delete,
    "favorite": lambda images: images.update(favorite=True),
    "unfavorite": lambda images: images.update(favorite=False),
}
