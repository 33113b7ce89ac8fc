"""A Cloudinary account, read from the URL that Cloudinary's console shows."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

ALGORITHMS = ("sha1", "sha256")  # how the account wants its requests signed
KNOWN = ("upload_prefix", "signature_algorithm")


@dataclass(frozen=True)
class Account:
    """`delivery`: the host of the account's own that pictures are delivered from; "" where it is the shared one."""

    cloud_name: str
    api_key: str
    api_secret: str = field(repr=False)
    upload_prefix: str = "https://api.cloudinary.com"
    signature_algorithm: str = "sha1"
    delivery: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """`cloudinary://key:secret@cloud[/host][?upload_prefix=…&signature_algorithm=…]`. Raises `ValueError` with a sentence
        that says nothing of the key or the secret."""
        parts = urlsplit(url)
        if parts.scheme != "cloudinary" or not (parts.username and parts.password and parts.hostname):
            raise ValueError("it must look like cloudinary://key:secret@cloud-name.")
        more = dict(parse_qsl(parts.query, keep_blank_values=True))
        if unknown := sorted(set(more) - set(KNOWN)):
            raise ValueError(f"?{unknown[0]}= is not understood here; {' and '.join(KNOWN)} are.")
        account = cls(
            # A cloud's name may have capitals, which `hostname` would lower.
            cloud_name=parts.netloc.rpartition("@")[2],
            api_key=unquote(parts.username),
            api_secret=unquote(parts.password),
            delivery=parts.path.strip("/"),
            **more,
        )
        account._check()
        return account

    def _check(self) -> None:
        if not self.cloud_name.replace("-", "").replace("_", "").isalnum():
            raise ValueError("the name of the cloud is letters, digits, dashes and underscores.")
        if self.signature_algorithm not in ALGORITHMS:
            raise ValueError(f"signature_algorithm must be {' or '.join(ALGORITHMS)}.")
        prefix = urlsplit(self.upload_prefix)
        if prefix.scheme not in ("http", "https") or not prefix.netloc or prefix.path.strip("/") or prefix.query:
            raise ValueError("upload_prefix must be the start of a URL, such as https://api-eu.cloudinary.com.")

    @property
    def origin(self) -> str:
        """Scheme and host of the URLs that people's browsers are sent to."""
        prefix = urlsplit(self.upload_prefix)
        return f"{prefix.scheme}://{prefix.netloc}"
