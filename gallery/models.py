from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from gallery.snapshot import State

LISTED = Q(stage="shown", hidden=False, trashed_at__isnull=True) & ~Q(purpose="mask")
UNANNOUNCED = Q(announced_rev__lt=F("rev")) & ~Q(purpose="mask")

UNSEEN = Q(stage="shown", hidden=False, trashed_at=None, approved_at=None)
WAITING = UNSEEN & ~Q(purpose="mask")  # for a moderator
# Hidden by a moderator: it is not purged, but handed over (`project.accounts.evidence`).
EVIDENCE = Q(hidden=True, owner__holds_evidence=False)


class Image(models.Model):
    """Changed through `gallery.services` only.

    `hidden` and `trashed_at` are independent: neither undoes the other. `rev` grows with every change of what is shown
    of it; `announced_rev` is the last one that its message or its owner's sockets got.
    """

    class Purpose(models.TextChoices):
        PHOTO = "photo"  # imported
        MASK = "mask"  # imported, white = change; never listed
        MADE = "made"  # by a message

    class Stage(models.TextChoices):
        DRAFT = "draft"  # its files may not be there yet; served, not listed
        SHOWN = "shown"
        PURGING = "purging"  # the files go, then the row; this cannot be undone

    class Appeal(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"  # it is shown again
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Not CASCADE: the files would stay.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="images", db_index=False)
    message_id = models.CharField(max_length=64, unique=True, null=True, default=None)  # null: imported
    session_id = models.CharField(max_length=64, blank=True, default="")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, default=None, related_name="children")
    purpose = models.CharField(max_length=8, choices=Purpose)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT)

    hidden = models.BooleanField(default=False)
    hidden_reason = models.CharField(
        max_length=500, blank=True, default=""
    )  # of older releases; its owner never reads it
    # `db_default`: for processes of the release before.
    hidden_code = models.CharField(max_length=16, blank=True, default="", db_default="")  # of `gallery.reasons`
    hidden_words = models.CharField(max_length=500, blank=True, default="", db_default="")  # its owner reads them
    appeal = models.CharField(max_length=8, choices=Appeal, blank=True, default="", db_default="")  # against its hiding
    approved_at = models.DateTimeField(null=True, default=None)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, default=None, related_name="moderated_images"
    )
    score = models.FloatField(null=True, default=None)  # a hint, 0 to 1; null: none yet
    trashed_at = models.DateTimeField(null=True, default=None)
    rev = models.PositiveIntegerField(default=0)
    announced_rev = models.PositiveIntegerField(default=0)
    url_epoch = models.PositiveIntegerField(default=0)  # when it is raised, older URLs answer 404

    title = models.CharField(max_length=200, blank=True, default="")
    favorite = models.BooleanField(default=False)
    prompt = models.TextField(blank=True, default="")
    request = models.TextField(blank=True, default="", db_default="")  # what the person wrote; "": imported, or older
    # `words.of_picture`, indexed by `gallery.fulltext`; null: of an older release.
    words = models.TextField(null=True, default=None)
    intent = models.CharField(max_length=32, blank=True, default="")
    provider = models.CharField(max_length=100, blank=True, default="")
    seed = models.BigIntegerField(null=True, default=None)  # null: imported, or older
    # What its message was charged, in millionths of the currency; null: imported, or nothing here has a price.
    cost = models.BigIntegerField(null=True, default=None)
    # IPTC's digital source type; "": nobody knows; null: of an older release.
    source_type = models.CharField(max_length=40, null=True, default=None)

    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    placeholder = models.TextField()  # a data URL of a few hundred bytes
    storage = models.CharField(max_length=16, default="local", db_default="local")
    key = models.CharField(max_length=100)
    mime = models.CharField(max_length=32)
    thumbnail_key = models.CharField(max_length=100)
    thumbnail_mime = models.CharField(max_length=32)
    # SHA-256 of a photo as it came in, in hexadecimal.
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    bytes = models.BigIntegerField(null=True, default=None)  # of both files; null: of an older release
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="image_owner_newest"),
            models.Index(fields=["owner", "-id"], condition=LISTED, name="image_owner_listed"),  # counted from it alone
            models.Index(fields=["owner", "-id"], condition=Q(favorite=True), name="image_owner_favorites"),
            models.Index(fields=["owner", "-id"], condition=Q(trashed_at__isnull=False), name="image_owner_trash"),
            models.Index(fields=["owner", "-id"], condition=Q(hidden=True), name="image_owner_hidden"),
            models.Index(fields=["owner", "intent", "-id"], name="image_owner_intent"),
            models.Index(fields=["owner", "provider", "-id"], name="image_owner_provider"),
            models.Index(fields=["owner", "session_id", "-id"], name="image_owner_session"),
            models.Index(fields=["id"], condition=Q(words=None), name="image_wordless"),
            models.Index(fields=["id"], condition=Q(source_type=None), name="image_sourceless"),
            models.Index(fields=["stage", "created_at"], name="image_stage_oldest"),  # drafts and purges to finish
            models.Index(fields=["owner", "bytes"], name="image_owner_bytes"),  # a person's total from the index alone
            models.Index(fields=["trashed_at"], condition=Q(trashed_at__isnull=False), name="image_trash_oldest"),
            models.Index(fields=["id"], condition=Q(bytes=None), name="image_unmeasured"),
            models.Index(fields=["id"], condition=Q(purpose="mask"), name="image_masks"),
            models.Index(fields=["owner", "digest"], condition=~Q(digest=""), name="image_owner_digest"),
            models.Index(fields=["id"], condition=WAITING, name="image_waiting"),
            models.Index(fields=["-id"], condition=WAITING & Q(score=None), name="image_unscored"),
            models.Index(fields=["-score"], condition=WAITING & Q(score__isnull=False), name="image_hinted"),
            models.Index(fields=["id"], condition=UNANNOUNCED, name="image_unannounced"),
            # The admin's lists, of everybody's pictures.
            models.Index(fields=["-id"], condition=UNSEEN, name="image_unseen"),
            models.Index(fields=["-id"], condition=Q(hidden=True), name="image_hidden"),
            models.Index(fields=["-id"], condition=Q(approved_at__isnull=False), name="image_approved"),
            models.Index(fields=["-id"], condition=Q(trashed_at__isnull=False), name="image_trashed"),
            models.Index(fields=["provider", "-id"], condition=Q(stage="shown"), name="image_provider"),
            models.Index(fields=["purpose", "-id"], condition=Q(stage="shown"), name="image_purpose"),
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
        return self.trashed_at and self.trashed_at + timedelta(days=settings.TRASH_DAYS)

    def file(self, variant: str) -> tuple[str, str]:
        """ "full" or "thumbnail": key and MIME type."""
        return (self.key, self.mime) if variant == "full" else (self.thumbnail_key, self.thumbnail_mime)


class Reference(models.Model):
    """A further picture that one was made from. The first is its `parent`."""

    image = models.ForeignKey(Image, models.CASCADE, related_name="references", db_index=False)
    source = models.ForeignKey(Image, models.CASCADE, related_name="referenced_by")
    number = models.PositiveSmallIntegerField()  # from 2: “picture 2” in the words

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "number"], name="image_reference_number")]


class Album(models.Model):
    """Some of a person's pictures under a title."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="albums", db_index=False)
    title = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="album_owner_newest")]

    def __str__(self) -> str:
        return self.title


class AlbumImage(models.Model):
    album = models.ForeignKey(Album, models.CASCADE, related_name="places", db_index=False)
    image = models.ForeignKey(Image, models.CASCADE, related_name="places")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["album", "image"], name="album_image_once")]
