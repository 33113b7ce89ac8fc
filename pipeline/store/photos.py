"""Changes of imported pictures, for as long as a poller may want them."""

from gallery.snapshot import Snapshot
from pipeline import events, photo
from pipeline.photo import Photo
from pipeline.store.documents import apply, apply_to_all
from pipeline.store.mongo import database


def announce(user_id: str, snapshot: Snapshot) -> None:
    """Raises `PyMongoError`."""
    if told := apply(Photo, photo.show(user_id, snapshot), upsert=True):
        events.enqueue(events.image_changed(told))


def give(user_id: str, to: str) -> None:
    apply_to_all(Photo, photo.give(user_id, to))


def forget(user_id: str) -> None:
    """All of a person who is removed."""
    database()[Photo.collection].delete_many({"user_id": user_id})
