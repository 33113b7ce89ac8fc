"""What a moderator decides about pictures. Each verdict is written with its row of the record, or not at all."""

import uuid
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery import reasons
from gallery.changes import BATCH, change, not_purged
from gallery.models import Image
from gallery.moderation import record
from gallery.moderation.models import Act
from gallery.reasons import Code
from gallery.sharing.models import Report

Kind = Act.Kind
Values = Mapping[str, object]
# An open appeal is for `appeals`.
HIDDEN = Q(hidden=True) & ~Q(appeal=Image.Appeal.OPEN)
UNHIDE: Values = {"hidden": False, "hidden_reason": "", "hidden_code": "", "hidden_words": ""}


def hide(images: Iterable[Image], words: str, by: uuid.UUID | None, code: Code = reasons.OTHER) -> list[Image]:
    """Returns those that were not hidden yet; an earlier reason stays. Their owner reads `words` after the sentence of `code`.
    `by`: the moderator's id."""
    act = Act(kind=Kind.HIDE, code=code, words=words[:500])
    why = {"hidden_code": code, "hidden_words": act.words, "appeal": ""}
    values = {"hidden": True, "approved_at": None, "moderated_by_id": by, **why}
    return decide(images, Q(hidden=False), act, values, by)


def approve(images: Iterable[Image], by: uuid.UUID | None) -> list[Image]:
    """Shows hidden ones again. What is in the trash stays there."""
    images, act = list(images), Act(kind=Kind.APPROVE)
    values = {"approved_at": timezone.now(), "moderated_by_id": by}
    return approve_shown(images, by) + decide(images, HIDDEN, act, {**values, **UNHIDE}, by)


def approve_shown(images: Iterable[Image], by: uuid.UUID | None) -> list[Image]:
    """Returns those that nobody has hidden meanwhile."""
    values = {"approved_at": timezone.now(), "moderated_by_id": by}
    return decide(images, Q(hidden=False), Act(kind=Kind.APPROVE), values, by)


def decide(images: Iterable[Image], which: Q, act: Act, values: Values, by: uuid.UUID | None) -> list[Image]:
    """Returns those that still matched `which`, as they were before. `act`: what the record says of each."""
    ids = [image.pk for image in images]
    decided: list[Image] = []
    for start in range(0, len(ids), BATCH):
        decided += _decide(not_purged().filter(which, pk__in=ids[start : start + BATCH]), act, values, by)
    return decided


@transaction.atomic
def _decide(images: QuerySet[Image], act: Act, values: Values, by: uuid.UUID | None) -> list[Image]:
    rows = list(images.order_by("pk").select_for_update())  # in one order: no deadlock
    ids = [image.pk for image in rows]
    reports = Report.objects.filter(image__in=ids, handled_at=None)
    since = dict(reports.order_by("-pk").values_list("image_id", "created_at"))  # the first one's
    record.add([_entry(act, image, values, since.get(image.pk)) for image in rows], by)
    locked = Image.objects.filter(pk__in=ids)
    if "hidden" in values or "appeal" in values:
        change(locked, **values)
    else:
        locked.update(**values)  # no message shows these
    reports.update(handled_at=timezone.now(), handled_by=by)
    return rows


def _entry(act: Act, image: Image, values: Values, reported_at: datetime | None) -> Act:
    after = copy(image)
    since = reported_at or (None if image.hidden or image.approved_at else image.created_at)
    waited_s = act.waited_s if since is None else (act.at - since).total_seconds()
    for name, value in values.items():
        setattr(after, name, value)
    about = {"image_id": image.pk, "person_id": image.owner_id}
    why = {"kind": act.kind, "code": act.code, "words": act.words, "waited_s": waited_s}
    return Act(**about, **why, before=record.of_image(image), after=record.of_image(after))
