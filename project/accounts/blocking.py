"""Who is blocked sees why and until when, and can only export and leave."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from pymongo.errors import PyMongoError

from pipeline.store import sessions
from project.models import User

log = logging.getLogger(__name__)


def block(people: Iterable[User], reason: str, until: datetime | None) -> list[User]:
    """Those who are blocked now: all but staff. Keys and sockets end within seconds; what runs is cancelled. `until`:
    None for without an end."""
    blocked = [person for person in people if not (person.is_staff or person.is_superuser)]
    rows = User.objects.filter(pk__in=[person.pk for person in blocked])
    rows.update(blocked_at=timezone.now(), blocked_until=until, block_reason=reason)
    try:
        for person in blocked:
            sessions.cancel_all_of(str(person.pk))
    except PyMongoError as error:
        log.warning("action=not_cancelled error=%r", error)  # it runs to its end
    return blocked


def unblock(people: Iterable[User]) -> list[User]:
    """Those who were blocked."""
    blocked = [person for person in people if person.blocked_at]
    rows = User.objects.filter(pk__in=[person.pk for person in blocked])
    rows.update(blocked_at=None, blocked_until=None, block_reason="")
    return blocked
