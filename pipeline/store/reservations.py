"""What a message costs: it has a reservation in the books, and lists each request to a paid service before it goes out.

The books never hold less for it than its calls may cost. Once it has ended they are told what was spent; a call that was
begun and never ended counts in full.
"""

from django.conf import settings

from gallery.errors import Interrupted
from pipeline import ceilings, charges
from pipeline.message import Message
from pipeline.message_parts import ReservationForm
from pipeline.store import ledger
from pipeline.store.documents import apply, find
from pipeline.store.ledger import Gone, Spent
from pipeline.store.mongo import database

AT_ONCE = 100
UNKNOWN_AFTER_MS = 600_000  # for a reservation without a message: longer than any call takes


def cover(message: Message, token: str) -> None:
    """Raises the reservation to what the calls may cost. Raises `Budget`, and `Interrupted` if the lease is lost."""
    reservation = message.reservation
    while True:
        if reservation is not None:
            try:
                if not ledger.confirm(reservation, message.charged):
                    ledger.confirm(reservation, message.charged, ceilings.of(reservation["user_id"]))
            except Gone:
                pass
            else:
                return
        reservation = _reserve_anew(message, token, reservation)


def _reserve_anew(message: Message, token: str, before: ReservationForm | None) -> ReservationForm:
    """It has none, or maintenance has given it back, because it was reserved so long ago."""
    made = ledger.new_reservation(message.user_id)
    ledger.reserve(made, message.charged, ceilings.of(message.user_id))
    if apply(Message, charges.reserve(message.id, token, before, made)) is None:
        ledger.void(made, message.charged)
        raise Interrupted
    return made


def settle(message_id: str, *, finally_: bool = False) -> None:
    """For a message that has ended; if a call is still open, only with `finally_`. Safe to repeat."""
    message = find(Message, {"_id": message_id, **charges.unsettled()})
    if message is None or message.reservation is None:
        return
    if message.open_calls:
        if not finally_:
            return
        message = _assume_open_calls(message)
    if message.reservation is None:
        return
    ledger.post(message.reservation, _spent(message))
    apply(Message, charges.settle(message.id, message.reservation, message.charged))


def _assume_open_calls(message: Message) -> Message:
    for call_id in message.open_calls:
        at_most = (message.calls or {})[call_id]["at_most"]
        apply(Message, charges.end_call(message.id, call_id, at_most, assumed=True))
    return find(Message, {"_id": message.id}) or message


def _spent(message: Message) -> Spent:
    calls = (message.calls or {}).values()
    by: dict[str, int] = {}
    for call in calls:
        if cost := call.get("cost", call["at_most"]):
            by[call["provider"]] = by.get(call["provider"], 0) + cost
    return Spent(by, sum(call.get("cost", 0) for call in calls if call.get("assumed")))


def settle_all_of(session_id: str) -> None:
    """Before its messages are removed."""
    of = {"session_id": session_id, **charges.unsettled()}
    for doc in database()["messages"].find(of, {"_id": 1}):
        settle(doc["_id"], finally_=True)


def settle_ended() -> None:
    """Also those with open calls that no worker can end any more."""
    patience = {"$subtract": ["$$NOW", 2 * round(settings.LEASE_S * 1000)]}
    long_ago = {"$expr": {"$lte": ["$updated_at", patience]}}
    for finally_, of in ((False, {}), (True, long_ago)):
        for doc in database()["messages"].find({**charges.unsettled(), **of}, {"_id": 1}, limit=AT_ONCE):
            settle(doc["_id"], finally_=finally_)


def close_orphans() -> None:
    """Reservations without a message: a web process died, or hung, before it stored one."""
    waited = list(ledger.open_longer_than(6 * round(settings.LEASE_S * 1000), UNKNOWN_AFTER_MS))
    if not waited:
        return
    ids = [each.reservation["id"] for each in waited]
    named = set(database()["messages"].distinct("reservation.id", {"reservation.id": {"$in": ids}}))
    for each in waited:
        if each.reservation["id"] not in named:
            ledger.close_orphan(each)
