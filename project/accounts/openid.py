"""`STUDIO_OPENID` as django-allauth's settings: other sign-ins, as `https://client:secret@issuer?name=Google`. Errors never
quote them."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
WRONG = (
    "STUDIO_OPENID must be https://client:secret@issuer?name=Name, several of them separated by commas. Characters of a client "
    "or a secret that mean something in a URL are written as %40 (@), %2F (/), %3A (:), %2C (,), %23 (#) or %3F (?)."
)


def providers(urls: list[str]) -> list[dict[str, object]]:
    """Raises ValueError with a sentence that names the variable."""
    found = [_provider(url.strip()) for url in urls]
    if len({each["provider_id"] for each in found}) < len(found):
        raise ValueError("STUDIO_OPENID has two of one name: add ?name=Name to one of them.")
    return found


def _provider(url: str) -> dict[str, object]:
    parts = _parts(url)
    if parts is None:
        raise ValueError(WRONG)
    host = parts.netloc.rpartition("@")[2]
    name = parse_qs(parts.query).get("name", [host])[0]
    return {
        "provider_id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "openid",
        "name": name,
        "client_id": unquote(parts.username or ""),
        "secret": unquote(parts.password or ""),
        "settings": {
            "server_url": urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")),
            "oauth_pkce_enabled": True,
        },
    }


def _parts(url: str) -> Any:
    """None for an invalid one. TLS is required, but not on this machine."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises for what is no number)
    except ValueError:
        return None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    is_whole = bool(parts.hostname and parts.username and parts.password)
    return parts if is_safe and is_whole and not parts.fragment and set(parse_qs(parts.query)) <= {"name"} else None
