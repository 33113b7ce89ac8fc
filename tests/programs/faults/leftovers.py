"""What is stored and belongs to nobody: maintenance must have deleted it in time."""

import asyncio
from collections.abc import Iterator

from django.conf import settings
from django.db import close_old_connections

from tests.support.serving import until

MAINTENANCE_S = 20.0  # the ages of drafts and artifacts (see `worker`) and a round or two; longer on a busy machine


async def left() -> list[str]:
    """What remains when the time is up; returns as soon as there is nothing."""
    found: list[str] = []

    async def nothing() -> bool:
        found[:] = await asyncio.to_thread(_look)
        return not found

    await until(nothing, MAINTENANCE_S, every=0.5)
    return found


def _look() -> list[str]:
    try:
        return [*_rows(), *_files(), *_artifacts()]
    finally:
        close_old_connections()


def _rows() -> Iterator[str]:
    from gallery.models import Image

    for image in Image.objects.exclude(stage=Image.Stage.SHOWN):
        yield f"row {image.pk} is still {image.stage}"


def _files() -> Iterator[str]:
    """Files of a write that a crash interrupted are deleted with their row."""
    from gallery.models import Image

    files = {path.name for path in settings.PICTURES_DIR.rglob("*") if path.is_file()}
    named = {key for keys in Image.objects.values_list("key", "thumbnail_key") for key in keys}
    for name in files:
        if name not in named and name.lstrip(".").rpartition(".")[0] not in named:
            yield f"no row names the file {name}"
    yield from (f"the file {name} is gone, and its row is there" for name in named - files)


def _artifacts() -> Iterator[str]:
    from pipeline.store.mongo import database

    stored = {id.rpartition("/")[0] for id in database()["artifacts"].distinct("_id")}
    named = set(database()["messages"].distinct("artifact"))
    yield from (f"no message names the artifact {id}" for id in stored - named)
