"""How people are removed, with everything they had: on request, or guests who did nothing or stay away.

First the row is marked, which ends the person's keys: nothing new can be written. After `GRACE`, rounds remove sessions with
their messages and artifacts, then pictures, then books, then the row with its tokens. What a moderator hid goes to a row
without a name, which is removed after `EVIDENCE_DAYS`. Every step is safe to repeat.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.signing import BadSignature, loads
from django.db import DatabaseError
from django.db.models import Model, QuerySet
from django.utils import timezone
from pymongo.errors import PyMongoError

from gallery import maintenance, owned
from gallery.errors import Conflict, StudioError
from gallery.translation import N_
from pipeline.store import ledger, photos, sessions
from pipeline.store import owned as conversations
from project.accounts import evidence
from project.accounts.models import Move
from project.models import User, today

log = logging.getLogger(__name__)
M = TypeVar("M", bound=Model)

IDLE_DAYS = 1  # for a guest who did nothing
GRACE = timedelta(minutes=5)  # longer than any request takes
ROWS = 200  # a round
PEOPLE = 10  # a round
SESSIONS, PICTURES = 50, 100  # of each person, a round
REST_S = 3600.0
STAFF_STAY = N_("Staff cannot remove themselves: an operator takes their rights first.")
DOWN = (StudioError, PyMongoError, DatabaseError)


class Pass(Generic[M]):
    """Goes through a table by its key, ROWS in each round, then rests for REST_S."""

    def __init__(self, rows: Callable[[], QuerySet[M]]) -> None:
        self._rows = rows
        self._after: Any = None
        self._rests_until = 0.0

    def next(self) -> list[M]:
        if time.monotonic() < self._rests_until:
            return []
        rows = self._rows().order_by("pk")
        found = list((rows if self._after is None else rows.filter(pk__gt=self._after))[:ROWS])
        self._after = found[-1].pk if len(found) == ROWS else None
        self._rests_until = 0.0 if self._after else time.monotonic() + REST_S
        return found


def _unmarked_guests() -> QuerySet[User]:
    return User.objects.filter(is_guest=True, removal_began_at=None)


class Removal:
    def __init__(self) -> None:
        self._guests = Pass(_unmarked_guests)
        self._cookies = Pass(Session.objects.all)

    def clean(self) -> None:
        """One round. What fails is repeated in the next."""
        for step in (self.mark_absent, self.remove_marked, evidence.keep_deleted, self.clear_cookies):
            try:
                step()
            except DOWN as error:
                log.warning("action=removal_postponed step=%s error=%r", step.__name__, error)

    def mark_absent(self) -> None:
        guests = [guest for guest in self._guests.next() if _unseen_for(guest, IDLE_DAYS)]
        ids = [guest.pk for guest in guests]
        busy = maintenance.owners_among(ids) | {uuid.UUID(id) for id in sessions.owners_among(map(str, ids))}
        for guest in guests:
            if guest.pk not in busy or _unseen_for(guest, settings.GUEST_DAYS):
                mark(guest)

    def remove_marked(self) -> None:
        marked = User.objects.filter(removal_began_at__lt=timezone.now() - GRACE).exclude(
            pk__in=Move.objects.values("guest")
        )
        for user in marked.order_by("removal_began_at")[:PEOPLE]:
            try:
                _remove(user)
            except DOWN as error:  # go on with the others
                log.warning("action=removal_postponed user=%s error=%r", user.pk, error)
                User.objects.filter(pk=user.pk).update(removal_began_at=timezone.now())

    def clear_cookies(self) -> None:
        """Expired ones, and those of removed people."""
        now = timezone.now()
        expired = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:ROWS])
        Session.objects.filter(pk__in=expired, expire_date__lt=now).delete()
        owners = {row.pk: owner for row in self._cookies.next() if (owner := _owner(row))}
        existing = set(User.objects.filter(pk__in=set(owners.values())).values_list("pk", flat=True))
        Session.objects.filter(pk__in=[key for key, owner in owners.items() if owner not in existing]).delete()


of_this_process = Removal()


def leave(user: User) -> None:
    """Begins to remove a person who asks for it: keys, lists and pictures' addresses end at once. Safe to repeat;
    maintenance repeats what fails. Raises `Conflict` for staff."""
    if user.is_staff or user.is_superuser:
        raise Conflict(STAFF_STAY)
    unmarked = User.objects.filter(pk=user.pk, removal_began_at=None)
    unmarked.update(is_active=False, removal_began_at=timezone.now())
    try:
        owned.conceal(user.pk)
        conversations.soft_delete_all(str(user.pk))
    except DOWN as error:
        log.warning("action=leaving_postponed user=%s error=%r", user.pk, error)


def mark(user: User) -> bool:
    """Begins to remove a person. False where they were seen since the row was read, or it has begun already."""
    as_read = User.objects.filter(pk=user.pk, last_seen=user.last_seen, removal_began_at=None)
    return as_read.update(is_active=False, removal_began_at=timezone.now()) == 1


def _unseen_for(user: User, days: int) -> bool:
    """Neither today nor on the `days` days before."""
    last: date = user.last_seen or user.date_joined.date()
    return last < today() - timedelta(days=days)


def _remove(user: User) -> None:
    """As much as fits into a round."""
    if not sessions.remove_some_of(str(user.pk), SESSIONS):
        return
    if not user.holds_evidence:
        evidence.keep_all_of(user)
    if maintenance.erase(user.pk, PICTURES):
        ledger.forget(str(user.pk))
        photos.forget(str(user.pk))
        _remove_row(user)


def _remove_row(user: User) -> None:
    """With its tokens, and the name in the admin's log. Raises where a picture came in between."""
    of_user = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=of_user, object_id=str(user.pk)).update(
        object_repr="removed", change_message=""
    )
    User.objects.filter(pk=user.pk, removal_began_at__isnull=False).delete()
    log.info("action=user_removed user=%s", user.pk)


def _owner(row: Session) -> uuid.UUID | None:
    """None where the cookie names nobody, or its signing key is gone."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    try:
        user_id = loads(row.session_data, salt=store.key_salt, serializer=store.serializer).get(SESSION_KEY, "")
        return uuid.UUID(user_id)
    except (BadSignature, ValueError):
        return None
