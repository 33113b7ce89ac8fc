"""Adds to the record of moderation, in the transaction of what it records."""

import uuid
from collections.abc import Iterable, Mapping

from django.contrib.auth import get_user_model

from gallery.models import Image
from gallery.moderation.models import Act


def add(acts: Iterable[Act], by: uuid.UUID | None) -> None:
    """`by`: the moderator; None: a program."""
    acts = list(acts)
    name = _name(by) if by and acts else ""
    for act in acts:
        act.moderator_id, act.moderator = by, name
    Act.objects.bulk_create(acts)


def _name(moderator_id: uuid.UUID) -> str:
    names = get_user_model()._base_manager.filter(pk=moderator_id).values_list("username", flat=True)
    return names.first() or ""


def of_image(image: Image) -> Mapping[str, object]:
    """What a moderator's act can change, for `before` and `after`."""
    current = {"state": image.state, "hidden": image.hidden, "approved": image.approved_at is not None}
    why = {"code": image.hidden_code, "words": image.hidden_words or image.hidden_reason} if image.hidden else {}
    return current | why | ({"appeal": image.appeal} if image.appeal else {})
