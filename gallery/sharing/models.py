from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from gallery.models import Image


class ShareQuerySet(models.QuerySet["Share"]):
    def live(self, now: datetime | None = None) -> Self:
        """Not ended. What is hidden or in the trash, or whose owner is blocked, may be shown again."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())
        return self.filter(unexpired, revoked_at=None, url_epoch=F("image__url_epoch"))


class Share(models.Model):
    """Lets whoever has its address see one picture; `gallery.sharing.links` signs the address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, models.CASCADE, related_name="shares")
    # The picture's when it was shared: it ends when that is raised, in the same write.
    url_epoch = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, default=None)  # null: without an end
    revoked_at = models.DateTimeField(null=True, default=None)

    objects = ShareQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="share_expiries"),
            models.Index(fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="share_revocations"),
        ]


class Report(models.Model):
    """What somebody who saw a shared picture has against it. One from each network for a picture."""

    class Reason(models.TextChoices):
        CHILD_SAFETY = "child_safety"
        SEXUAL = "sexual"
        VIOLENCE = "violence"
        HATE = "hate"
        PERSON = "person"  # it shows somebody who does not want that
        COPYRIGHT = "copyright"
        MISLEADING = "misleading"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, models.CASCADE, related_name="reports", db_index=False)
    share = models.ForeignKey(Share, models.SET_NULL, null=True, default=None, related_name="reports")  # null: gone
    reporter = models.CharField(max_length=64)  # a keyed hash of the network: tells two apart, names nobody
    reason = models.CharField(max_length=16, choices=Reason)
    text = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, default=None)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, default=None, related_name="handled_reports"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "reporter"], name="report_once")]
        indexes = [
            models.Index(fields=["id"], condition=Q(handled_at=None), name="report_open"),
            models.Index(fields=["handled_at"], condition=Q(handled_at__isnull=False), name="report_handled"),
        ]
