"""A mail server whose mails tests can read."""

import email
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.serving import free_port

logging.getLogger("mail.log").setLevel(logging.WARNING)
CODE = re.compile(r"^[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})*(?=\n)", re.MULTILINE)  # a line of its own, with its end


class Mailbox:
    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.url = ""
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 Try again later"
        self.messages.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[str]:
        """Texts sent to this address, oldest first."""
        texts = [message for message in self.messages if message["To"] == address]
        bodies = [message.get_payload(decode=True) for message in texts]
        return [body.decode().replace("\r\n", "\n") for body in bodies if isinstance(body, bytes)]

    def code(self, address: str) -> str:
        """The latest code that was sent to this address."""
        found = CODE.search(self.to(address)[-1])
        assert found, self.to(address)[-1]
        return found[0]


@contextmanager
def receiving() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        mailbox.url = f"smtp://127.0.0.1:{port}"
        yield mailbox
    finally:
        controller.stop()
