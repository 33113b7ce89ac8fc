"""A session (a conversation), and its changes by the rules of `pipeline.documents`.

What it shows of its messages is counted when it is read; after such a change `touch` raises its version and
`changed_at`. Maintenance holds that `changed_at` is not before that of any message that began or ended in it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from bson.timestamp import Timestamp

from gallery.snapshot import Snapshot
from pipeline.documents import (
    SERVER_TIME,
    Change,
    Document,
    Filter,
    Form,
    Public,
    PublicOnly,
    SignUrls,
    Sparse,
    Stored,
    Unstored,
    changed,
    new_id,
    timestamp,
)  # fmt: skip
from pipeline.message import Status

CHAT = "chat"
IMAGES = "images"  # one per user, for /v1/image/generate/; no list shows it
BROUGHT = "brought"  # IMAGES of a guest, whose account has its own


@dataclass(frozen=True, kw_only=True)
class Session(Document):
    collection = "sessions"

    user_id: str
    kind: str = CHAT
    title: Public[str]
    created_at: Public[datetime]
    updated_at: Public[datetime]
    changed_at: Timestamp = SERVER_TIME
    running: PublicOnly[int] = 0  # from `summaries`
    last_picture: Unstored[Snapshot | None] = None
    thumbnail_url: PublicOnly[str | None] = None
    version: Public[int] = 1
    tombstone: str | None = None  # "keep" | "trash": its pictures
    buried_at: Sparse[datetime] = None

    @classmethod
    def new(cls, user_id: str, title: str, kind: str = CHAT) -> Self:
        now = datetime.now(UTC)
        return cls(id=new_id(), user_id=user_id, kind=kind, title=title, created_at=now, updated_at=now)

    @classmethod
    def of_summary(cls, summary: Stored) -> Self:
        running, last = summary["running"], summary["last"]
        shown = {"running": running[0]["count"] if running else 0, "last_picture": last[0]["image"] if last else None}
        return cls.of({**summary, **shown})

    def public(self, urls: SignUrls) -> Form:
        form = self._form()
        form["created_at"], form["updated_at"] = timestamp(self.created_at), timestamp(self.updated_at)
        form["thumbnail_url"] = urls(self.last_picture)["thumbnail_url"] if self.last_picture else None
        return form


Session.prepare()


def summaries(of: Filter) -> list[Filter]:
    """An aggregation for `Session.of_summary`. Deleted sessions are skipped, or their deletion event would look stale:
    it has the same version."""
    return [
        {"$match": {**of, "tombstone": None}},
        _messages("running", [{"$match": {"status": Status.PROCESSING.value}}, {"$count": "count"}]),
        _messages("last", [{"$match": {"image.state": "shown"}}, {"$sort": {"_id": -1}}, {"$limit": 1}]),
    ]


def _messages(name: str, pipeline: list[Filter]) -> Filter:
    return {
        "$lookup": {
            "from": "messages",
            "localField": "_id",
            "foreignField": "session_id",
            "pipeline": pipeline,
            "as": name,
        }
    }


def owned(user_id: str, session_id: str) -> Filter:
    return {"_id": session_id, "user_id": user_id, "tombstone": None}


def touch(*session_ids: str) -> Change:
    return Change({"_id": {"$in": list(session_ids)}, "tombstone": None}, changed({}))


def name(session_id: str, title: str) -> Change:
    """Unless the person gave it a title."""
    return Change({"_id": session_id, "title": "", "tombstone": None}, changed({"title": title}))


def rename(user_id: str, session_id: str, title: str) -> Change:
    return Change(owned(user_id, session_id), changed({"title": title}))


def soft_delete(user_id: str, session_id: str, pictures: str) -> Change:
    return Change(owned(user_id, session_id), changed({"tombstone": pictures}, buried_at=True))


def soft_delete_all(user_id: str) -> Change:
    of = {"user_id": user_id, "tombstone": None}
    return Change(of, changed({"tombstone": "keep"}, buried_at=True))


def settle_pictures(session_id: str) -> Change:
    """Applied once, so that a picture which the person restores stays out of the trash."""
    return Change({"_id": session_id, "tombstone": "trash"}, {"$set": {"tombstone": "keep"}})


def give(user_id: str, to: str) -> tuple[Change, ...]:
    """Changes the owner of all sessions of one person."""
    images = Change({"user_id": user_id, "kind": IMAGES}, changed({"user_id": to, "kind": BROUGHT}))
    return images, Change({"user_id": user_id}, changed({"user_id": to}))


def soft_deleted(*, longer_than_ms: int) -> Filter:
    """Soft-deleted ones that every web process has noticed."""
    return {
        "tombstone": {"$ne": None},
        "$expr": {"$lte": ["$buried_at", {"$subtract": ["$$NOW", longer_than_ms]}]},
    }
