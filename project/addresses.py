"""Checks the servers' addresses in the settings. Errors never quote one: its password may be in any part of it."""

import sys
from urllib.parse import urlsplit

# Makes this import fail, or pymongo would load PyOpenSSL: 5 MB and 40 ms a process.
sys.modules["cryptography.x509"] = None  # type: ignore[assignment]

from pymongo.errors import PyMongoError  # noqa: E402
from pymongo.uri_parser import parse_uri  # noqa: E402
from redis.connection import parse_url  # noqa: E402

del sys.modules["cryptography.x509"]

SCHEMES = {
    "MONGO_URI": ("mongodb", "mongodb+srv"),
    "REDIS_URL": ("redis", "rediss", "unix"),
    "DATABASE_URL": ("postgresql", "postgres"),
}


def check(variable: str, url: str) -> None:
    """Raises ValueError with a sentence."""
    schemes = SCHEMES[variable]
    scheme = url.partition("://")[0]
    if scheme not in schemes:
        *first, last = (f"{known}://" for known in schemes)
        raise ValueError(f"{variable} must begin with {', '.join(first)} or {last}.")
    if not _is_readable(scheme, url):
        raise ValueError(
            f"{variable} cannot be read. Characters of a password that mean something in a URL are written as %40 (@), "
            "%2F (/), %3A (:), %23 (#), %3F (?) or %25 (%)."
        )


def _is_readable(scheme: str, url: str) -> bool:
    try:
        parts = urlsplit(url)
        if scheme == "mongodb":
            parse_uri(url)
        elif scheme in SCHEMES["REDIS_URL"]:
            parse_url(url)  # type: ignore[no-untyped-call]
        elif scheme in SCHEMES["DATABASE_URL"]:
            parts.port  # noqa: B018  (raises for what is no number)
    except (ValueError, PyMongoError):
        return False
    # A "/", "?" or "#" in the password ends the host too early.
    return not parts.fragment and "@" not in parts.path + parts.query


def host_of(url: str) -> str:
    """Without the name and the password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path
