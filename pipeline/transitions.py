"""Every change of a message's state, as a pure filter and update. What a worker writes filters on its `token`.

A message that may be worked on is in one of three states:
  in line  has no `turn`: another message of its person has the place in the queue (`pipeline.store.turns`)
  next     `turn` is when its person got this place; a unique index allows one for each person
  begun    `turn` is BEGUN
What waits for another message, or has ended, has no `turn` either.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bson.timestamp import Timestamp
from typing_extensions import TypedDict

from gallery.snapshot import Snapshot
from pipeline.documents import Change, Filter, Update, changed
from pipeline.message import BEGUN, Message, Stage, Status
from pipeline.message_parts import DelayForm, ErrorForm, ReservationForm, SuggestionForm

BY_TURN = [("turn", 1)]
OLDEST_FIRST = [("accepted_at", 1), ("_id", 1)]  # of one person's line


def due(stage: Stage, *, lease_ms: int, attempts: int) -> Filter:
    """What a worker that was woken for this stage may claim: messages begun at this stage; for refining also those that are
    next, whatever their stage."""
    if stage is not Stage.REFINING:
        whose: Filter = {"turn": BEGUN, "stage": stage.value}
    else:
        begun = {"stage": {"$in": [Stage.QUEUED.value, Stage.REFINING.value]}}
        whose = {"turn": {"$gte": BEGUN}, "$or": [{"turn": {"$gt": BEGUN}}, begun]}
    return {**whose, **_unheld(lease_ms, attempts)}


def in_line(*, lease_ms: int, attempts: int) -> Filter:
    """What could be worked on now and is not next."""
    return {"turn": None, **_unheld(lease_ms, attempts)}


def next_up(**of: object) -> Filter:
    return {**of, "status": Status.PROCESSING.value, "turn": {"$gt": BEGUN}}


def _unheld(lease_ms: int, attempts: int) -> Filter:
    """A missing time sorts before every date, and so counts as long ago."""
    return {
        "status": Status.PROCESSING.value,
        "waits_for": None,
        "attempts": {"$lt": attempts},
        "$expr": {
            "$and": [
                {"$lte": ["$leased_at", {"$subtract": ["$$NOW", lease_ms]}]},
                {"$lte": [{"$add": ["$released_at", "$delay_ms"]}, "$$NOW"]},
            ]
        },
    }


def exhausted(*, lease_ms: int, attempts: int) -> Filter:
    return {
        "status": Status.PROCESSING.value,
        "waits_for": None,  # for the index
        "attempts": {"$gte": attempts},
        "$expr": {"$lte": ["$leased_at", {"$subtract": ["$$NOW", lease_ms]}]},
    }


# `_changed` marks changes of the public form.

_LEASE = ("token", "leased_at", "released_at", "delay_ms")
_LEASE_AND_TURN = (*_LEASE, "turn", "starts_as", "delay")

Counts = Mapping[str, int]  # what paid providers charged, by name (pipeline.providers.base.Usage)
_NOTHING: Counts = {}

# By stored names.
Details = TypedDict(
    "Details",
    {
        "stage": Stage,
        "intent": str,
        "refined_prompt": str | None,
        "style": str | None,
        "plan": Mapping[str, Any] | None,
        "reply": str | None,
        "suggestions": list[SuggestionForm],
        "provider": str | None,
        "source_image_id": str | None,
        "further_image_ids": list[str] | None,
        "mask_image_id": str | None,
        "source_id": str | None,
        "waits_for": str | None,
        "seed": int,
        "options.width": int,
        "options.height": int,
        "options.seed": int,
        "options.resolution": str,
        "options.adjust": Mapping[str, Any],
        "artifact": str | None,
        "image": Snapshot,
    },
    total=False,
)


def _usage(counts: Counts) -> dict[str, int]:
    return {f"usage.{name}": count for name, count in counts.items()}


def _changed(
    values: Mapping[str, object],
    *,
    unset: Iterable[str] = _LEASE_AND_TURN,
    usage: Counts = _NOTHING,
    **times: object,
) -> Update:
    return changed(values, unset=unset, counts=_usage(usage), **times)


def claim(stage: Stage, token: str, *, lease_ms: int, attempts: int) -> Change:
    """To be applied with the order `BY_TURN`. The public form changes when a message begins, not when it is continued."""
    filter = due(stage, lease_ms=lease_ms, attempts=attempts)
    values, unset, attempt = {"token": token, "turn": BEGUN}, ("released_at", "delay_ms"), {"attempts": 1}
    if stage is Stage.REFINING:
        begins = changed(values, unset=(*unset, "delay"), counts=attempt, leased_at=True)
        # After a retry it continues at the stage where it was. A missing field is not renamed.
        return Change(filter, {**begins, "$rename": {"starts_as": "stage"}})
    goes_on = {"$set": values, "$unset": dict.fromkeys(unset, ""), "$currentDate": {"leased_at": True}, "$inc": attempt}
    return Change(filter, goes_on)


def held(id: str, token: str) -> Filter:
    return {"_id": id, "token": token}


def renew(tokens: list[str]) -> Change:
    return Change({"token": {"$in": tokens}}, {"$currentDate": {"leased_at": True}})


def update_details(id: str, token: str, values: Details) -> Change:
    return Change(held(id, token), _changed(values, unset=()))


def advance(id: str, token: str, to: Stage, checkpoint: Details, usage: Counts = _NOTHING) -> Change:
    """Any worker may continue it: at once, or after the message that it waits for has ended."""
    unset = _LEASE_AND_TURN if checkpoint.get("waits_for") else _LEASE
    return Change(held(id, token), _changed({**checkpoint, "stage": to.value, "attempts": 0}, unset=unset, usage=usage))


def advance_holding(id: str, token: str, to: Stage, checkpoint: Details, usage: Counts = _NOTHING) -> Change:
    """`advance` and `claim` in one, with the same token."""
    values = {**checkpoint, "stage": to.value, "attempts": 1}
    return Change(held(id, token), _changed(values, unset=(), usage=usage, leased_at=True))


def finish(id: str, token: str, values: Details, usage: Counts = _NOTHING) -> Change:
    done = {**values, "status": Status.DONE.value, "error": None, "waits_for": None}
    return Change(held(id, token), _changed(done, usage=usage))


def fail(id: str, token: str, error: ErrorForm, usage: Counts = _NOTHING) -> Change:
    return Change(held(id, token), _changed(_failed(error), usage=usage))


def give_up(id: str, error: ErrorForm, *, lease_ms: int, attempts: int) -> Change:
    return Change({"_id": id, **exhausted(lease_ms=lease_ms, attempts=attempts)}, _changed(_failed(error)))


def _failed(error: ErrorForm) -> Filter:
    return {"status": Status.FAILED.value, "error": dict(error), "waits_for": None}


def retry_later(
    id: str,
    token: str,
    delay_ms: int,
    usage: Counts = _NOTHING,
    *,
    counts: bool = True,
    why: DelayForm | None = None,
) -> Change:
    """After the delay, with a new turn. `counts`: whether the attempt counts. `why`: shown to the person."""
    unset, counted = ("token", "leased_at", "turn"), {"attempts": 0 if counts else -1, **_usage(usage)}
    if why is not None:
        said = {"delay_ms": delay_ms, "delay": why}
        return Change(held(id, token), changed(said, unset=unset, counts=counted, released_at=True))
    update = {
        "$set": {"delay_ms": delay_ms},
        "$unset": dict.fromkeys(unset, ""),
        "$currentDate": {"released_at": True},
        "$inc": counted,
    }
    return Change(held(id, token), update)


def add_usage(id: str, usage: Counts) -> Change:
    """Without the token: sums are the same in any order."""
    return Change({"_id": id}, {"$inc": _usage(usage)})


def requeue(id: str, token: str, usage: Counts = _NOTHING) -> Change:
    """It is continued before others are begun. The attempt does not count, its cost does."""
    return Change(held(id, token), {"$unset": dict.fromkeys(_LEASE, ""), "$inc": {"attempts": -1, **_usage(usage)}})


def block(id: str, token: str, waits_for: str) -> Change:
    """Until another message has ended; then it needs a turn. It does not count as an attempt."""
    update = {"$set": {"waits_for": waits_for}, "$unset": dict.fromkeys(_LEASE_AND_TURN, ""), "$inc": {"attempts": -1}}
    return Change(held(id, token), update)


def cancel(filter: Filter) -> Change:
    """Removes the token, without which its worker can write nothing more."""
    return Change(
        {**filter, "status": Status.PROCESSING.value},
        _changed({"status": Status.CANCELLED.value, "waits_for": None}),
    )


def retry(message: Message, reservation: ReservationForm | None = None) -> Change:
    """With all attempts and a new turn, at the stage that failed, so that nothing is paid for twice."""
    stage = message.resumes_at
    values = {
        "status": Status.PROCESSING.value,
        "stage": stage.value,
        **({"starts_as": Stage.REFINING.value} if stage is Stage.QUEUED else {}),
        "attempts": 0,
        "error": None,
        "waits_for": None,
        **({"reservation": reservation} if reservation else {}),
    }
    settled = {"_id": message.id, "version": message.version, "status": message.status.value, "reservation": None}
    return Change(settled, _changed(values))


def forget_artifact(id: str, artifact: str) -> Change:
    return Change({"_id": id, "artifact": artifact}, {"$set": {"artifact": None}})


def needing(artifacts: list[str]) -> Filter:
    """Those that need this picture now, or would after a retry."""
    again = [{"status": Status.CANCELLED.value}, {"status": Status.FAILED.value, "error.retryable": True}]
    ids = [name.partition("/")[0] for name in artifacts]
    goes_on = [{"status": Status.PROCESSING.value}, *again]
    return {"_id": {"$in": ids}, "artifact": {"$in": artifacts}, "$or": goes_on}


def show_picture(snapshot: Snapshot, message_id: str) -> Change:
    """The row's `rev` says which snapshot is newer."""
    return Change(
        {"_id": message_id, "image.id": snapshot["id"], "image.rev": {"$lt": snapshot["rev"]}},
        _changed({"image": snapshot}, unset=()),
    )


def unblock_dependents(*waited_for: str, refined: bool) -> Change:
    """Variations once the others are refined, edits once they have ended."""
    unrefined = {"stage": Stage.QUEUED.value} if refined else {}
    running = {"status": Status.PROCESSING.value}  # for the index
    return Change({"waits_for": {"$in": list(waited_for)}, **running, **unrefined}, {"$set": {"waits_for": None}})


def give_turn(user_id: str, *, lease_ms: int, attempts: int) -> Change:
    """Gives the last place to the person's oldest message in line; to be applied with the order `OLDEST_FIRST`. A duplicate
    key if the person has a place."""
    filter = {"user_id": user_id, **in_line(lease_ms=lease_ms, attempts=attempts)}
    return Change(filter, {"$currentDate": {"turn": {"$type": "timestamp"}}})


def leave_turn(message: Message) -> Change:
    """Gives up its place, unless it was claimed meanwhile."""
    still = {"_id": message.id, "status": Status.PROCESSING.value, "turn": message.turn}
    return Change(still, {"$unset": {"turn": ""}})


def take_turn(id: str, turn: Timestamp, *, lease_ms: int, attempts: int) -> Change:
    """Takes the place that another message of the same person has left."""
    return Change({"_id": id, **in_line(lease_ms=lease_ms, attempts=attempts)}, {"$set": {"turn": turn}})


def give(user_id: str, to: str) -> tuple[Change, ...]:
    """To another person, who may have a place in the queue already: a message that had one waits for another."""
    of, placed = {"user_id": user_id}, {"user_id": user_id, "turn": {"$gt": BEGUN}}
    return Change(placed, {"$set": {"user_id": to}, "$unset": {"turn": ""}}), Change(of, {"$set": {"user_id": to}})
