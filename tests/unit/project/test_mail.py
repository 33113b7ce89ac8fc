"""STUDIO_EMAIL_URL: what Django makes of it, and what is refused without being quoted."""

from typing import Any

import pytest

from project.accounts import mail


def test_nothing_set_is_printed() -> None:
    assert mail.settings("", mail.FROM)["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, False, False),
        ("smtp://mail.example.org:2525", "mail.example.org", 2525, False, False),
        ("smtp+starttls://me:p%40ss@mail.example.org", "mail.example.org", 587, True, False),
        ("smtps://me:p%40ss@mail.example.org", "mail.example.org", 465, False, True),
    ],
)
def test_a_server_is_named_by_its_url(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    found: Any = mail.settings(url, mail.FROM)
    names = ("EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL")
    assert tuple(found[name] for name in names) == (host, port, tls, ssl)
    assert found["EMAIL_HOST_PASSWORD"] == ("p@ss" if "me:" in url else "")
    assert 0 < found["EMAIL_TIMEOUT"] < 30


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail",
        "smtp://",
        "smtp://a:se/cret@mail",
        "smtp://me:secret@mail:x",
        "smtp://[secret",
        "smtp://m?p=secret",
    ],
)
def test_what_is_no_server_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="STUDIO_EMAIL_URL must be") as refused:
        mail.settings(url, mail.FROM)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("sender", ["studio", "a@b\r\nBcc: c@d", ""])
def test_a_sender_is_an_address(sender: str) -> None:
    with pytest.raises(ValueError, match="STUDIO_EMAIL_FROM"):
        mail.settings("", sender)
