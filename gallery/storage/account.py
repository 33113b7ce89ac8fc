from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

ALGORITHMS = ("sha1", "sha256")
KNOWN = ("upload_prefix", "signature_algorithm")


_PREFIX = "upload_prefix must be the start of a URL, such as https://api-eu.cloudinary.com."


@dataclass(frozen=True)
class Account:
    """`delivery`: the account's own host for pictures; "" for the shared one."""

    cloud_name: str
    api_key: str
    api_secret: str = field(repr=False)
    upload_prefix: str = "https://api.cloudinary.com"
    signature_algorithm: str = "sha1"
    delivery: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """`cloudinary://key:secret@cloud[/host][?upload_prefix=…&signature_algorithm=…]`. Raises `ValueError` whose
        text holds neither key nor secret."""
        parts = _split(url, "it must look like cloudinary://key:secret@cloud-name.")
        if parts.scheme != "cloudinary" or not (parts.username and parts.password and parts.hostname):
            raise ValueError("it must look like cloudinary://key:secret@cloud-name.")
        more = dict(parse_qsl(parts.query, keep_blank_values=True))
        if unknown := sorted(set(more) - set(KNOWN)):
            raise ValueError(f"?{unknown[0]}= is not understood here; {' and '.join(KNOWN)} are.")
        account = cls(
            # `hostname` would lower a cloud name's capitals.
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
        prefix = _split(self.upload_prefix, _PREFIX)
        known = prefix.scheme in ("http", "https") and prefix.netloc and "@" not in prefix.netloc
        if not known or prefix.path.strip("/") or prefix.query:
            raise ValueError(_PREFIX)

    @property
    def origin(self) -> str:
        prefix = urlsplit(self.upload_prefix)
        return f"{prefix.scheme}://{prefix.netloc}"


def _split(url: str, sentence: str) -> SplitResult:
    """urlsplit's own `ValueError` quotes what may be a part of the secret."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  it is read now, and may be odd as well
    except ValueError:
        raise ValueError(sentence) from None
    return parts
