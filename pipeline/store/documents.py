"""The only place that executes a change."""

from collections.abc import Sequence
from typing import TypeVar

from pymongo import ReturnDocument, WriteConcern
from pymongo.errors import DuplicateKeyError

from pipeline.documents import Change, Document, Filter
from pipeline.store.mongo import async_database, database

D = TypeVar("D", bound=Document)
Sort = Sequence[tuple[str, int]]
BY_ID: Sort = [("_id", 1)]
NO_JOURNAL = WriteConcern(w=1, j=False)


def find(kind: type[D], of: Filter) -> D | None:
    found = database()[kind.collection].find_one(of)
    return kind.of(found) if found else None


def apply(
    kind: type[D], change: Change, sort: Sort = BY_ID, *, journaled: bool = True, upsert: bool = False
) -> D | None:
    """The document after the change, or None if its filter did not match. Unless `journaled`, a crash may lose the
    change. `upsert`: inserts the document if it does not exist."""
    collection = database()[kind.collection]
    if not journaled:
        collection = collection.with_options(write_concern=NO_JOURNAL)
    try:
        found = collection.find_one_and_update(
            change.filter, change.update, sort=list(sort), upsert=upsert, return_document=ReturnDocument.AFTER
        )
    except DuplicateKeyError:
        if not upsert:
            raise
        return None
    return kind.of(found) if found else None


def apply_to_all(kind: type[D], change: Change) -> int:
    """How many it changed."""
    return database()[kind.collection].update_many(change.filter, change.update).modified_count


async def find_async(kind: type[D], of: Filter) -> D | None:
    found = await async_database()[kind.collection].find_one(of)
    return kind.of(found) if found else None


async def apply_async(kind: type[D], change: Change) -> D | None:
    found = await async_database()[kind.collection].find_one_and_update(
        change.filter, change.update, return_document=ReturnDocument.AFTER
    )
    return kind.of(found) if found else None


async def apply_to_all_async(kind: type[D], change: Change) -> None:
    await async_database()[kind.collection].update_many(change.filter, change.update)
