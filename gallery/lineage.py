import uuid

from django.db import connection
from django.db.models import Q

from gallery.changes import not_purged
from gallery.models import Image, Reference

MAX_LISTED = 50  # the nearest ancestors, the newest children

# One query for the whole line.
_UPWARDS = """
    WITH RECURSIVE line (id, parent_id, steps) AS (
        SELECT id, parent_id, 0 FROM gallery_image WHERE id = %s
        UNION ALL
        SELECT above.id, above.parent_id, line.steps + 1
        FROM line JOIN gallery_image above ON above.id = line.parent_id
        WHERE line.steps < %s
    )
    SELECT id FROM line WHERE steps > 0 ORDER BY steps DESC
"""


def ancestors(image: Image) -> list[Image]:
    """By the first picture of each, oldest first, with those in the trash or hidden."""
    with connection.cursor() as cursor:
        cursor.execute(_UPWARDS, [_as_kept(image.pk), MAX_LISTED])
        line = [uuid.UUID(str(row[0])) for row in cursor.fetchall()]
    found = not_purged().filter(owner=image.owner_id).in_bulk(line)
    return [found[ancestor] for ancestor in line if ancestor in found]


def parents(image: Image) -> list[Image]:
    """All pictures that it was made from, in the order of their numbers, with those in the trash or hidden."""
    further = image.references.order_by("number").values_list("source_id", flat=True)
    ids = [*([image.parent_id] if image.parent_id else []), *further]
    found = not_purged().filter(owner=image.owner_id).in_bulk(ids)
    return [found[parent] for parent in ids if parent in found]


def children(image: Image) -> list[Image]:
    named = Reference.objects.filter(source=image).order_by("-image_id").values_list("image_id", flat=True)[:MAX_LISTED]
    made = Image.objects.filter(Q(parent=image) | Q(pk__in=list(named)), owner=image.owner_id)
    shown = made.filter(stage=Image.Stage.SHOWN, hidden=False, trashed_at=None)
    return list(shown.order_by("-pk")[:MAX_LISTED])[::-1]


def _as_kept(image_id: uuid.UUID) -> uuid.UUID | str:
    """PostgreSQL stores a UUID, SQLite 32 letters."""
    return image_id if connection.features.has_native_uuid_field else image_id.hex
