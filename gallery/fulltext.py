"""Full text of pictures: PostgreSQL's own, with trigrams for misspelt words; SQLite's FTS5.

PostgreSQL derives the column `vector` from `words`. In SQLite triggers keep the table `gallery_words`; a migration may
lose them, so missing ones are made after every `migrate`.
"""

import uuid
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from gallery.models import Image

NEAR = 1000  # pictures: the first so many are searched before all
KNOWN = 2000  # newest pictures, whose words correct misspelt ones
ALIKE = 0.25  # of 1: least similarity of a misspelt word; two of six letters swapped give 0.27

VECTOR = """
    ALTER TABLE gallery_image ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('pg_catalog.simple', split_part(words, chr(10), 1)), 'A') ||
        setweight(to_tsvector('pg_catalog.simple', split_part(words, chr(10), 2)), 'B') ||
        setweight(to_tsvector('pg_catalog.simple', split_part(words, chr(10), 3)), 'C')
    ) STORED;
    CREATE INDEX image_vector ON gallery_image USING gin (owner_id, vector) WITH (fastupdate = off);
"""
NO_VECTOR = "DROP INDEX image_vector; ALTER TABLE gallery_image DROP COLUMN vector;"

FTS5 = """
    CREATE VIRTUAL TABLE IF NOT EXISTS gallery_words USING fts5(image, owner, title, request, prompt)
"""
# The three lines of `words`.
_REST = "substr(new.words, instr(new.words, char(10)) + 1)"
_INSERT = f"""
    INSERT INTO gallery_words SELECT new.id, new.owner_id,
        substr(new.words, 1, instr(new.words, char(10)) - 1),
        substr({_REST}, 1, instr({_REST}, char(10)) - 1),
        substr({_REST}, instr({_REST}, char(10)) + 1)
    WHERE new.words IS NOT NULL;
"""
_DELETE = """
    DELETE FROM gallery_words
    WHERE rowid IN (SELECT rowid FROM gallery_words WHERE gallery_words MATCH 'image:"' || old.id || '"');
"""
TRIGGERS = {
    "gallery_words_insert": f"AFTER INSERT ON gallery_image BEGIN {_INSERT} END",
    "gallery_words_update": f"AFTER UPDATE OF words, owner_id ON gallery_image BEGIN {_DELETE} {_INSERT} END",
    "gallery_words_delete": f"AFTER DELETE ON gallery_image BEGIN {_DELETE} END",
}


def install(**_: Any) -> None:
    """After `migrate`. Safe to repeat."""
    if connection.vendor == "sqlite" and Image._meta.db_table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(FTS5)
            for name, rule in TRIGGERS.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {rule}")


def ids(
    images: QuerySet[Image],
    owner_id: uuid.UUID | None,
    words: list[str],
    order: str,
    limit: int,
    *,
    enough: int | None = None,
) -> list[uuid.UUID]:
    """The first of `images`, by `order` ("pk" or "-pk"), that have all of the words; of the last one the beginning is
    enough. `owner_id`: None for anybody's. `enough`: where the first `NEAR` pictures have so many matches, no others are
    searched."""
    if not words:
        return []
    if connection.vendor != "postgresql":
        return list(_in_sqlite(images, owner_id, words).order_by(order).values_list("pk", flat=True)[:limit])
    enough = limit if enough is None else enough
    ordered = f"ORDER BY id {'DESC' if order == '-pk' else 'ASC'} LIMIT {limit}"
    near, values = (
        images.annotate(fits=_fits(words)).order_by(order).values("id", "fits")[:NEAR].query.sql_with_params()
    )
    found = _column(f"SELECT id FROM ({near}) AS near WHERE fits {ordered}", values)  # noqa: S608
    if len(found) >= enough:
        return found
    every, values = _all(images, words)
    return _column(f"{every} SELECT id FROM found {ordered}", values)  # noqa: S608


def matching(images: QuerySet[Image], owner_id: uuid.UUID, words: list[str]) -> QuerySet[Image]:
    if not words:
        return images.none()
    return images.filter(_fits(words)) if connection.vendor == "postgresql" else _in_sqlite(images, owner_id, words)


def count(images: QuerySet[Image], owner_id: uuid.UUID, words: list[str], at_most: int) -> int:
    if connection.vendor != "postgresql" or not words:
        return _in_sqlite(images, owner_id, words)[:at_most].count() if words else 0
    every, values = _all(images, words)
    return len(_column(f"{every} SELECT 1 FROM found LIMIT {at_most}", values))  # noqa: S608


def ranks(image_ids: list[uuid.UUID], owner_id: uuid.UUID, words: list[str]) -> list[tuple[float, uuid.UUID]]:
    """How well each of the pictures, which have the words, fits; a word in the title counts more than in the prompt."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rank = "SELECT ts_rank(vector, to_tsquery('simple', %s)), id FROM gallery_image WHERE id = ANY(%s)"
            cursor.execute(rank, [_tsquery(words), image_ids])
            return list(cursor.fetchall())
        rank = "SELECT image, -bm25(gallery_words, 0, 0, 8, 4, 2) FROM gallery_words WHERE gallery_words MATCH %s"
        cursor.execute(rank, [_match(owner_id, words)])
        found = dict(cursor.fetchall())
    return [(found.get(image_id.hex, 0.0), image_id) for image_id in image_ids]


def corrected(owner_id: uuid.UUID, words: list[str]) -> list[str]:
    """The words as the person's newest pictures write them; empty where one is similar to no word there, and on SQLite."""
    if connection.vendor != "postgresql" or not words:
        return []
    newest = f"SELECT vector FROM gallery_image WHERE owner_id = ''{owner_id}'' ORDER BY id DESC LIMIT {KNOWN}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH known AS MATERIALIZED (SELECT word, ndoc FROM ts_stat('{newest}'))
            SELECT DISTINCT ON (asked) asked, known.word
            FROM unnest(%s::text[]) AS asked JOIN known ON similarity(known.word, asked) >= %s
            ORDER BY asked, similarity(known.word, asked) DESC, ndoc DESC
            """,  # noqa: S608
            [words, ALIKE],
        )
        known = dict(cursor.fetchall())
    return [known[word] for word in words] if known.keys() >= set(words) else []


def _all(images: QuerySet[Image], words: list[str]) -> tuple[str, tuple[Any, ...]]:
    """Filtered first and ordered afterwards: PostgreSQL cannot estimate how many pictures match the beginning of a word."""
    sql, values = images.filter(_fits(words)).order_by().values("id").query.sql_with_params()
    return f"WITH found AS MATERIALIZED ({sql})", values


def _fits(words: list[str]) -> RawSQL:
    return RawSQL("gallery_image.vector @@ to_tsquery('simple', %s)", [_tsquery(words)], BooleanField())


def _column(sql: str, values: tuple[Any, ...]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _tsquery(words: list[str]) -> str:
    return " & ".join(f"'{word}'" for word in words) + ":*"


def _in_sqlite(images: QuerySet[Image], owner_id: uuid.UUID | None, words: list[str]) -> QuerySet[Image]:
    found = RawSQL("SELECT image FROM gallery_words WHERE gallery_words MATCH %s", [_match(owner_id, words)])
    return images.filter(pk__in=found)


def _match(owner_id: uuid.UUID | None, words: list[str]) -> str:
    whose = f'owner : "{owner_id.hex}" AND ' if owner_id else ""
    return f"{whose}{{title request prompt}} : (" + " AND ".join(f'"{word}"' for word in words) + " *)"
