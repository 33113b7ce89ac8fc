"""Changes of what a message may cost, and has cost. They raise no version: the public form does not show it."""

from pipeline.documents import Change, Filter
from pipeline.message import Status
from pipeline.message_parts import CallForm, ReservationForm
from pipeline.transitions import held


def begin_call(id: str, token: str, call_id: str, call: CallForm) -> Change:
    """Applied before a request is sent: a worker that lost the lease sends nothing."""
    return Change(held(id, token), {"$set": {f"calls.{call_id}": dict(call)}})


def end_call(id: str, call_id: str, cost: int, *, assumed: bool = False) -> Change:
    """Once, by the worker that began the call, even if it lost the lease."""
    still_open = {"_id": id, f"calls.{call_id}": {"$exists": True}, f"calls.{call_id}.cost": None}
    values = {f"calls.{call_id}.cost": cost, **({f"calls.{call_id}.assumed": True} if assumed else {})}
    return Change(still_open, {"$set": values})


def reserve(id: str, token: str, before: ReservationForm | None, reservation: ReservationForm) -> Change:
    """Where the message has no reservation, or the one that it had is gone."""
    whose = {**held(id, token), "reservation": dict(before) if before else None}
    return Change(whose, {"$set": {"reservation": dict(reservation)}})


def settle(id: str, reservation: ReservationForm, cost: int) -> Change:
    now = {"$unset": {"reservation": "", "calls": ""}, "$inc": {"cost": cost}}
    return Change({"_id": id, "reservation.id": reservation["id"]}, now)


def unsettled() -> Filter:
    """Messages that have ended, and hold a reservation still."""
    return {"reservation.id": {"$exists": True}, "status": {"$ne": Status.PROCESSING.value}}
