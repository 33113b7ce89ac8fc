"""A person's albums. A picture may be in several; one that is hidden or in the trash keeps its place there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, UUIDField

from gallery import owners
from gallery.changes import not_purged
from gallery.errors import BadInput, Conflict, NotFound
from gallery.models import Album, AlbumImage, Image
from gallery.services import UUID, check_title
from gallery.translation import _, number

ALBUMS = 100
PICTURES = 2000


@dataclass(frozen=True)
class AlbumSummary:
    """An album as a list shows it: what is hidden or in the trash does not count."""

    album: Album
    count: int
    cover: Image | None  # the newest picture


def full() -> Conflict:
    return Conflict(_("This album has {count} pictures, as many as there may be.").format(count=number(PICTURES)))


def create(owner_id: uuid.UUID, title: str) -> Album:
    """Raises `BadInput`, `Conflict`, `Unauthorized`."""
    title = _checked_title(title)
    with transaction.atomic():
        owners.lock(owner_id)
        if Album.objects.filter(owner__pk=owner_id).count() >= ALBUMS:
            raise Conflict(
                _("You have {count} albums, as many as there may be: delete one that you do not need.").format(
                    count=ALBUMS
                )
            )
        return Album.objects.create(owner_id=owner_id, title=title)


def get(owner_id: uuid.UUID, album_id: str) -> Album:
    """Raises `NotFound`."""
    album = _own(owner_id, album_id).first()
    if album is None:
        raise NotFound()
    return album


def rename(owner_id: uuid.UUID, album_id: str, title: str) -> Album:
    """Raises `BadInput`, `NotFound`."""
    _own(owner_id, album_id).update(title=_checked_title(title))
    return get(owner_id, album_id)


def delete(owner_id: uuid.UUID, album_id: str) -> None:
    """The pictures stay. Raises `NotFound`."""
    with transaction.atomic():
        if not _own(owner_id, album_id).select_for_update():
            raise NotFound()
        _own(owner_id, album_id).delete()


def page(owner_id: uuid.UUID, cursor: str | None, limit: int) -> tuple[list[Album], str | None]:
    """Newest first, and the next cursor."""
    found = Album.objects.filter(owner__pk=owner_id).order_by("-pk")
    albums = list((found.filter(pk__lt=cursor) if cursor else found)[: limit + 1])
    return albums[:limit], str(albums[limit - 1].pk) if len(albums) > limit else None


def summaries(albums: Sequence[Album]) -> list[AlbumSummary]:
    listed = Q(image__stage=Image.Stage.SHOWN, image__hidden=False, image__trashed_at=None)
    places = AlbumImage.objects.filter(listed)
    counts = dict(places.filter(album__in=albums).values_list("album").annotate(Count("pk")).order_by())
    newest = places.filter(album=OuterRef("pk")).order_by("-image_id").values("image_id")[:1]
    cover = Subquery(newest, output_field=UUIDField())
    covers = dict(Album.objects.filter(pk__in=[album.pk for album in albums]).values_list("pk", cover))
    images = Image.objects.defer("words", "request").in_bulk(set(covers.values()) - {None})
    return [AlbumSummary(album, counts.get(album.pk, 0), images.get(covers.get(album.pk))) for album in albums]


def add(album: Album, images: Sequence[Image]) -> set[uuid.UUID]:
    """As many as there is room for, in order. The ids of those that are in the album now, or were before. Raises
    `NotFound`."""
    with transaction.atomic():
        if not list(Album.objects.select_for_update(no_key=True).filter(pk=album.pk)):
            raise NotFound()
        present = set(_places(album, images).values_list("image", flat=True))
        room = max(0, PICTURES - AlbumImage.objects.filter(album=album).count())
        new = [image for image in images if image.pk not in present][:room]
        # Locked: a purge at the same time would miss this place.
        locked = not_purged().select_for_update(no_key=True).filter(pk__in=[image.pk for image in new]).order_by("pk")
        added = set(locked.values_list("pk", flat=True))
        AlbumImage.objects.bulk_create([AlbumImage(album=album, image_id=image_id) for image_id in added])
        return present | added


def ids_with(image: Image) -> list[str]:
    """The ids of the albums that have it, newest first."""
    return [str(pk) for pk in AlbumImage.objects.filter(image=image).order_by("-album").values_list("album", flat=True)]


def among(album: Album, images: Sequence[Image]) -> set[str]:
    return {str(pk) for pk in _places(album, images).values_list("image", flat=True)}


def remove(album: Album, images: Sequence[Image]) -> None:
    _places(album, images).delete()


def _places(album: Album, images: Sequence[Image]) -> QuerySet[AlbumImage]:
    return AlbumImage.objects.filter(album=album, image__in=[image.pk for image in images])


def _own(owner_id: uuid.UUID, album_id: str) -> QuerySet[Album]:
    if not UUID.fullmatch(album_id):
        return Album.objects.none()
    return Album.objects.filter(owner__pk=owner_id, pk=album_id)


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if not 1 <= len(title) <= 100:
        raise BadInput(_("title: is from 1 to 100 characters."))
    check_title(title)
    return title
