"""The meters of paid requests: one for a message that this worker holds, one for a person who waits for a refinement."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from pymongo.errors import PyMongoError

from pipeline import ceilings, charges
from pipeline.message import Message
from pipeline.message_parts import ReservationForm
from pipeline.providers.base import Usage
from pipeline.providers.metering import Call, metered
from pipeline.store import followups, ledger, reservations
from pipeline.store.documents import apply
from pipeline.store.ledger import Spent
from pipeline.store.messages import Job
from pipeline.worker.lease import LeaseLost

log = logging.getLogger(__name__)


def price(call: Call, usage: Usage) -> int:
    cost: int = settings.PRICES.of(call.provider, call.model, usage, call.size)
    return cost


class OfMessage:
    """A free call writes nothing."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._open: dict[str, Call] = {}
        self._unwritten: dict[str, int] = {}  # costs by call id

    def begin(self, call: Call) -> str:
        at_most = price(call, call.at_most)
        if not at_most:
            return ""
        id, job = uuid.uuid4().hex, self._job
        begun = charges.begin_call(job.id, job.token, id, {"provider": call.provider, "at_most": at_most})
        message = apply(Message, begun)
        if message is None:
            raise LeaseLost
        self._open[id] = call
        try:
            reservations.cover(message, job.token)
        except Exception:  # the request is not sent
            self._end(id, 0)
            raise
        return id

    def end(self, id: str, usage: Usage) -> None:
        self._end(id, price(self._open[id], usage))

    def close(self) -> None:
        """Calls that are still open may have been charged."""
        for id, cost in list(self._unwritten.items()):
            self._end(id, cost)
        for id, call in list(self._open.items()):
            if id not in self._unwritten:
                self._end(id, price(call, call.at_most), assumed=True)

    def _end(self, id: str, cost: int, *, assumed: bool = False) -> None:
        """If it cannot be written, it is tried again by `close`, and then counts at its maximum."""
        self._unwritten[id] = cost
        try:
            message = apply(Message, charges.end_call(self._job.id, id, cost, assumed=assumed))
        except PyMongoError as error:
            log.warning("action=cost_postponed message=%s error=%r", self._job.id, error)
            return
        del self._unwritten[id], self._open[id]
        if message is not None and message.has_ended:
            followups.schedule(message)


@contextmanager
def paid_by(job: Job) -> Iterator[None]:
    meter = OfMessage(job)
    try:
        with metered(meter):
            yield
    finally:
        meter.close()


class OfPerson:
    """Each call has its own reservation. The person may be the studio itself: `ledger.STUDIO`."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._open: dict[str, tuple[Call, ReservationForm]] = {}

    def begin(self, call: Call) -> str:
        at_most = price(call, call.at_most)
        if not at_most:
            return ""
        reservation = ledger.new_reservation(self._user_id)
        allowed = ceilings.of_studio() if self._user_id == ledger.STUDIO else ceilings.of(self._user_id)
        ledger.reserve(reservation, at_most, allowed)
        ledger.confirm(reservation, at_most)
        self._open[reservation["id"]] = call, reservation
        return reservation["id"]

    def end(self, id: str, usage: Usage) -> None:
        call, _ = self._open[id]
        self._post(id, price(call, usage))

    def close(self) -> None:
        for id, (call, _) in list(self._open.items()):
            self._post(id, price(call, call.at_most), assumed=True)

    def _post(self, id: str, cost: int, *, assumed: bool = False) -> None:
        """If it cannot be written, maintenance counts it at its maximum."""
        call, reservation = self._open.pop(id)
        try:
            ledger.post(reservation, Spent({call.provider: cost} if cost else {}, cost if assumed else 0))
        except PyMongoError as error:
            log.warning("action=cost_not_written reservation=%s error=%r", id, error)


@contextmanager
def paid_by_person(user_id: str) -> Iterator[None]:
    meter = OfPerson(user_id)
    try:
        with metered(meter):
            yield
    finally:
        meter.close()
