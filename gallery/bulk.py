"""One action on many pictures."""

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
    changed: bool = False


class Operation(NamedTuple):
    do: Callable[[QuerySet[Image]], object]
    changes: Callable[[Image], bool]


def change_all(owner_id: uuid.UUID, action: Action, ids: Sequence[str], album_id: str | None) -> list[Result]:
    """A result for each id, in order. Raises `BadInput`, and `NotFound` for an album that is not one's own."""
    if (album_id is None) == (action in get_args(OnAlbum)):
        raise BadInput(_("album_id: names the album of add_to_album and of remove_from_album."))
    images = not_purged().filter(owner__pk=owner_id, pk__in=[each for each in ids if UUID.fullmatch(each)])
    images = images.exclude(purpose=Image.Purpose.MASK)
    found = {str(image.pk): image for image in images.only("pk", "trashed_at", "favorite")}
    refused: set[str] = set()
    if album_id:
        changed, refused = _in_album(owner_id, action, found, ids, album_id)
    else:
        wanted = _OPERATIONS[action]
        changed = {each for each, image in found.items() if wanted.changes(image)}
        wanted.do(images)
    return [
        Result(
            each,
            NotFound() if each not in found else albums.full() if each in refused else None,
            each in changed,
        )
        for each in ids
    ]


def _in_album(
    owner_id: uuid.UUID, action: Action, rows: dict[str, Image], ids: Sequence[str], album_id: str
) -> tuple[set[str], set[str]]:
    """The ids of those that were added or removed, and of those for which there was no room."""
    album = albums.get(owner_id, album_id)
    images = [rows[each] for each in dict.fromkeys(ids) if each in rows]
    before = albums.among(album, images)
    if action == "remove_from_album":
        albums.remove(album, images)
        return before, set()
    after = {str(pk) for pk in albums.add(album, images)}
    return after - before, set(rows) - after


def _trash(images: QuerySet[Image]) -> None:
    change(images.filter(trashed_at=None), trashed_at=timezone.now())


def _restore(images: QuerySet[Image]) -> None:
    change(images.exclude(trashed_at=None), trashed_at=None)


def _delete(images: QuerySet[Image]) -> None:
    """The files are left to maintenance: another service may take a second for each."""
    change(images, trashed_at=timezone.now(), stage=Image.Stage.PURGING)


_OPERATIONS = {
    "trash": Operation(_trash, lambda image: image.trashed_at is None),
    "restore": Operation(_restore, lambda image: image.trashed_at is not None),
    "delete": Operation(_delete, lambda image: True),
    "favorite": Operation(lambda images: images.update(favorite=True), lambda image: not image.favorite),
    "unfavorite": Operation(lambda images: images.update(favorite=False), lambda image: image.favorite),
}
