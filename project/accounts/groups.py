"""The groups of staff: moderators see to pictures and people, operators to people and money."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

MODERATORS, OPERATORS = "moderators", "operators"
PEOPLE = ("project.view_user", "project.block_user")
MONEY = tuple(f"pipeline.{may}_ceiling" for may in ("view", "add", "change", "delete"))
MAY = {
    MODERATORS: ("gallery.view_image", "gallery.change_image", "moderation.view_act", *PEOPLE),
    OPERATORS: (*PEOPLE, *MONEY),
}


class NotMigrated(Exception):
    """There are no permissions yet: run `manage.py migrate` first."""


@transaction.atomic
def prepare() -> None:
    """Make the groups, with exactly these rights. Safe to repeat. Raises `NotMigrated`."""
    for name, rights in MAY.items():
        wanted = Q()
        for right in rights:
            app, _, codename = right.partition(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        found = list(Permission.objects.filter(wanted))
        if len(found) != len(rights):
            raise NotMigrated
        Group.objects.get_or_create(name=name)[0].permissions.set(found)
