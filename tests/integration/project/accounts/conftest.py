"""One mail server for all of these tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from project.accounts import mail
from tests.support.mailbox import Mailbox, receiving


@pytest.fixture(scope="package")
def mail_server() -> Iterator[Mailbox]:
    with receiving() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(mail_server: Mailbox, settings: Any) -> Mailbox:
    mail_server.messages.clear()
    mail_server.refuses = False
    for name, value in mail.settings(mail_server.url, mail.FROM).items():
        setattr(settings, name, value)
    return mail_server


@pytest.fixture(autouse=True)
def cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STUDIO_LIMITS = False
