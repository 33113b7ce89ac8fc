import uuid
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from gallery.changes import not_purged
from gallery.models import Image, Reference

MAX_LISTED = 50  # the nearest ancestors, the newest children

FAMILY, STEPS = 60, 20  # pictures of a graph, and queries for it


class Edge(NamedTuple):
    id: uuid.UUID
    source_id: uuid.UUID


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
    """Along first parents, oldest first; also hidden and trashed ones."""
    with connection.cursor() as cursor:
        cursor.execute(_UPWARDS, [_as_stored(image.pk), MAX_LISTED])
        line = [uuid.UUID(str(row[0])) for row in cursor.fetchall()]
    found = not_purged().filter(owner=image.owner_id).in_bulk(line)
    return [found[ancestor] for ancestor in line if ancestor in found]


def parents(image: Image) -> list[Image]:
    """In the order of their numbers; also hidden and trashed ones."""
    further = image.references.order_by("number").values_list("source_id", flat=True)
    ids = [*([image.parent_id] if image.parent_id else []), *further]
    found = not_purged().filter(owner=image.owner_id).in_bulk(ids)
    return [found[parent] for parent in ids if parent in found]


def children(image: Image) -> list[Image]:
    named = Reference.objects.filter(source=image).order_by("-image_id").values_list("image_id", flat=True)[:MAX_LISTED]
    made = Image.objects.filter(Q(parent=image) | Q(pk__in=list(named)), owner=image.owner_id)
    shown = made.filter(stage=Image.Stage.SHOWN, hidden=False, trashed_at=None)
    return list(shown.order_by("-pk")[:MAX_LISTED])[::-1]


def family(image: Image) -> tuple[list[Image], list[Edge]]:
    """Its line in both directions: the nearest FAMILY pictures, oldest first, also hidden and trashed ones; and the edges."""
    ids, edges, found = {image.pk}, set[Edge](), {image.pk}
    for _ in range(STEPS):
        if not found or len(ids) >= FAMILY:
            break
        near = _edges(found)
        edges |= near
        found = {each for edge in near for each in edge} - ids
        ids |= set(sorted(found, reverse=True)[: FAMILY - len(ids)])
        found &= ids
    rows = not_purged().filter(owner=image.owner_id).exclude(stage=Image.Stage.DRAFT).in_bulk(ids)
    pictures = [rows[each] for each in sorted(rows)]
    return pictures, sorted(edge for edge in edges if edge.id in rows and edge.source_id in rows)


def _edges(ids: set[uuid.UUID]) -> set[Edge]:
    first = Image.objects.filter(Q(pk__in=ids) | Q(parent__in=ids), parent__isnull=False)
    further = Reference.objects.filter(Q(image__in=ids) | Q(source__in=ids))
    named = (first.values_list("pk", "parent_id"), further.values_list("image_id", "source_id"))
    return {Edge(*each) for pairs in named for each in pairs.order_by("-pk")[: 2 * FAMILY]}


def _as_stored(image_id: uuid.UUID) -> uuid.UUID | str:
    """PostgreSQL stores a UUID, SQLite 32 letters."""
    return image_id if connection.features.has_native_uuid_field else image_id.hex
