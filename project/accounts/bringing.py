"""A guest's things move to the account that they have signed in to, in three stores of which none knows the others.

One transaction in SQL begins it: every key of the guest's ends, so that nothing new can come, the pictures are the account's,
and a `Move` says what is left to do. Then the conversations follow in MongoDB. Files lie under their pictures' ids and stay
where they are. Maintenance goes on with every `Move` until nothing that had begun before can come any more, and repeats what a
crash cut short: each step is safe to repeat. Then the guest, who has nothing any more, is removed like others.

In between a worker may hold a message of the guest's whose picture is the account's already: it finds that its person has
ended, and tries again when the message has followed (`gallery.services.source`).
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

OFFERED = "bring_from"  # in the cookie's row: the guest whose things may be brought along
MOVES = 20  # of which one round looks at


def has_anything(guest: User) -> bool:
    """Or may have: nobody is kept from signing in by a MongoDB that is away."""
    try:
        return bool(pictures.owners_among([guest.pk]) or sessions.owners_among([str(guest.pk)]))
    except PyMongoError:
        return True


def begin(guest_id: uuid.UUID, account: User) -> bool:
    """False where the guest has ended already: somebody was faster, or they were removed."""
    with transaction.atomic():
        guest = User.objects.filter(pk=guest_id, is_guest=True, removal_began_at=None, is_active=True)
        if not guest.update(is_active=False, removal_began_at=timezone.now()):
            return False
        Move.objects.create(guest_id=guest_id, account=account)
        pictures.give(guest_id, account.pk)
    log.info("action=move_began guest=%s account=%s", guest_id, account.pk)
    return True


def follow(guest_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """What follows the beginning, as often as wanted. Raises `PyMongoError`."""
    pictures.give(guest_id, account_id)  # of a message that was nearly done
    sessions.give(str(guest_id), str(account_id))


def finish() -> None:
    """A round of maintenance."""
    for move in Move.objects.order_by("begun_at")[:MOVES]:
        old = move.begun_at < timezone.now() - GRACE
        try:
            follow(move.guest_id, move.account_id)
            if old:  # it was looked at after nothing new could come
                move.delete()
                log.info("action=move_ended guest=%s account=%s", move.guest_id, move.account_id)
        except (PyMongoError, DatabaseError) as error:
            log.warning("action=move_postponed guest=%s error=%r", move.guest_id, error)


def offer(session: Any) -> User | None:
    """The guest whose things may be brought along, who is still there."""
    return (
        User.objects.filter(pk=session.get(OFFERED), is_guest=True, is_active=True).first()
        if OFFERED in session
        else None
    )
