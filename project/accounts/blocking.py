"""A blocked person sees why and until when, and can only export what they have, and leave."""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from pymongo.errors import PyMongoError

from gallery.moderation import record
from gallery.moderation.models import Act
from pipeline.store import sessions
from project.models import User

log = logging.getLogger(__name__)


def block(people: Iterable[User], reason: str, until: datetime | None, by: uuid.UUID | None = None) -> list[User]:
    """Returns whom it blocked: all but staff. Sockets close within seconds; running messages are cancelled. `until`: None
    for no end; `by`: the moderator."""
    blocked = [person for person in people if not (person.is_staff or person.is_superuser)]
    values = {"blocked_at": timezone.now(), "blocked_until": until, "block_reason": reason}
    _write(blocked, values, Act(kind=Act.Kind.BLOCK, words=reason), by)
    try:
        for person in blocked:
            sessions.cancel_all_of(str(person.pk))
    except PyMongoError as error:
        log.warning("action=not_cancelled error=%r", error)  # they run to their end
    return blocked


def unblock(people: Iterable[User], by: uuid.UUID | None = None) -> list[User]:
    """Returns whom it unblocked."""
    blocked = [person for person in people if person.blocked_at]
    values = {"blocked_at": None, "blocked_until": None, "block_reason": ""}
    _write(blocked, values, Act(kind=Act.Kind.UNBLOCK), by)
    return blocked


@transaction.atomic
def _write(people: list[User], values: Mapping[str, Any], act: Act, by: uuid.UUID | None) -> None:
    """Together with the acts for the moderators' record."""
    rows = list(User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk").select_for_update())
    after = _block_state(values["blocked_at"], values["blocked_until"])
    acts = [
        Act(
            kind=act.kind,
            words=act.words,
            person_id=row.pk,
            before=_block_state(row.blocked_at, row.blocked_until),
            after=after,
        )
        for row in rows
    ]
    User.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
    record.add(acts, by)


def _block_state(blocked_at: datetime | None, until: datetime | None) -> dict[str, object]:
    return {"blocked": blocked_at is not None} | ({"until": until.isoformat()} if until else {})
