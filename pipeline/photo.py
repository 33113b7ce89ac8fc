"""What sockets are told about a picture that belongs to no message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bson.timestamp import Timestamp

from gallery.snapshot import Snapshot
from pipeline.documents import Change, Document, SignUrls, Update
from pipeline.message_parts import PictureForm, picture


@dataclass(frozen=True, kw_only=True)
class Photo(Document):
    """An imported picture that changed recently, copied from its row in SQL."""

    collection = "photos"

    user_id: str
    image: Snapshot
    version: int  # the row's `rev`
    changed_at: Timestamp
    told_at: datetime

    def public(self, urls: SignUrls) -> PictureForm | None:
        return picture(self.image, urls)


Photo.prepare()


def show(user_id: str, snapshot: Snapshot) -> Change:
    """An upsert. The row's `rev` says which snapshot is newer."""
    older = {"_id": snapshot["id"], "version": {"$lt": snapshot["rev"]}}
    return Change(older, _told({"user_id": user_id, "image": dict(snapshot), "version": snapshot["rev"]}))


def give(user_id: str, to: str) -> Change:
    return Change({"user_id": user_id}, _told({"user_id": to}))


def _told(values: Mapping[str, object]) -> Update:
    return {"$set": values, "$currentDate": {"changed_at": {"$type": "timestamp"}, "told_at": True}}
