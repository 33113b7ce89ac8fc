"""Answers that no service should give, and how the studio's adapters name them."""

from collections.abc import Callable

from gallery.errors import ProviderDown
from tests.support.fakes.server import Answer, raw

HTML = b"<html>Bad Gateway</html>"
NONSENSE: list[tuple[Callable[[object], Answer], type[ProviderDown], str]] = [
    (raw(HTML, 502, "text/html"), ProviderDown, "cannot be reached"),
    (raw(HTML, 200, "text/html"), ProviderDown, "cannot be read"),
    (raw(b"", 302, location="http://127.0.0.1:9/elsewhere"), ProviderDown, "cannot be reached"),
    (raw(b"[]"), ProviderDown, "cannot be read"),
    (raw(b"null"), ProviderDown, "cannot be read"),
    (raw(b""), ProviderDown, "cannot be read"),
    (raw(b"[" * 100_000), ProviderDown, "cannot be read"),
    (raw(b"\xff\xfe\x00"), ProviderDown, "cannot be read"),
    (raw(b"no gzip", content_encoding="gzip"), ProviderDown, "cannot be read"),
]
