"""The client's address behind a proxy. Daphne accepts any text as one, to which no limit would apply."""

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from twisted.web.http_headers import Headers

WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([^\]]+)\](?::[0-9]+)?")
Address = list[str | int] | None
Raw = Headers | Mapping[bytes, bytes | Sequence[bytes]]


def parse(
    headers: Raw,
    address_header: str | None = "X-Forwarded-For",
    port_header: str | None = "X-Forwarded-Port",
    proto_header: str | None = "X-Forwarded-Proto",
    peer: Address = None,
    scheme: str | None = None,
) -> tuple[Address, str | None]:
    """Replaces `daphne.utils.parse_x_forwarded_for`."""
    if not address_header or (header := _value(headers, address_header)) is None:
        return peer, scheme
    proto = (_value(headers, proto_header) or "") if proto_header else ""
    scheme = proto if proto in ("http", "https", "ws", "wss") else scheme
    # A proxy appends the address that it sees itself: only the last one can be trusted.
    address = _address(header.rpartition(",")[2].strip())
    if address is None:
        return peer, scheme
    port = (_value(headers, port_header) or "") if port_header else ""
    return [address, int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0], scheme


def _address(text: str) -> str | None:
    """Some proxies add the port."""
    match = WITH_PORT.fullmatch(text)
    text = match[1] or match[2] if match else text
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _value(headers: Raw, name: str) -> str | None:
    wanted = name.lower().encode()
    found: str | None = None
    pairs = headers.getAllRawHeaders() if isinstance(headers, Headers) else headers.items()
    for key, values in pairs:
        if key.lower() == wanted:
            last = values if isinstance(values, bytes) else values[-1]
            found = last.decode("latin-1")
    return found
