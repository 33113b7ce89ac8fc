"""Who is who: one kind of user, guests included, and the tokens of clients without a cookie."""

import hashlib
import secrets
import uuid

import uuid_utils.compat
from django.contrib.auth.models import AbstractUser
from django.db import models


def new_id() -> uuid.UUID:
    return uuid_utils.compat.uuid7()


class User(AbstractUser):
    """A guest has no password and cannot log in: the cookie or the token is the only key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_guest = models.BooleanField(default=False)

    @classmethod
    def make_guest(cls) -> "User":
        user = cls(is_guest=True)
        user.username = f"guest-{user.id.hex[-12:]}"
        user.set_unusable_password()
        user.save(force_insert=True)
        return user


class Token(models.Model):
    """A bearer token; the table keeps its SHA-256 only, so that a copy of the table opens nothing."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField(auto_now_add=True)

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User) -> str:
        """A new secret for this user; it is shown once and cannot be read again."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(digest=cls.digest_of(secret), user=user)
        return secret

    @classmethod
    def owner(cls, secret: str) -> User | None:
        token = cls.objects.select_related("user").filter(digest=cls.digest_of(secret), user__is_active=True).first()
        return token.user if token else None
