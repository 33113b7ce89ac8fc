"""The life of a picture: a draft row, then its files, then shown; at the end a purging row, no files, no row.

A row outlives its files, so that a crash leaves no file without one. Every step is a compare-and-set and safe to
repeat; no file is touched inside a transaction.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from gallery import space, words
from gallery.errors import Interrupted, StorageDown
from gallery.models import EVIDENCE, Image, Reference
from gallery.provenance import source_types
from gallery.storage.base import File
from gallery.stores import configured, storage
from gallery.translation import _

if TYPE_CHECKING:
    from gallery.pictures import Rendition

Stage = Image.Stage
FAILURES = 3  # of a storage in one round: each may take as long as a request that nobody answers


def draft(
    *,
    message_id: str,
    session_id: str,
    owner_id: str,
    parent_id: str | None,
    further_ids: Sequence[str] = (),
    prompt: str,
    intent: str,
    provider: str,
    request: str,
    rendition: "Rendition",
    seed: int | None = None,
    cost: int | None = None,
    by_hand: bool = False,
) -> Image:
    """A new draft, or that of an earlier attempt. Raises `Interrupted` while that is purged or has other bytes, and where the
    owner is gone."""
    space.check_owner(owner_id)
    texts = {"title": " ".join(request.split())[:200], "request": request, "prompt": prompt}
    origin = {"session_id": session_id, "intent": intent, "provider": provider[:100], "seed": seed, "cost": cost}
    new = new_draft(Image.Purpose.MADE, rendition, owner_id=owner_id, **texts, **origin)
    by = source_types.Maker.HAND if by_hand else source_types.maker(provider, intent, 1 + len(further_ids))
    try:
        return _insert(new | {"message_id": message_id}, owner_id, parent_id, further_ids, by)
    except IntegrityError:
        image = Image.objects.filter(message_id=message_id).first()
    if image is None:
        raise Interrupted(_("An earlier attempt at this picture has just been cleared away."))
    if image.stage == Stage.SHOWN or _take_up(image, rendition):
        return image
    Image.objects.filter(pk=image.pk, stage=Stage.DRAFT).update(stage=Stage.PURGING)
    purge(image)
    raise Interrupted(_("An earlier attempt at this picture is still being cleared away."))


def _insert(
    values: dict[str, object], owner_id: str, parent_id: str | None, further_ids: Sequence[str], by: source_types.Maker
) -> Image:
    if not parent_id:
        return Image.objects.create(**values, source_type=source_types.made(by, []))
    with transaction.atomic():  # locked: a parent deleted before the commit would take this row with it
        parents = Image.objects.select_for_update(no_key=True).filter(
            owner__pk=owner_id, pk__in=[parent_id, *further_ids]
        )
        found = {str(parent.pk): parent for parent in parents.order_by("pk")}  # in one order: no deadlock
        sources = [source_types.of(found[each]) if each in found else "" for each in (parent_id, *further_ids)]
        source_type = source_types.made(by, sources)
        image = Image.objects.create(**values, parent=found.get(parent_id), source_type=source_type)
        numbered = [(number, found[other]) for number, other in enumerate(further_ids, start=2) if other in found]
        Reference.objects.bulk_create(
            Reference(image=image, source=source, number=number) for number, source in numbered
        )
        return image


def new_draft(purpose: Image.Purpose, rendition: "Rendition", **values: object) -> dict[str, object]:
    """With its id, its file names, and the words to find it by."""
    image_id = uuid7()
    texts = [str(values.get(name, "")) for name in ("title", "request", "prompt")]
    key, thumbnail_key = _keys(image_id, rendition)
    return values | {
        "id": image_id,
        "purpose": purpose,
        "words": words.of_picture(*texts),
        "width": rendition.width,
        "height": rendition.height,
        "placeholder": rendition.placeholder,
        "storage": configured()[0],
        "key": key,
        "mime": rendition.mime,
        "thumbnail_key": thumbnail_key,
        "thumbnail_mime": rendition.thumbnail_mime,
        "bytes": len(rendition.data) + len(rendition.thumbnail),
    }


def _keys(image_id: uuid.UUID, rendition: "Rendition") -> tuple[str, str]:
    name = f"{image_id.hex}-{hashlib.sha256(rendition.data).hexdigest()[:16]}"
    return f"{name}.{rendition.extension}", f"{name}-thumbnail.{rendition.thumbnail_mime.removeprefix('image/')}"


def _take_up(image: Image, rendition: "Rendition") -> bool:
    """Uses the draft of an earlier attempt, if its bytes are the same. The new date makes a purge miss it that was decided on
    before."""
    if image.key != _keys(image.pk, rendition)[0]:
        return False
    image.created_at = timezone.now()
    return Image.objects.filter(pk=image.pk, stage=Stage.DRAFT).update(created_at=image.created_at) == 1


def store(image: Image, rendition: "Rendition") -> None:
    """Raises `StorageDown`, `TooLarge`, or `Interrupted` if the row was purged meanwhile."""
    put(image, rendition)
    if delete_if_purged(image):
        raise Interrupted(_("The picture was deleted while it was being stored."))


def put(image: Image, rendition: "Rendition") -> None:
    """Raises `StorageDown`, `TooLarge`. The row may be purged meanwhile."""
    picture = File(image.key, rendition.data, rendition.mime)
    thumbnail = File(image.thumbnail_key, rendition.thumbnail, rendition.thumbnail_mime)
    storage(image.storage).put_all([thumbnail, picture])


def delete_if_purged(image: Image) -> bool:
    """Deletes the files of a row that was purged before they were stored."""
    if Image.objects.filter(pk=image.pk, stage__in=(Stage.DRAFT, Stage.SHOWN)).exists():
        return False
    _delete_files(image)
    return True


def publish(image: Image | str) -> None:
    """Draft → shown, and nothing else. `image` may be a message's id."""
    which = Q(message_id=image) if isinstance(image, str) else Q(pk=image.pk)
    Image.objects.filter(which, stage=Stage.DRAFT).update(stage=Stage.SHOWN)


def stale_drafts(older_than: timedelta, limit: int = 100) -> list[Image]:
    """Read a draft's message after this call: then a retry in between makes the purge miss."""
    before = timezone.now() - older_than
    return list(Image.objects.filter(stage=Stage.DRAFT, created_at__lt=before).order_by("created_at")[:limit])


def purging(limit: int = 100, of: str = "") -> list[Image]:
    """Without those in a storage that the settings no longer name, and without evidence. `of`: only those in this storage."""
    rows = Image.objects.filter(stage=Stage.PURGING, storage__in=[of] if of else configured()).exclude(EVIDENCE)
    return list(rows.order_by("created_at")[:limit])


def finish_purges(limit: int = 100) -> None:
    """Of each storage. What fails comes last in the next round, so that it keeps no other from being purged. Raises
    `StorageDown` in the end."""
    fault: StorageDown | None = None
    for name in configured():
        failures = 0
        for image in purging(limit, name):
            try:
                purge(image)
            except StorageDown as error:
                fault, failures = error, failures + 1
                Image.objects.filter(pk=image.pk, stage=Stage.PURGING).update(created_at=timezone.now())
            if failures == FAILURES:
                break
    if fault:
        raise fault


def purge(image: Image) -> None:
    """For a draft unchanged since it was read, or a row that is purging. The row stays, without files, until its
    change is announced. Evidence stays whole. Raises `StorageDown`; safe to repeat."""
    draft_as_read = Image.objects.filter(pk=image.pk, stage=Stage.DRAFT, created_at=image.created_at)
    draft_as_read.update(stage=Stage.PURGING)
    row = Image.objects.filter(pk=image.pk, stage=Stage.PURGING)
    if row.exclude(EVIDENCE).exists():
        _delete_files(image)
        if not row.filter(Q(purpose=Image.Purpose.MASK) | Q(announced_rev__gte=F("rev"))).delete()[0]:
            row.update(bytes=0)


def _delete_files(image: Image) -> None:
    files = storage(image.storage)
    files.delete(image.key)
    files.delete(image.thumbnail_key)
