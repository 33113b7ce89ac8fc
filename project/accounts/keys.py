"""A person's bearer tokens, by name."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from gallery import owners
from gallery.errors import BadInput, Conflict, NotFound
from gallery.translation import N_, _
from project.access import Access
from project.models import Token, User

AT_MOST = 50
OUTLIVES = N_("expires_at: is later than the end of the key that asks for it.")
PAST = N_("expires_at: lies in the past.")


def of(user: User) -> list[Token]:
    return list(Token.objects.filter(user=user).order_by("-created_at"))


def create(by: Access, name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[Token, str]:
    """The key, and its secret. It ends no later than the key that asks. Raises `BadInput`, `Conflict`,
    `Unauthorized`."""
    if expires_at is not None and expires_at <= timezone.now():
        raise BadInput(_(PAST))
    latest = by.token.expires_at if by.token else None
    if latest is not None and expires_at is not None and expires_at > latest:
        raise BadInput(_(OUTLIVES))
    with transaction.atomic():
        owners.lock(by.user.pk)
        if Token.objects.filter(user=by.user).count() >= AT_MOST:
            raise Conflict(_("You have {count} keys: delete one first.").format(count=AT_MOST))
        secret = Token.issue(by.user, name=name, may_write="write" in scopes, expires_at=expires_at or latest)
    return Token.objects.get(pk=Token.digest_of(secret)), secret


def delete(user: User, public_id: str) -> None:
    """Raises `NotFound`."""
    for token in of(user):
        if token.public_id == public_id:
            token.delete()
            return
    raise NotFound(_("There is no such key, or it is not yours."))
