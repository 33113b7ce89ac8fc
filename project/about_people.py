"""What staff see of a person: everything on one page."""

from typing import NamedTuple

from gallery import space
from gallery.models import Image
from gallery.moderation.models import Act, Appeal
from gallery.sharing.models import Report, Share
from pipeline.store import owned
from project.models import Token, User

PICTURES, ROWS = 24, 50


class About(NamedTuple):
    used: space.Used
    counts: dict[str, int]
    pictures: list[Image]
    acts: list[Act]
    appeals: list[Appeal]
    reports: list[Report]


def about(person: User) -> About:
    theirs = Image.objects.filter(owner=person, stage=Image.Stage.SHOWN).exclude(purpose=Image.Purpose.MASK)
    counts = {
        "hidden": theirs.filter(hidden=True).count(),
        "trashed": theirs.filter(trashed_at__isnull=False).count(),
        "shares": Share.objects.live().filter(image__owner=person).count(),
        "keys": Token.objects.filter(user=person).count(),
        "conversations": owned.count_sessions(str(person.pk)),
    }
    return About(
        space.used(person.pk),
        counts,
        list(theirs.order_by("-pk")[:PICTURES]),
        list(Act.objects.filter(person_id=person.pk).order_by("-pk")[:ROWS]),
        list(Appeal.objects.filter(image__owner=person).order_by("-pk")[:ROWS]),
        list(Report.objects.filter(image__owner=person).order_by("-pk")[:ROWS]),
    )
