"""A password from a leak is refused, where a setting says whom to ask; a local server stands in for that one."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client

from tests.integration.project.accounts.people import ADA, PASSWORD, ask
from tests.support.mailbox import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]

LEAKED = "correct horse battery staple"


class Known(BaseHTTPRequestHandler):
    asked: list[str]
    status = 200

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        digest = hashlib.sha1(LEAKED.encode()).hexdigest().upper()
        padding = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
        body = f"{digest[5:]}:3\r\n{padding[5:]}:0\r\nno line of theirs\r\n".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def known(settings: Any) -> Iterator[type[Known]]:
    kind = type("KnownHere", (Known,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.LEAKED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/"
        yield kind
        server.shutdown()


def test_a_leaked_password_is_refused_with_a_sentence(known: type[Known], mailbox: Mailbox) -> None:
    refused = ask(Client(), "signup", email=ADA, password=LEAKED)
    assert refused.status_code == 400
    assert "known from a leak" in refused.json()["errors"][0]["message"]
    assert mailbox.messages == []


def test_the_other_one_learns_five_characters_of_a_hash(known: type[Known], mailbox: Mailbox) -> None:
    assert ask(Client(), "signup", email=ADA, password=PASSWORD).status_code == 401
    assert known.asked == [f"/range/{hashlib.sha1(PASSWORD.encode()).hexdigest().upper()[:5]}"]


def test_one_who_does_not_answer_keeps_nobody_out(known: type[Known], mailbox: Mailbox) -> None:
    known.status = 503
    assert ask(Client(), "signup", email=ADA, password=LEAKED).status_code == 401


def test_without_the_setting_nobody_is_asked(known: type[Known], mailbox: Mailbox, settings: Any) -> None:
    settings.LEAKED_PASSWORDS_URL = ""
    assert ask(Client(), "signup", email=ADA, password=LEAKED).status_code == 401
    assert known.asked == []
