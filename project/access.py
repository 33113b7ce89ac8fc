"""Who is asking, and by which key: a bearer token, or our pages' cookie."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from gallery.errors import Blocked, ReadOnly
from gallery.translation import _
from pipeline.coalescing import Coalescer
from project.models import Token, User

log = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Access:
    user: User
    token: Token | None = None  # None: by cookie
    cookie: str = ""  # the key of its row, where the right is checked again later

    @property
    def may_write(self) -> bool:
        return self.token is None or self.token.may_write

    def check_block(self) -> None:
        """Raises `Blocked`."""
        if self.user.is_blocked:
            raise Blocked(_sentence(self.user))

    def check_may_write(self) -> None:
        """Raises `ReadOnly`."""
        if not self.may_write:
            raise ReadOnly


def _sentence(user: User) -> str:
    reason = user.block_reason or _("no reason was given.")
    if user.blocked_until is None:
        return _("You are blocked: {reason}").format(reason=reason)
    end = date_format(user.blocked_until.astimezone(UTC), "j F Y, H:i")
    return _("You are blocked until {end} UTC: {reason}").format(end=end, reason=reason)


def access_of(request: HttpRequest) -> Access:
    access: Access = request.access  # type: ignore[attr-defined]  # ours
    return access if access.token else replace(access, cookie=request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))


def by_token(secret: str, address: str) -> Access | None:
    """Raises `DatabaseError`."""
    return by_digest(Token.digest_of(secret), address)


def by_digest(digest: str, address: str) -> Access | None:
    """Raises `DatabaseError`."""
    token = Token.find_digest(digest)
    if token is None or not token.user.note_seen():
        return None
    _note_use(token, address)
    return Access(token.user, token)


def _note_use(token: Token, address: str) -> None:
    """At most one write in NOTED_EVERY."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        uses.add(token.digest, (now, address))


def _write(noted: Mapping[str, tuple[datetime, str]]) -> None:
    try:
        for digest, (at, address) in noted.items():
            unnoted = Token.objects.filter(digest=digest).exclude(last_used_at__gt=at - NOTED_EVERY)
            unnoted.update(last_used_at=at, last_used_from=address[:45])
    finally:
        close_old_connections()


uses: Coalescer[str, tuple[datetime, str]] = Coalescer(
    "last_used", _write, drops=(DatabaseError,), at_most=10_000, hold_s=1.0
)
