"""One session (a conversation): its document, its public form, its changes. The rules are those of `pipeline.message`.

What a session shows of its messages (how many run, the last picture) is counted when it is written out; after such a change
`bump` raises the version and `changed_at`, which is how clients learn of it. An invariant that the keeper repairs:
a session's `changed_at` is not before that of any message that began or ended in it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.message import SERVER_TIME, Change, Doc, Status, Urls, changed, new_id, timestamp

CHAT = "chat"
IMAGES = "images"  # one per user, for /v1/image/generate/; no list shows it


def new(user_id: str, title: str, kind: str = CHAT) -> Doc:
    now = datetime.now(UTC)
    return {
        "_id": new_id(),
        "user_id": user_id,
        "kind": kind,
        "title": title,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "changed_at": SERVER_TIME,
        "tombstone": None,  # or what becomes of its pictures: "keep" | "trash"
    }


def looks(of: Mapping[str, Any]) -> list[Doc]:
    """An aggregation over the sessions `of` a filter: each with what it shows of its messages, for `public`. A buried one
    has no look: news of it, with the tombstone's own version, would pass for the news of its end."""
    return [
        {"$match": {**of, "tombstone": None}},
        _messages("running", [{"$match": {"status": Status.PROCESSING.value}}, {"$count": "count"}]),
        _messages("last", [{"$match": {"image.state": "shown"}}, {"$sort": {"_id": -1}}, {"$limit": 1}]),
    ]


def _messages(name: str, pipeline: list[Doc]) -> Doc:
    return {
        "$lookup": {
            "from": "messages",
            "localField": "_id",
            "foreignField": "session_id",
            "pipeline": pipeline,
            "as": name,
        }
    }


def public(look: Mapping[str, Any], urls: Urls) -> Doc:
    return {
        "id": look["_id"],
        "title": look["title"],
        "created_at": timestamp(look["created_at"]),
        "updated_at": timestamp(look["updated_at"]),
        "running": look["running"][0]["count"] if look["running"] else 0,
        "thumbnail_url": urls(look["last"][0]["image"])["thumbnail_url"] if look["last"] else None,
        "version": look["version"],
    }


def owned(user_id: str, session_id: str) -> Doc:
    return {"_id": session_id, "user_id": user_id, "tombstone": None}


def _changed(values: Mapping[str, Any], **times: Any) -> Doc:
    return changed(values, unset={}, **times)


def bump(*session_ids: str) -> Change:
    return Change({"_id": {"$in": list(session_ids)}, "tombstone": None}, _changed({}))


def name(session_id: str, title: str) -> Change:
    """The refinement's title; one that a person gave stays."""
    return Change({"_id": session_id, "title": "", "tombstone": None}, _changed({"title": title}))


def rename(user_id: str, session_id: str, title: str) -> Change:
    return Change(owned(user_id, session_id), _changed({"title": title}))


def bury(user_id: str, session_id: str, pictures: str) -> Change:
    return Change(owned(user_id, session_id), _changed({"tombstone": pictures}, buried_at=True))


def settle_pictures(session_id: str) -> Change:
    """They are in the trash; one that the person takes out of it again stays out."""
    return Change({"_id": session_id, "tombstone": "trash"}, {"$set": {"tombstone": "keep"}})


def buried(*, longer_than_ms: int) -> Doc:
    """Tombstones that every web process has had time to see."""
    return {
        "tombstone": {"$ne": None},
        "$expr": {"$lte": ["$buried_at", {"$subtract": ["$$NOW", longer_than_ms]}]},
    }
