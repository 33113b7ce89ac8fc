"""Users, guests included, and the tokens of clients without a cookie."""

import hashlib
import logging
import secrets
import uuid
from datetime import date

import uuid_utils.compat
from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, models
from django.db.models import Q
from django.utils import timezone

log = logging.getLogger(__name__)


def new_id() -> uuid.UUID:
    return uuid_utils.compat.uuid7()


def today() -> date:
    """In UTC."""
    return timezone.now().date()


class User(AbstractUser):
    """A guest has no password: the cookie or the token is the only key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_guest = models.BooleanField(default=False)
    last_seen = models.DateField(null=True, default=today)  # the day of the last visit; null: from an older release
    # With `is_active` off: see `project.accounts.removal`.
    removal_began_at = models.DateTimeField(null=True, default=None)

    class Meta(AbstractUser.Meta):
        indexes = [
            models.Index(
                fields=["removal_began_at"], condition=Q(removal_began_at__isnull=False), name="user_removals"
            ),
            models.Index(fields=["id"], condition=Q(is_guest=True, removal_began_at=None), name="user_guests"),
        ]

    @classmethod
    def make_guest(cls) -> "User":
        user = cls(is_guest=True)
        user.username = f"guest-{user.id.hex[-12:]}"
        user.set_unusable_password()
        user.save(force_insert=True)
        return user

    def note_seen(self) -> bool:
        """Once a day. False for a user whose removal has begun."""
        if self.last_seen == today():
            return self.is_active
        try:
            noted = User.objects.filter(pk=self.pk, is_active=True).update(last_seen=today())
        except DatabaseError as error:  # reading works
            log.warning("action=last_seen_not_written error=%r", error)
            return True
        self.last_seen = today()
        return noted == 1


class Token(models.Model):
    """Only the SHA-256 is stored: a copy of the table opens nothing."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User) -> str:
        """The secret is shown once and cannot be read again."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(digest=cls.digest_of(secret), user=user)
        return secret

    @classmethod
    def owner(cls, secret: str) -> User | None:
        token = cls.objects.select_related("user").filter(digest=cls.digest_of(secret), user__is_active=True).first()
        return token.user if token else None
