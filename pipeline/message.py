"""One message: its document, its public form, and every change of its state as a pure filter and update.

Rules for every change: the ones made by a worker filter on its `token`; each change of the public form raises `version` in
the same update; times that decide are written by `$currentDate` and compared with `$$NOW`, so that only the database's clock
counts; no update is a pipeline, because a pipeline would execute people's text ("$token").
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import uuid_utils
from bson.timestamp import Timestamp

Doc = dict[str, Any]
Urls = Callable[[Mapping[str, Any]], Mapping[str, str | None]]  # of a picture's form: {"url", "thumbnail_url"}

SERVER_TIME = Timestamp(0, 0)  # at insert, the server puts its own, strictly rising timestamp in this one's place


class Status(StrEnum):
    PROCESSING = "PROCESSING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Stage(StrEnum):
    QUEUED = "queued"  # nobody has it yet
    REFINING = "refining"
    GENERATING = "generating"
    UPLOADING = "uploading"


SEEDS = 2**53  # how many there are: every JSON client reads them exactly
WORK = (Stage.REFINING, Stage.GENERATING, Stage.UPLOADING)  # what a doorbell can ring for
PICTURE_STATES = ("shown", "hidden", "deleted")


@dataclass(frozen=True)
class Change:
    """One compare-and-set: it happens where `filter` still holds, and not at all elsewhere."""

    filter: Doc
    update: Doc


def new_id() -> str:
    """A UUIDv7: newer ids are greater, inside one process strictly."""
    return str(uuid_utils.uuid7())


def request_hash(request: Mapping[str, Any]) -> str:
    """What tells a repeated request from another one under the same `client_id`."""
    text = json.dumps(request, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def new(
    *,
    session_id: str,
    user_id: str,
    client_id: str,
    hash: str,
    content: str,
    seed: int,
    options: Mapping[str, Any],
    source_image_id: str | None = None,
    mask_image_id: str | None = None,
    variation_of: str | None = None,
    waits_for: str | None = None,
) -> Doc:
    now = datetime.now(UTC)
    return {
        "_id": new_id(),
        "session_id": session_id,
        "user_id": user_id,
        "client_id": client_id,
        "request_hash": hash,
        "content": content,
        "source_image_id": source_image_id,
        "mask_image_id": mask_image_id,
        "variation_of": variation_of,
        "options": dict(options),
        "status": Status.PROCESSING.value,
        "stage": Stage.QUEUED.value,
        "intent": None,
        "refined_prompt": None,
        "reply": None,
        "image": None,
        "provider": None,
        "error": None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "changed_at": SERVER_TIME,
        # from here on: not public
        "seed": seed,
        "style": None,  # the refinement's
        "source_id": None,  # the picture that "it" turned out to be
        "artifact": None,
        "attempts": 0,
        "waits_for": waits_for,
    }


def public(doc: Mapping[str, Any], urls: Urls) -> Doc:
    """The form that REST and the socket share; `urls` signs what a picture's form names."""
    image = picture(doc["image"], urls)
    return {
        "id": doc["_id"],
        "session_id": doc["session_id"],
        "client_id": doc["client_id"],
        "content": doc["content"],
        "source_image_id": doc["source_image_id"],
        "mask_image_id": doc["mask_image_id"],
        "variation_of": doc["variation_of"],
        "options": doc["options"],
        "status": doc["status"],
        "stage": doc["stage"],
        "intent": doc["intent"],
        "refined_prompt": doc["refined_prompt"],
        "reply": doc["reply"],
        "image": image,
        "image_url": image and image["url"],
        "provider": doc["provider"],
        "error": doc["error"],
        "version": doc["version"],
        "created_at": timestamp(doc["created_at"]),
        "updated_at": timestamp(doc["updated_at"]),
    }


def picture(form: Mapping[str, Any] | None, urls: Urls) -> Doc | None:
    if form is None:
        return None
    shown = form["state"] == "shown"
    return {
        "id": form["id"],
        "state": form["state"],
        **urls(form),
        "width": form["width"],
        "height": form["height"],
        "placeholder": form["placeholder"] if shown else None,
    }


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, milliseconds: what MongoDB keeps."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# What is due


def due(stage: Stage, *, lease_ms: int, attempts: int) -> Doc:
    """Which messages a worker may take at this stage now. A missing time sorts before every date, so it counts as long ago."""
    stages = [Stage.QUEUED.value, Stage.REFINING.value] if stage is Stage.REFINING else [stage.value]
    return {
        "status": Status.PROCESSING.value,
        "stage": {"$in": stages},
        "waits_for": None,
        "attempts": {"$lt": attempts},
        "$expr": {
            "$and": [
                {"$lte": ["$leased_at", {"$subtract": ["$$NOW", lease_ms]}]},
                {"$lte": [{"$add": ["$released_at", "$delay_ms"]}, "$$NOW"]},
            ]
        },
    }


def exhausted(*, lease_ms: int, attempts: int) -> Doc:
    """Which messages have used up their attempts and are held by nobody."""
    return {
        "status": Status.PROCESSING.value,
        "stage": {"$in": [stage.value for stage in Stage]},  # all of them: for the index
        "attempts": {"$gte": attempts},
        "$expr": {"$lte": ["$leased_at", {"$subtract": ["$$NOW", lease_ms]}]},
    }


# The changes. `changed` marks those of the public form.

_LEASE = {"token": "", "leased_at": "", "released_at": "", "delay_ms": ""}


Counts = Mapping[str, int]  # what paid providers charged, by name (pipeline.providers.base.Usage)
_NOTHING: Counts = {}


def _spent(counts: Counts) -> Doc:
    """For `$inc`: a message that costs nothing has no `usage`, and one that is tried again goes on adding."""
    return {f"usage.{name}": count for name, count in counts.items()}


def changed(
    values: Mapping[str, Any], *, unset: Mapping[str, str] = _LEASE, spent: Counts = _NOTHING, **times: Any
) -> Doc:
    update: Doc = {
        "$set": dict(values),
        "$unset": dict(unset),
        "$inc": {"version": 1, **_spent(spent)},
        "$currentDate": {"updated_at": True, "changed_at": {"$type": "timestamp"}, **times},
    }
    return {operator: fields for operator, fields in update.items() if fields}


def claim(stage: Stage, token: str, *, lease_ms: int, attempts: int) -> Change:
    """Take the next message that is due. Refining is seen from outside (nobody had it before); the other stages are not."""
    filter = due(stage, lease_ms=lease_ms, attempts=attempts)
    unset = {"released_at": "", "delay_ms": ""}
    if stage is Stage.REFINING:
        update = changed({"token": token, "stage": stage.value}, unset=unset, leased_at=True)
    else:
        update = {"$set": {"token": token}, "$unset": unset, "$currentDate": {"leased_at": True}}
    update["$inc"] = {**update.get("$inc", {}), "attempts": 1}
    return Change(filter, update)


def held(id: str, token: str) -> Doc:
    return {"_id": id, "token": token}


def renew(tokens: list[str]) -> Change:
    return Change({"token": {"$in": tokens}}, {"$currentDate": {"leased_at": True}})


def learn(id: str, token: str, values: Mapping[str, Any]) -> Change:
    """Keep what the running stage has found out (the source, the size), so that clients see it before it ends."""
    return Change(held(id, token), changed(values, unset={}))


def advance(id: str, token: str, to: Stage, checkpoint: Mapping[str, Any], spent: Counts = _NOTHING) -> Change:
    """To the next stage, where anybody may claim it."""
    return Change(held(id, token), changed({**checkpoint, "stage": to.value, "attempts": 0}, spent=spent))


def go_on(id: str, token: str, to: Stage, checkpoint: Mapping[str, Any], spent: Counts = _NOTHING) -> Change:
    """To the next stage, by who has done this one: `advance` and `claim` in one, under the same token."""
    values = {**checkpoint, "stage": to.value, "attempts": 1}
    return Change(held(id, token), changed(values, unset={}, spent=spent, leased_at=True))


def finish(id: str, token: str, values: Mapping[str, Any], spent: Counts = _NOTHING) -> Change:
    done = {**values, "status": Status.DONE.value, "error": None, "waits_for": None}
    return Change(held(id, token), changed(done, spent=spent))


def fail(id: str, token: str, error: Mapping[str, Any], spent: Counts = _NOTHING) -> Change:
    return Change(held(id, token), changed(_failed(error), spent=spent))


def give_up(id: str, error: Mapping[str, Any], *, lease_ms: int, attempts: int) -> Change:
    """The keeper ends what nobody holds and nobody may try again."""
    return Change({"_id": id, **exhausted(lease_ms=lease_ms, attempts=attempts)}, changed(_failed(error)))


def _failed(error: Mapping[str, Any]) -> Doc:
    return {"status": Status.FAILED.value, "error": dict(error), "waits_for": None}


def release(id: str, token: str, delay_ms: int, spent: Counts = _NOTHING, *, counts: bool = True) -> Change:
    """A passing fault: the next attempt begins after the delay. This one stays counted, unless the fault is our own."""
    update = {
        "$set": {"delay_ms": delay_ms},
        "$unset": {"token": "", "leased_at": ""},
        "$currentDate": {"released_at": True},
        "$inc": {"attempts": 0 if counts else -1, **_spent(spent)},
    }
    return Change(held(id, token), update)


def charge(id: str, spent: Counts) -> Change:
    """Without a fence: a sum comes out the same in any order."""
    return Change({"_id": id}, {"$inc": _spent(spent)})


def hand_back(id: str, token: str, spent: Counts = _NOTHING) -> Change:
    """A worker that is told to stop returns what it holds; the attempt does not count, what it cost does."""
    return Change(held(id, token), {"$unset": dict(_LEASE), "$inc": {"attempts": -1, **_spent(spent)}})


def wait(id: str, token: str, waits_for: str) -> Change:
    """It cannot go on before another message has ended. Not an attempt."""
    return Change(held(id, token), {"$set": {"waits_for": waits_for}, "$unset": dict(_LEASE), "$inc": {"attempts": -1}})


def cancel(filter: Mapping[str, Any]) -> Change:
    """Without its token, whoever works on it can write nothing more."""
    return Change(
        {**filter, "status": Status.PROCESSING.value},
        changed({"status": Status.CANCELLED.value, "waits_for": None}),
    )


def retry(doc: Mapping[str, Any]) -> Change:
    """From FAILED or CANCELLED, with fresh attempts, at the stage that failed: what was paid for is not paid for again."""
    values = {
        "status": Status.PROCESSING.value,
        "stage": resume_at(doc).value,
        "attempts": 0,
        "error": None,
        "waits_for": None,
    }
    return Change({"_id": doc["_id"], "version": doc["version"], "status": doc["status"]}, changed(values))


def resume_at(doc: Mapping[str, Any]) -> Stage:
    stage = Stage(doc["stage"])
    if stage is Stage.UPLOADING and not doc["artifact"]:
        return Stage.GENERATING
    return Stage.QUEUED if stage is Stage.REFINING else stage


def lose_artifact(id: str, artifact: Any) -> Change:
    return Change({"_id": id, "artifact": artifact}, {"$set": {"artifact": None}})


def show_picture(form: Mapping[str, Any], message_id: str) -> Change:
    """A moderator's or owner's word about the picture; the row's `rev` decides which word came last."""
    return Change(
        {"_id": message_id, "image.id": form["id"], "image.rev": {"$lt": form["rev"]}},
        changed({"image": dict(form)}, unset={}),
    )


def stop_waiting(*waited_for: str, refined: bool) -> Change:
    """Free those who waited for these messages: their variations once they are refined, everybody once they have ended."""
    filter: Doc = {
        "waits_for": {"$in": list(waited_for)},
        "status": Status.PROCESSING.value,
    }  # nobody else waits: for the index
    if refined:
        filter["stage"] = Stage.QUEUED.value
    return Change(filter, {"$set": {"waits_for": None}})
