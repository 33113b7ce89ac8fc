"""Hidden pictures whose owners have deleted them, or are removed, stay for `STUDIO_EVIDENCE_DAYS`, held by a stand-in
that is then removed like a person. Safe to repeat."""

import logging
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery import owned
from project.models import User, today

log = logging.getLogger(__name__)
PICTURES = 100  # a round


@transaction.atomic
def keep_all_of(user: User) -> None:
    if not owned.evidence(user.pk).exists():
        return
    holder = _holder(timezone.now() + timedelta(days=settings.EVIDENCE_DAYS))
    holder.username = f"removed-{holder.pk.hex[-12:]}"
    holder.save(force_insert=True)
    owned.keep_evidence(user.pk, holder.pk)


def keep_deleted() -> None:
    """What people have deleted for good: one stand-in a day, for all of them."""
    ids = owned.deleted_evidence(PICTURES)
    if not ids:
        return
    with transaction.atomic():
        owned.keep_deleted_evidence(ids, _holder_of_today().pk)
    log.info("action=evidence_kept pictures=%s", len(ids))


def _holder_of_today() -> User:
    name = f"deleted-{today():%Y-%m-%d}"
    found = User.objects.filter(username=name, holds_evidence=True).first()
    if found is None:
        midnight = datetime.combine(today() + timedelta(days=1), time(), UTC)
        found = _holder(midnight + timedelta(days=settings.EVIDENCE_DAYS))
        found.username = name
        found.save(force_insert=True)
    return found


def _holder(until: datetime) -> User:
    holder = User(holds_evidence=True, is_active=False, removal_began_at=until, last_seen=None)
    holder.set_unusable_password()
    return holder
