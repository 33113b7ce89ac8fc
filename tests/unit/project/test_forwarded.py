"""Whom a proxy speaks for, by what it says; Daphne's own reading is what it stands in for."""

from typing import Any

import pytest

PEER: list[str | int] = ["10.0.0.1", 5000]


def read(*, address: bytes | list[bytes] | None = None, **more: bytes) -> Any:
    """By Twisted's headers, as a request has them, and by a mapping, as a socket's handshake has them: alike."""
    from twisted.web.http_headers import Headers

    from project.daphne import forwarded

    lines = {b"X-Forwarded-" + name.encode(): value for name, value in more.items()}
    if address is not None:
        lines[b"X-Forwarded-For"] = address  # type: ignore[assignment]
    values = {name: value if isinstance(value, list) else [value] for name, value in lines.items()}
    found = forwarded.parse(Headers(values), peer=PEER, scheme="http")
    assert found == forwarded.parse(
        {name.lower(): value[-1] for name, value in values.items()}, peer=PEER, scheme="http"
    )
    return found


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (b"203.0.113.7", "203.0.113.7"),
        (b" 203.0.113.7 ", "203.0.113.7"),
        (b"2001:db8::1", "2001:db8::1"),
        (b"2001:DB8:0:0::1", "2001:db8::1"),
        (b"203.0.113.7:4711", "203.0.113.7"),
        (b"[2001:db8::1]:4711", "2001:db8::1"),
        (b"[2001:db8::1]", "2001:db8::1"),
        # The last one is what the proxy has seen; before it stands what it was told.
        (b"192.0.2.66, 203.0.113.7", "203.0.113.7"),
        ([b"192.0.2.66", b"203.0.113.7"], "203.0.113.7"),
    ],
)
def test_an_address_is_taken(said: bytes | list[bytes], address: str) -> None:
    assert read(address=said) == ([address, 0], "http")


@pytest.mark.parametrize(
    "said",
    [
        None, b"", b"unknown", b"_hidden", b"203.0.113", b"203.0.113.7.8", b"203.0.113.7, ", b"203.0.113.7, unknown",
        b"\xff\xfe", b"203.0.113.7\xff", b"1e3", b"999.1.1.1", b"[", b"[]:1", b"a" * 9000, b"::ffff:999.1.1.1",
        "٢٠٣.0.113.7".encode(),
    ],
)  # fmt: skip
def test_what_is_no_address_leaves_the_proxys_own(said: bytes | None) -> None:
    """Not nobody's: nobody has no limits."""
    assert read(address=said) == (PEER, "http")


def test_the_port_and_the_scheme_come_with_an_address() -> None:
    assert read(address=b"203.0.113.7", Port=b"4711", Proto=b"https") == (["203.0.113.7", 4711], "https")
    assert read(Port=b"4711", Proto=b"https") == (PEER, "http")
    for odd in (b"", b"javascript", b"\xff", b"-1", b"9" * 5000, "²".encode()):
        assert read(address=b"203.0.113.7", Port=odd, Proto=odd) == (["203.0.113.7", 0], "http")
