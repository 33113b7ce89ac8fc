"""The owner of a hidden picture may appeal once; another moderator than the one who hid it decides."""

import uuid
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery.changes import change
from gallery.errors import Conflict, NotFound
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.moderation.models import Act, Appeal
from gallery.services import own
from gallery.translation import N_, _

NOT_HIDDEN = N_("Only a picture that a moderator has hidden can be appealed for, while it is not in the trash.")
ONCE = N_("There has been an appeal for this picture already.")


@transaction.atomic
def make(owner_id: uuid.UUID, image_id: str, text: str) -> Image:
    """Raises `NotFound`, `Conflict`."""
    image = own(owner_id, image_id).select_for_update().first()
    if image is None:
        raise NotFound()
    if image.state != "hidden":
        raise Conflict(_(NOT_HIDDEN))
    if image.appeal:
        raise Conflict(_(ONCE))
    Appeal.objects.create(image=image, text=text)
    change(Image.objects.filter(pk=image.pk), appeal=Image.Appeal.OPEN)
    image.refresh_from_db()
    return image


def decidable(by: uuid.UUID | None) -> Q:
    """Appeals that this moderator may decide."""
    is_open = Q(hidden=True, appeal=Image.Appeal.OPEN, trashed_at=None)
    return is_open & ~Q(moderated_by=by) if by else is_open


@transaction.atomic
def decide(image: Image, by: uuid.UUID | None, *, accept: bool) -> bool:
    """False where there is none that this moderator may decide: it is decided, or the picture is deleted."""
    now = timezone.now()
    appealed_at = image.appeals.filter(decided_at=None).values_list("created_at", flat=True).first()
    waited_s = (now - appealed_at).total_seconds() if appealed_at else None
    code = Image.objects.filter(pk=image.pk).values_list("hidden_code", flat=True).first() or ""
    act = Act(kind=Act.Kind.ACCEPT if accept else Act.Kind.REJECT, code=code, waited_s=waited_s)
    shown = {**verdicts.UNHIDE, "approved_at": now, "moderated_by_id": by} if accept else {}
    outcome = Image.Appeal.ACCEPTED if accept else Image.Appeal.REJECTED
    if not verdicts.decide([image], decidable(by), act, {**shown, "appeal": outcome}, by):
        return False
    image.appeals.filter(decided_at=None).update(decided_at=now, outcome=outcome)
    return True


def of_person(owner_id: uuid.UUID) -> Iterator[dict[str, object]]:
    """For the export."""
    for appeal in Appeal.objects.filter(image__owner__pk=owner_id).order_by("pk"):
        times = {"created_at": appeal.created_at, "decided_at": appeal.decided_at}
        yield {"id": appeal.pk, "picture": appeal.image_id, "text": appeal.text, "outcome": appeal.outcome, **times}
