"""Refuses leaked passwords. The service of `STUDIO_LEAKED_PASSWORDS_URL` (Have I Been Pwned, or a copy) gets the first five
characters of a hash."""

import hashlib
import logging

from django.conf import settings
from django.core.exceptions import ValidationError

from gallery.translation import _

log = logging.getLogger(__name__)
TIMEOUT_S = 3
MAX_BYTES = 1024 * 1024


class LeakedPasswordValidator:
    def validate(self, password: str, user: object = None) -> None:
        if settings.LEAKED_PASSWORDS_URL and _is_leaked(password):
            raise ValidationError(
                _("This password is known from a leak: somebody may try it. Please take another one."), code="leaked"
            )

    def get_help_text(self) -> str:
        return _("A password that is known from a leak is not taken.") if settings.LEAKED_PASSWORDS_URL else ""


def _is_leaked(password: str) -> bool:
    """False also where the service does not answer, which must not prevent a sign-up."""
    import requests  # late: it is seldom needed

    digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
    url = f"{settings.LEAKED_PASSWORDS_URL.rstrip('/')}/range/{digest[:5]}"
    try:
        with requests.get(url, headers={"Add-Padding": "true"}, timeout=TIMEOUT_S, stream=True) as answer:
            answer.raise_for_status()
            body: bytes = answer.raw.read(MAX_BYTES, decode_content=True)
    except (requests.RequestException, OSError) as error:
        log.warning("action=leaked_passwords_not_asked error=%s", type(error).__name__)
        return False
    lines = body.decode("ascii", "replace").splitlines()
    counts = dict(line.strip().upper().split(":", 1) for line in lines if ":" in line)
    return counts.get(digest[5:], "0") != "0"  # 0: padding
