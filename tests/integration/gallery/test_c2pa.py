"""Signed manifests, by a certificate of the test's own, read back by the library's reader."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
import PIL.Image
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.test import Client

from gallery import archive, services
from gallery.archive import pieces
from gallery.errors import RateLimited
from gallery.models import Image
from gallery.provenance import files, manifests
from gallery.sharing import links as share_links
from gallery.sharing import services as sharing
from project.models import User
from tests.integration.gallery.test_provenance import body, painted, photo, source_type, unzipped

pytestmark = pytest.mark.django_db(transaction=True)
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name(said: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, said), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Studio")]
    )


def certificate(key: Key, by: Key, *, is_authority: bool) -> x509.Certificate:
    now, whose = datetime.now(UTC), "Authority" if is_authority else "Signer"
    usage = x509.KeyUsage(True, False, False, False, False, is_authority, is_authority, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name(whose))
        .issuer_name(name("Authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_authority, None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
    )
    if not is_authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), True)
    return made.sign(by, hashes.SHA256())


@pytest.fixture(params=["EC", "RSA"])
def signer(request: Any, settings: Any, tmp_path: Path) -> Iterator[None]:
    authority = ec.generate_private_key(ec.SECP256R1())
    key: Key = (
        rsa.generate_private_key(65537, 2048) if request.param == "RSA" else ec.generate_private_key(ec.SECP384R1())
    )
    chain = (certificate(key, authority, is_authority=False), certificate(authority, authority, is_authority=True))
    settings.C2PA_CERT, settings.C2PA_KEY = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
    pem = serialization.Encoding.PEM
    Path(settings.C2PA_CERT).write_bytes(b"".join(each.public_bytes(pem) for each in chain))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    Path(settings.C2PA_KEY).write_bytes(secret)
    yield
    manifests._signer.cache_clear()


def manifest(data: bytes) -> dict[str, Any]:
    """Its own, which is valid but for the certificate, which nobody trusts."""
    with PIL.Image.open(io.BytesIO(data)) as image:
        image.load()
        mime = image.get_format_mimetype() or ""
    read = json.loads(c2pa.Reader(mime, io.BytesIO(data)).json())
    assert [each["code"] for each in read["validation_status"]] == ["signingCredential.untrusted"]
    found: dict[str, Any] = read["manifests"][read["active_manifest"]]
    return found


def actions(said: dict[str, Any]) -> list[tuple[str, str]]:
    (made,) = [each["data"]["actions"] for each in said["assertions"] if each["label"].startswith("c2pa.actions")]
    return [(each["action"], each.get("digitalSourceType", "").removeprefix(VOCABULARY)) for each in made]


def read(image: Image) -> bytes:
    return b"".join(pieces(files.opened(image)))


def test_a_picture_is_signed_with_what_it_is_and_what_it_was_made_from(me: User, signer: None) -> None:
    own, dreamt = photo(me), painted(me, "gemini")
    both = painted(me, "gemini", own, dreamt)
    data = read(dreamt)
    assert actions(manifest(data)) == [("c2pa.created", "trainedAlgorithmicMedia")]
    assert source_type(data) == "trainedAlgorithmicMedia"  # XMP too, which the signature covers
    said = manifest(read(both))
    assert actions(said) == [
        ("c2pa.opened", ""), ("c2pa.placed", ""), ("c2pa.edited", "compositeWithTrainedAlgorithmicMedia"),
    ]  # fmt: skip
    sources = [(each["title"], each["relationship"], "thumbnail" in each) for each in said["ingredients"]]
    assert sources == [("picture 1", "parentOf", False), ("picture 2", "componentOf", False)]


def test_it_is_signed_on_every_way_out_and_says_nothing_of_its_owner(me: User, signer: None) -> None:
    image = painted(me, "gemini")
    path = share_links.path(sharing.create(me.pk, str(image.pk), None).pk)
    ways = [body(Client().get(path + "full")), *unzipped(archive.pictures(me.pk, [str(image.pk)])).values()]
    for data in ways:
        assert actions(manifest(data)) == [("c2pa.created", "trainedAlgorithmicMedia")]
        assert [each for each in (me.username, str(me.pk), "secret") if each.encode() in data] == []


def test_a_photo_is_not_ours_to_sign_and_a_hidden_source_is_not_named(me: User, signer: None) -> None:
    own = photo(me)
    edited = painted(me, "offline", own)
    assert b"c2pa" not in read(own)
    services.trash(me.pk, str(own.pk))
    assert manifest(read(edited)).get("ingredients", []) == []


def test_without_a_certificate_nothing_is_signed(me: User) -> None:
    assert b"c2pa" not in read(painted(me, "gemini"))


def test_no_part_of_a_signed_picture_is_served_as_its_bytes_differ_each_time(me: User, signer: None) -> None:
    path = share_links.path(sharing.create(me.pk, str(painted(me, "gemini").pk), None).pk) + "full"
    answer = Client().get(path, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, "Accept-Ranges" in answer) == (200, False)
    assert manifest(body(answer))


def test_more_than_can_be_signed_in_time_is_refused(me: User, signer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "WAIT_S", 0.01)
    image = painted(me, "gemini")
    with manifests._turn(), pytest.raises(RateLimited):
        read(image)
    assert manifest(read(image))
