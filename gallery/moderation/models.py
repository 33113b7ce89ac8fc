from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from gallery.models import Image


class Act(models.Model):
    """What a moderator did: who, what, why, before and after. Rows are only ever added (`append_only`). None points to
    another table: what an act is about may be gone."""

    class Kind(models.TextChoices):
        HIDE = "hide", _("hid a picture")
        APPROVE = "approve", _("approved a picture")
        ACCEPT = "accept", _("accepted an appeal")
        REJECT = "reject", _("rejected an appeal")
        BLOCK = "block", _("blocked a person")
        UNBLOCK = "unblock", _("let a person in again")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=8, choices=Kind)
    moderator_id = models.UUIDField(null=True)  # null: a program
    moderator = models.CharField(max_length=150)  # what they were called then
    image_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)  # whose picture it was, or who was blocked
    code = models.CharField(max_length=16, blank=True)
    words = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    waited_s = models.FloatField(null=True)  # since it was made, reported or appealed; null: decided already before

    class Meta:
        verbose_name = _("act of a moderator")
        verbose_name_plural = _("acts of moderators")
        indexes = [
            models.Index(fields=["image_id", "-id"], name="act_image"),
            models.Index(fields=["person_id", "-id"], name="act_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Appeal(models.Model):
    """An owner's appeal against the hiding of a picture, one for each hiding. It is deleted with the picture."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, models.CASCADE, related_name="appeals")
    text = models.CharField(max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, default=None)
    outcome = models.CharField(max_length=8, choices=Image.Appeal, default=Image.Appeal.OPEN)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(decided_at=None), name="appeal_open")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"


class Claim(models.Model):
    """A picture that one moderator looks at, so that no other gets it meanwhile."""

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="claim")
    moderator_id = models.UUIDField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.image_id} {self.until}"


class Tally(models.Model):
    """How much of something a day had, kept when what it counts is deleted."""

    day = models.DateField()  # in UTC
    what = models.CharField(max_length=16)
    code = models.CharField(max_length=32, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "what", "code"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.code}"
