"""A signed C2PA manifest (https://c2pa.org/specifications/) in a download: what it is, who made it, and from what. Only with
`STUDIO_C2PA_CERT`; needs the extra `c2pa`."""

import functools
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from gallery import lineage
from gallery.errors import NotFound, RateLimited, StorageDown
from gallery.models import Image
from gallery.provenance import source_types
from gallery.provenance.embedding import InMemory
from gallery.storage.base import PIECE, Stream
from gallery.stores import storage
from gallery.translation import _

WAIT_S = 10.0
# No thumbnails of other pictures, which a share must not show. What we have just signed needs no check.
SETTINGS = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_after_sign": False}}
_one_at_a_time = threading.Lock()  # the file is in memory, for a tenth of a second


def wanted(image: Image) -> bool:
    """Not for a photo: we cannot vouch for what it says of itself."""
    return bool(settings.C2PA_CERT) and image.purpose == Image.Purpose.MADE


def signed(image: Image, file: Stream, mime: str) -> Stream:
    """Raises `StorageDown`, and `RateLimited` where too many wait."""
    import c2pa

    data = io.BytesIO(b"".join(iter(lambda: file.read(PIECE), b"")))
    file.close()
    parents = [parent for parent in lineage.parents(image) if parent.state == "shown"]
    with _turn():
        context = c2pa.Context(settings=c2pa.Settings.from_dict(SETTINGS))
        builder = c2pa.Builder(_manifest(image, len(parents)), context=context)
        for number, parent in enumerate(parents, start=1):
            _add(builder, parent, number)
        out = InMemory(b"")
        out.size = None  # no ranges are served: each signing gives other bytes
        builder.sign(_signer(settings.C2PA_CERT, settings.C2PA_KEY), mime, data, out)
    out.seek(0)
    return out


def _manifest(image: Image, parents: int) -> dict[str, Any]:
    source_type = {"digitalSourceType": source_types.VOCABULARY + source_types.of(image)}
    agent = {"softwareAgent": {"name": image.provider or "AI Photo Studio"}, "when": image.created_at.isoformat()}
    actions: list[dict[str, Any]] = [{"action": "c2pa.created", **source_type, **agent}]
    if parents:
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_name(1)]}}
        placed = {"action": "c2pa.placed", "parameters": {"ingredientIds": [_name(at) for at in range(2, parents + 1)]}}
        actions = [opened, *([placed] if parents > 1 else []), {"action": "c2pa.edited", **source_type, **agent}]
    return {
        "claim_generator_info": [{"name": "AI Photo Studio", "version": settings.STUDIO_VERSION}],
        "title": "picture",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def _add(builder: Any, parent: Image, number: int) -> None:
    """With its file's digest and its manifest, if it has one. Named by a number: its title is the person's own words."""
    relationship = "parentOf" if number == 1 else "componentOf"
    ingredient = {"title": f"picture {number}", "relationship": relationship, "label": _name(number)}
    try:
        file = storage(parent.storage).open(parent.key)
    except NotFound:
        raise StorageDown from None
    builder.add_ingredient(json.dumps(ingredient), parent.mime, io.BytesIO(file))


def _name(number: int) -> str:
    return f"source-{number}"


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=WAIT_S):
        raise RateLimited(_("Too many pictures are being signed just now: try again in a few seconds."), retry_after=5)
    try:
        yield
    finally:
        _one_at_a_time.release()


@functools.lru_cache(1)
def _signer(cert: str, key: str) -> Any:
    """Files of PEM: the certificate with those above it, and its key."""
    import c2pa

    chain, secret = Path(cert).read_bytes(), Path(key).read_bytes()
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(_algorithm(secret), chain, secret, None))


def _algorithm(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    read = load_pem_private_key(key, None)
    if isinstance(read, ec.EllipticCurvePrivateKey):
        return {256: b"es256", 384: b"es384", 521: b"es512"}[read.key_size]
    return b"ps256" if isinstance(read, rsa.RSAPrivateKey) else b"ed25519"
