"""A picture's row: whose it is, how it came to be, where its bytes lie, and whether it may be seen."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from gallery.snapshot import State

# The message does not show the latest change yet; an imported picture has no message that could.
UNANNOUNCED = Q(announced_rev__lt=F("rev"), message_id__isnull=False)


class Image(models.Model):
    """One stored picture. `gallery.services` is the one way to change it.

    Moderation (`hidden`) and trash (`trashed_at`) are two flags: neither undoes the other. `rev` grows with every
    change of what a message would show; `announced_rev` is the one that the floors above have written into the message.
    """

    class Purpose(models.TextChoices):
        PHOTO = "photo"  # imported
        MASK = "mask"  # imported, white = change; never listed
        MADE = "made"  # by a message

    class Stage(models.TextChoices):
        DRAFT = "draft"  # names its files, which may not be there yet; served, not listed
        SHOWN = "shown"
        PURGING = "purging"  # the files go, then the row; there is no way back

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Not CASCADE: a row that vanished with its owner would leave its files behind.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="images", db_index=False)
    message_id = models.CharField(max_length=64, unique=True, null=True, default=None)  # null: imported
    session_id = models.CharField(max_length=64, blank=True, default="")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, default=None, related_name="children")
    purpose = models.CharField(max_length=8, choices=Purpose)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT)

    hidden = models.BooleanField(default=False)
    hidden_reason = models.CharField(max_length=500, blank=True, default="")
    approved_at = models.DateTimeField(null=True, default=None)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, default=None, related_name="moderated_images"
    )
    trashed_at = models.DateTimeField(null=True, default=None)
    rev = models.PositiveIntegerField(default=0)
    announced_rev = models.PositiveIntegerField(default=0)
    url_epoch = models.PositiveIntegerField(default=0)  # raised, every URL given out so far answers 404

    title = models.CharField(max_length=200, blank=True, default="")
    favorite = models.BooleanField(default=False)
    prompt = models.TextField(blank=True, default="")
    intent = models.CharField(max_length=32, blank=True, default="")
    provider = models.CharField(max_length=100, blank=True, default="")

    width = models.PositiveIntegerField()  # pixels
    height = models.PositiveIntegerField()
    placeholder = models.TextField()  # a data URL of a few hundred bytes
    # The name of the storage that has the files. The database knows the default too: while a release rolls out, processes of
    # the one before still insert rows.
    storage = models.CharField(max_length=16, default="local", db_default="local")
    key = models.CharField(max_length=100)  # the file's name in the storage
    mime = models.CharField(max_length=32)
    thumbnail_key = models.CharField(max_length=100)
    thumbnail_mime = models.CharField(max_length=32)
    # SHA-256 of a photo as it came in, in hexadecimal digits: the same photo again is the same picture. "" of all others.
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    bytes = models.BigIntegerField(null=True, default=None)  # of both files; null: an older release's, not measured yet
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="image_owner_newest"),
            models.Index(fields=["stage", "created_at"], name="image_stage_oldest"),  # drafts and purges to finish
            models.Index(fields=["owner", "bytes"], name="image_owner_bytes"),  # what a person uses, without the rows
            models.Index(fields=["trashed_at"], condition=Q(trashed_at__isnull=False), name="image_trash_oldest"),
            models.Index(fields=["id"], condition=Q(bytes=None), name="image_unmeasured"),
            models.Index(fields=["id"], condition=Q(purpose="mask"), name="image_masks"),
            models.Index(fields=["owner", "digest"], condition=~Q(digest=""), name="image_owner_digest"),
            models.Index(fields=["id"], condition=UNANNOUNCED, name="image_unannounced"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)

    @property
    def state(self) -> State:
        if self.trashed_at or self.stage == self.Stage.PURGING:
            return "deleted"
        return "hidden" if self.hidden else "shown"

    @property
    def purge_at(self) -> datetime | None:
        """When it leaves the trash for good."""
        return self.trashed_at and self.trashed_at + timedelta(days=settings.TRASH_DAYS)

    def file(self, variant: str) -> tuple[str, str]:
        """The key and the MIME type of one of its two files, "full" or "thumbnail"."""
        return (self.key, self.mime) if variant == "full" else (self.thumbnail_key, self.thumbnail_mime)
