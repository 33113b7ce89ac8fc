import hashlib
import logging
import secrets
import uuid
from datetime import date, datetime
from typing import Self

import uuid_utils.compat
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, models
from django.db.models import Q
from django.utils import timezone

log = logging.getLogger(__name__)


def new_id() -> uuid.UUID:
    return uuid_utils.compat.uuid7()


def today() -> date:
    return timezone.now().date()


class User(AbstractUser):
    """A guest has no password: the cookie or the token is the only key. An account without a confirmed e-mail address
    is a guest, too."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_guest = models.BooleanField(default=False)
    last_seen = models.DateField(null=True, default=today)  # null: from an older release
    # With `is_active` off: see `project.accounts.removal`.
    removal_began_at = models.DateTimeField(null=True, default=None)
    # A stand-in for a removed owner of hidden pictures: see `project.accounts.removal`.
    holds_evidence = models.BooleanField(default=False, db_default=False)
    blocked_at = models.DateTimeField(null=True, default=None)
    blocked_until = models.DateTimeField(null=True, default=None)  # null: without an end
    block_reason = models.CharField(max_length=500, blank=True, default="", db_default="")  # the person reads it

    class Meta(AbstractUser.Meta):
        permissions = [("block_user", "Can block people and let them in again")]
        indexes = [
            models.Index(
                fields=["removal_began_at"], condition=Q(removal_began_at__isnull=False), name="user_removals"
            ),
            models.Index(fields=["id"], condition=Q(is_guest=True, removal_began_at=None), name="user_guests"),
            models.Index(fields=["email"], name="user_email"),  # to sign in by
        ]

    @classmethod
    def make_guest(cls) -> "User":
        user = cls(is_guest=True)
        user.username = f"guest-{user.id.hex[-12:]}"
        user.set_unusable_password()
        user.save(force_insert=True)
        return user

    @property
    def is_blocked(self) -> bool:
        return self.blocked_at is not None and (self.blocked_until is None or timezone.now() < self.blocked_until)

    def note_seen(self) -> bool:
        """Writes once a day. False for a user whose removal has begun, and for a guest where there are none."""
        if self.is_guest and not settings.GUESTS:
            return False
        if self.last_seen == today():
            return self.is_active
        try:
            noted = User.objects.filter(pk=self.pk, is_active=True).update(last_seen=today())
        except DatabaseError as error:  # reading works
            log.warning("action=last_seen_not_written error=%r", error)
            return True
        self.last_seen = today()
        return noted == 1


class TokenQuerySet(models.QuerySet["Token"]):
    def valid(self) -> Self:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, user__is_active=True)


class Token(models.Model):
    """Only the SHA-256 is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)
    # `db_default`: for processes of the release before.
    name = models.CharField(max_length=100, blank=True, default="", db_default="")
    may_write = models.BooleanField(default=True, db_default=True)
    expires_at = models.DateTimeField(null=True, default=None)
    last_used_at = models.DateTimeField(null=True, default=None)  # to the minute: see `project.access`
    last_used_from = models.CharField(max_length=45, blank=True, default="", db_default="")  # an address

    objects = TokenQuerySet.as_manager()

    @property
    def public_id(self) -> str:
        """Half of the digest: names a token and opens nothing."""
        return self.digest[:32]

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, *, name: str = "", may_write: bool = True, expires_at: datetime | None = None) -> str:
        """The secret cannot be read again."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(
            digest=cls.digest_of(secret), user=user, name=name, may_write=may_write, expires_at=expires_at
        )
        return secret

    @classmethod
    def find(cls, secret: str) -> "Token | None":
        return cls.find_digest(cls.digest_of(secret))

    @classmethod
    def find_digest(cls, digest: str) -> "Token | None":
        """With its user, if valid."""
        return cls.objects.valid().select_related("user").filter(digest=digest).first()
