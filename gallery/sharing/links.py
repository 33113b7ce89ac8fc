"""The address of a share: its id and our signature; nothing that is stored opens a picture."""

import hashlib
import hmac
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import constant_time_compare

from gallery.errors import NotFound

BYTES = 16  # of the id, and of the signature


def path(share_id: uuid.UUID) -> str:
    return f"/s/{token(share_id)}/"


def token(share_id: uuid.UUID) -> str:
    return _text(share_id.bytes + _signature(share_id, settings.SECRET_KEY))


def read(token: str) -> uuid.UUID:
    """Also by the setting's older keys. Raises `NotFound`, without asking the database."""
    try:
        data = urlsafe_b64decode(token + "=")
    except ValueError:
        raise NotFound() from None
    if len(data) != 2 * BYTES or _text(data) != token:
        raise NotFound()
    share_id, signature = uuid.UUID(bytes=data[:BYTES]), data[BYTES:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(signature, _signature(share_id, key)) for key in keys):
        raise NotFound()
    return share_id


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _signature(share_id: uuid.UUID, key: str) -> bytes:
    signing = hashlib.sha256(b"gallery.sharing.links" + key.encode()).digest()
    return hmac.digest(signing, share_id.bytes, "sha256")[:BYTES]
