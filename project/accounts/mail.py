"""`STUDIO_EMAIL_URL` as Django's settings. Errors never quote it: it may hold a password."""

from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

FROM = "AI Photo Studio <studio@localhost>"
TIMEOUT_S = 10
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
PRINTED = "django.core.mail.backends.console.EmailBackend"
SENT = "django.core.mail.backends.smtp.EmailBackend"


def settings(url: str, sender: str) -> dict[str, object]:
    """Raises ValueError with a sentence that names the variable."""
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise ValueError(
            "STUDIO_EMAIL_FROM is no address: write studio@example.org, or AI Photo Studio <studio@example.org>."
        )
    common = {"DEFAULT_FROM_EMAIL": sender, "SERVER_EMAIL": sender, "EMAIL_TIMEOUT": TIMEOUT_S}
    if not url:
        return {**common, "EMAIL_BACKEND": PRINTED}
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = urlsplit("")
    if parts.scheme not in PORTS or not host or parts.query or parts.fragment or parts.path.strip("/"):
        raise ValueError(
            "STUDIO_EMAIL_URL must be smtp://, smtp+starttls:// or smtps://, then name:password@host:port. Characters of a "
            "password that mean something in a URL are written as %40 (@), %2F (/), %3A (:), %23 (#) or %3F (?)."
        )
    return {
        **common,
        "EMAIL_BACKEND": SENT,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }
