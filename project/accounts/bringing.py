"""Moves a guest's things to the account that they have signed in to.

One SQL transaction ends the guest's keys, so that nothing new can come, gives the pictures to the account, and stores a
`Move`. Conversations in MongoDB follow; files stay where they are. Maintenance repeats each `Move` until no request that
began before it can still write; then the guest is removed like others. A worker whose source picture has moved
meanwhile fails, and tries again (`gallery.services.source`).
"""

import logging
import uuid
from typing import Any

from django.db import transaction
from django.db.utils import DatabaseError
from django.utils import timezone
from pymongo.errors import PyMongoError

from gallery import maintenance as pictures
from pipeline.store import sessions
from project.accounts.models import Move
from project.accounts.removal import GRACE
from project.models import User

log = logging.getLogger(__name__)

OFFERED = "bring_from"  # in the cookie's row: the guest's id
MOVES = 20


def has_anything(guest: User) -> bool:
    """True also while MongoDB is down, which must not prevent a sign-in."""
    try:
        return bool(pictures.owners_among([guest.pk]) or sessions.owners_among([str(guest.pk)]))
    except PyMongoError:
        return True


def begin(guest_id: uuid.UUID, account: User) -> bool:
    """False where the guest has ended already."""
    with transaction.atomic():
        guest = User.objects.filter(pk=guest_id, is_guest=True, removal_began_at=None, is_active=True)
        if not guest.update(is_active=False, removal_began_at=timezone.now()):
            return False
        Move.objects.create(guest_id=guest_id, account=account)
        pictures.give(guest_id, account.pk)
    log.info("action=move_began guest=%s account=%s", guest_id, account.pk)
    return True


def move_rest(guest_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Safe to repeat. Raises `PyMongoError`."""
    pictures.give(guest_id, account_id)  # those made since `begin`
    sessions.give(str(guest_id), str(account_id))


def finish() -> None:
    for move in Move.objects.order_by("begun_at")[:MOVES]:
        settled = move.begun_at < timezone.now() - GRACE
        try:
            move_rest(move.guest_id, move.account_id)
            if settled:  # nothing new can come
                move.delete()
                log.info("action=move_ended guest=%s account=%s", move.guest_id, move.account_id)
        except (PyMongoError, DatabaseError) as error:
            log.warning("action=move_postponed guest=%s error=%r", move.guest_id, error)


def offered_guest(session: Any) -> User | None:
    """The guest whose things may be moved, if still there."""
    return (
        User.objects.filter(pk=session.get(OFFERED), is_guest=True, is_active=True).first()
        if OFFERED in session
        else None
    )
